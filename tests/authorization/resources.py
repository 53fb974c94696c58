"""Everything of an account: it creates one of everything that the file has an example for, and what
it then reads of itself is what no other account may see.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Protocol
from uuid import uuid4

from tests.authorization.operations import Operation, Sent

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Reply(Protocol):
    """One response."""

    @property
    def status(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


Client = Callable[[Sent], Reply]
"""Sends a request as one account."""


@dataclass(kw_only=True)
class Resources:
    """What an account has been told: values by the name of their field, cursors, and its keys.

    `own` leaves out what every account is told.
    """

    by_name: dict[str, set[str]] = field(default_factory=dict)
    own: dict[str, set[str]] = field(default_factory=dict)
    cursors: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    @property
    def ids(self) -> set[str]:
        """All values that look like an id or are named one, keys and e-mail included."""
        values = {value for values in self.own.values() for value in values}
        named = {
            value
            for name, values in self.own.items()
            if name.endswith("_id") or name == "email"
            for value in values
        }
        return self.keys | named | {uuid for value in values for uuid in _UUID.findall(value)}

    def add(self, text: str, *, is_shared: bool = False) -> None:
        """Adds the fields of a JSON response; any other text has none."""
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


def create_everything(client: Client, operations: list[Operation], resources: Resources) -> None:
    """Creates two of everything, each under a key of its own."""
    for operation in operations:
        if operation.method == "GET":
            continue
        for values in path_values(operation, resources):
            for _ in range(2):
                key = str(uuid4())
                resources.keys.add(key)
                request = example_request(operation, values)
                reply = client(replace(request, headers={"Idempotency-Key": key}))
                assert reply.status < 300, (
                    f"the example that the OpenAPI file has for {operation} does not work:"
                    f" {reply.status} {reply.text}"
                )
                resources.add(reply.text)


def example_request(operation: Operation, values: Mapping[str, str]) -> Sent:
    """The file's example, without its condition on the price, which the market may not meet."""
    body = operation.body
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != "max_price"}
    path, query = operation.path_with(values), operation.required_query()
    return Sent(operation=operation, path=path, query=query, body=body)


def read_everything(
    client: Client, operations: list[Operation], resources: Resources
) -> list[tuple[Sent, Reply]]:
    """Reads every route, lists also in pages of one item, so that there are cursors."""
    found: list[tuple[Sent, Reply]] = []
    readable = [operation for operation in operations if operation.method == "GET"]
    for operation in sorted(readable, key=lambda operation: len(operation.path_parameters)):
        has_limit = any(p["name"] == "limit" for p in operation.parameters_in("query"))
        for values in path_values(operation, resources):
            for page in [{}, {"limit": "1"}] if has_limit else [{}]:
                request = example_request(operation, values)
                sent = replace(request, query={**request.query, **page})
                reply = when_ready(client, sent)
                assert reply.status == 200, f"{sent}: {reply.status} {reply.text}"
                if not operation.is_public:  # public responses contain example ids
                    resources.add(reply.text, is_shared=operation.is_shared)
                found.append((sent, reply))
    return found


def when_ready(client: Client, sent: Sent) -> Reply:
    """The response once it is no longer 202, which says that something is being made."""
    for _ in range(100):
        reply = client(sent)
        if reply.status != 202:
            break
        time.sleep(0.2)
    return reply


def path_values(operation: Operation, resources: Resources, most: int = 2) -> list[dict[str, str]]:
    """Values for the path's parameters from the account's own ones, at most `most` of each."""
    choices = []
    for name in operation.path_parameters:
        values = sorted(resources.by_name.get(name, ()))[:most]
        assert values, (
            f"{operation}: no response to the first account has a field `{name}`, so this route"
            " cannot be requested with another account's value. Give the route that creates one an"
            " example body in the OpenAPI file, and its response a field of this name."
        )
        choices.append(values)
    names = operation.path_parameters
    return [dict(zip(names, chosen, strict=True)) for chosen in product(*choices)]
