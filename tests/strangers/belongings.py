"""The first account makes one of everything that the file has an example for, and what it then sees
of itself is what nobody else may see.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Protocol
from uuid import uuid4

from tests.strangers.description import Operation, Sent

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Reply(Protocol):
    """One answer."""

    @property
    def status(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


Ask = Callable[[Sent], Reply]


@dataclass(kw_only=True)
class Belongings:
    """What an account has been told: values by the name of their field, cursors, and its keys.

    `own` is what it was told of itself: without what everybody is told.
    """

    by_name: dict[str, set[str]] = field(default_factory=dict)
    own: dict[str, set[str]] = field(default_factory=dict)
    cursors: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    @property
    def ids(self) -> set[str]:
        """Everything that looks like an id or is called one, keys and e-mail included."""
        values = {value for values in self.own.values() for value in values}
        called = {
            value
            for name, named in self.own.items()
            if name.endswith("_id") or name == "email"
            for value in named
        }
        return self.keys | called | {uuid for value in values for uuid in _UUID.findall(value)}

    def see(self, text: str, *, is_shared: bool = False) -> None:
        """Remember an answer's fields; what is no JSON has none."""
        if not text.startswith(("{", "[")):
            return
        for name, value in _scalars(json.loads(text)):
            if name == "next_cursor":
                self.cursors.add(value)
                continue
            self.by_name.setdefault(name, set()).add(value)
            if not is_shared:
                self.own.setdefault(name, set()).add(value)


def _scalars(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from _scalars(inner, key)
        case list():
            for inner in value:
                yield from _scalars(inner, name)
        case str():
            yield name, value


def make_everything(ask: Ask, operations: list[Operation], mine: Belongings) -> None:
    """Two of everything, each under a key of its own."""
    for operation in operations:
        if operation.method == "GET":
            continue
        for values in paths_of(operation, mine):
            for _ in range(2):
                key = str(uuid4())
                mine.keys.add(key)
                reply = ask(replace(wish(operation, values), headers={"Idempotency-Key": key}))
                assert reply.status < 300, (
                    f"the example that the OpenAPI file has for {operation} does not work:"
                    f" {reply.status} {reply.text}"
                )
                mine.see(reply.text)


def wish(operation: Operation, values: Mapping[str, str]) -> Sent:
    """The operation as the file's examples ask for it, but for a condition on the price, which the
    market may not meet.
    """
    body = operation.body
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != "max_price"}
    query, path = operation.needed(), operation.filled(values)
    return Sent(operation=operation, path=path, query=query, body=body)


def see_everything(
    ask: Ask, operations: list[Operation], mine: Belongings
) -> list[tuple[Sent, Reply]]:
    """Read every route that can be read, item by item where it has pages, so that there are cursors
    to steal.
    """
    seen: list[tuple[Sent, Reply]] = []
    readable = [operation for operation in operations if operation.method == "GET"]
    for operation in sorted(readable, key=lambda operation: len(operation.holes)):
        limit = [p for p in operation.named("query") if p["name"] == "limit"]
        for values in paths_of(operation, mine):
            for short in [{}, {"limit": "1"}] if limit else [{}]:
                plain = wish(operation, values)
                sent = replace(plain, query={**plain.query, **short})
                reply = ask(sent)
                assert reply.status == 200, f"{sent}: {reply.status} {reply.text}"
                if not operation.is_public:  # what everybody is told holds examples of ids
                    mine.see(reply.text, is_shared=operation.is_shared)
                seen.append((sent, reply))
    return seen


def paths_of(operation: Operation, mine: Belongings, most: int = 2) -> list[dict[str, str]]:
    """What the path's parameters may be, of the account's own; at most so many of each."""
    choices = []
    for name in operation.holes:
        values = sorted(mine.by_name.get(name, ()))[:most]
        assert values, (
            f"{operation}: no answer to the first account has a field `{name}`, so nobody can try"
            " this route with something of somebody else's. Give the route that makes one an"
            " example body in the OpenAPI file, and its answer a field of this name."
        )
        choices.append(values)
    return [dict(zip(operation.holes, chosen, strict=True)) for chosen in product(*choices)]
