"""The second account tries every route with what the first one has. Whatever comes back that is not
its own is a finding: a sentence that says what was sent and what came.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from tests.strangers.belongings import (
    Ask,
    Belongings,
    Reply,
    make_everything,
    paths_of,
    see_everything,
    wish,
)
from tests.strangers.description import Operation, Sent, operations

_SHORTEST_ID = 8
# They move with the market, whoever looks.
_MOVING = {"price", "price_at", "value", "gain", "gain_percent", "day_change", "allocation"}
_OWNERS = ("account_id", "user_id", "sub", "email", "owner")


@dataclass(frozen=True, kw_only=True)
class Walk:
    """What was tried, and what was found."""

    tried: int
    findings: list[str]


def walk(
    document: Mapping[str, Any], victim: Ask, stranger: Ask, settled: Callable[[], None]
) -> Walk:
    """`settled` returns once nothing of the victim's changes any more by itself."""
    known = operations(document)
    theirs = Belongings()
    make_everything(victim, known, theirs)
    settled()
    before = see_everything(victim, known, theirs)
    bare = [operation for operation in known if not operation.holes]
    own = {sent.path: reply for sent, reply in see_everything(stranger, bare, Belongings())}
    everybodys = {hole for operation in known if operation.is_shared for hole in operation.holes}
    thief = _Thief(stranger, theirs, everybodys, own)
    findings = [finding for operation in _reading_first(known) for finding in thief.rob(operation)]
    for sent, reply in before:
        if not sent.operation.is_shared and _still(now := victim(sent)) != _still(reply):
            findings.append(f"{sent}: what the first account sees has changed to {now.text}")
    return Walk(tried=thief.tried, findings=findings)


def _reading_first(known: list[Operation]) -> list[Operation]:
    return sorted(known, key=lambda operation: operation.method != "GET")


class _Thief:
    """The second account, with everything in hand that the first one has ever seen of itself."""

    def __init__(
        self, ask: Ask, theirs: Belongings, everybodys: set[str], own: Mapping[str, Reply]
    ) -> None:
        """`own` is what the thief, who has made nothing, is told by each path without holes;
        `everybodys` the holes that anybody may fill.
        """
        self._ask = ask
        self._theirs = theirs
        self._own = own
        self._shared_names = everybodys
        self._private = {i for i in theirs.ids if len(i) >= _SHORTEST_ID}
        self._account = next(iter(theirs.by_name["account_id"]))
        self.tried = 0

    def rob(self, operation: Operation) -> Iterator[str]:
        """Findings on one operation."""
        for values in paths_of(operation, self._theirs):
            plain = wish(operation, values)
            asked_plainly = self._ask(plain)
            yield from self._judged(plain, asked_plainly, values)
            for sent in self._tries(operation, plain):
                self.tried += 1
                reply = self._ask(sent)
                yield from self._judged(sent, reply, values)
                if "Idempotency-Key" in sent.headers and reply.status != asked_plainly.status:
                    yield f"{sent}: {reply.status} {reply.text}, not a thing of its own"

    def _tries(self, operation: Operation, plain: Sent) -> Iterator[Sent]:
        yield replace(plain, headers={"Accept": "text/csv"})
        yield replace(plain, headers=dict.fromkeys(("X-Account-Id", "X-User-Id"), self._account))
        yield replace(plain, query={**plain.query, **dict.fromkeys(_OWNERS, self._account)})
        for parameter in operation.named("query"):
            for value in self._loot_for(parameter["schema"]):
                yield replace(plain, query={**plain.query, parameter["name"]: value})
        if operation.method == "GET":
            return
        for key in sorted(self._theirs.keys):
            yield replace(plain, headers={"Idempotency-Key": key})
        if isinstance(plain.body, dict):
            yield replace(plain, body={**plain.body, **dict.fromkeys(_OWNERS, self._account)})
            yield from self._stolen_fields(plain)

    def _loot_for(self, schema: Mapping[str, Any]) -> list[str]:
        if "enum" in schema:
            return [str(value) for value in schema["enum"]]
        if schema.get("type") != "string" or schema.get("format") == "date-time":
            return []
        return sorted(self._theirs.cursors) + sorted(self._private)

    def _stolen_fields(self, plain: Sent) -> Iterator[Sent]:
        for name in plain.body:
            for value in sorted(self._theirs.by_name.get(name, set()) & self._private):
                yield replace(plain, body={**plain.body, name: value})

    def _judged(self, sent: Sent, reply: Reply, values: Mapping[str, str]) -> Iterator[str]:
        told = f"{sent}: {reply.status} {reply.text}"
        if reply.status >= 500:
            yield f"{told}: an error of ours"
        answered = "\n".join([reply.text, *reply.headers.values()])
        for marker in sorted(self._private):
            # What the stranger has just said beside the path may be repeated.
            if marker in answered and marker not in str(replace(sent, path="")):
                yield f"{told}: names {marker}, which is the first account's"
        if set(values) - self._shared_names:
            yield from self._judged_as_unknown(sent, reply, values)
        elif sent.operation.method == "GET" and not sent.operation.is_shared:
            yield from self._judged_as_own(sent, reply)

    def _judged_as_unknown(
        self, sent: Sent, reply: Reply, values: Mapping[str, str]
    ) -> Iterator[str]:
        """Somebody else's thing is answered exactly as one that nobody has."""
        nobodys = {
            name: value if name in self._shared_names else str(uuid4())
            for name, value in values.items()
        }
        unknown = self._ask(replace(sent, path=sent.operation.filled(nobodys)))
        if reply.status not in (404, 405, 422) or unknown.status != reply.status:
            yield f"{sent}: {reply.status} {reply.text}, and {unknown.status} for nobody's"
        elif _still(reply) != _still(unknown):
            yield f"{sent}: {reply.text}, but {unknown.text} for nobody's"

    def _judged_as_own(self, sent: Sent, reply: Reply) -> Iterator[str]:
        """Whatever is added to the request, it is the stranger's own, or a refusal."""
        own = self._own[sent.path]
        is_table = sent.headers.get("Accept") == "text/csv" and not reply.text.startswith("{")
        if is_table and len(reply.text.splitlines()) > 1:
            yield f"{sent}: rows of somebody: {reply.text}"
        if not is_table and reply.status < 400 and _still(reply) != _still(own):
            yield f"{sent}: {reply.text}, not the {own.text} of one who has nothing"


def _still(reply: Reply) -> Any:
    """The body without what may differ between two equal answers."""

    def keep(value: Any) -> Any:
        match value:
            case dict():
                kept = {k: keep(v) for k, v in value.items() if k not in _MOVING}
                return {k: v for k, v in kept.items() if k != "request_id"}
            case list():
                return [keep(inner) for inner in value]
            case _:
                return value

    text = reply.text
    return reply.status, keep(json.loads(text)) if text.startswith(("{", "[")) else text
