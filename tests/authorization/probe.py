"""The second account requests every route with the first account's values. Any response that is not
its own is a finding: a sentence with the request and the response.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from tests.authorization.operations import Operation, Sent, operations
from tests.authorization.resources import (
    Client,
    Reply,
    Resources,
    create_everything,
    example_request,
    path_values,
    read_everything,
)

_MIN_ID_LENGTH = 8
# They change with the market, whoever reads them.
_MARKET_FIELDS = {
    "price",
    "price_at",
    "value",
    "gain",
    "gain_percent",
    "day_change",
    "day_change_percent",
    "allocation",
    "cash_allocation",
    "net_worth",
    "market_day",
    "previous_close",
    "previous_close_at",
}
_NEW_EACH_TIME = {"url", "expires_at"}  # signed links
_OWNER_FIELDS = ("account_id", "user_id", "sub", "email", "owner")


@dataclass(frozen=True, kw_only=True)
class Report:
    """The number of requests, and what was found."""

    requests: int
    findings: list[str]


def probe(
    document: Mapping[str, Any], owner: Client, other: Client, settle: Callable[[], None]
) -> Report:
    """Probes all routes as `other`. `settle` returns once the owner's resources have settled."""
    known = [operation for operation in operations(document) if not operation.needs_a_code]
    owned = Resources()
    create_everything(owner, known, owned)
    settle()
    before = read_everything(owner, known, owned)
    plain = [operation for operation in known if not operation.path_parameters]
    own = {sent.path: reply for sent, reply in read_everything(other, plain, Resources())}
    shared = {name for each in known if each.is_shared for name in each.path_parameters}
    prober = _Prober(other, owned, shared, own)
    reads_first = sorted(known, key=lambda operation: operation.method != "GET")
    findings = [finding for operation in reads_first for finding in prober.probe(operation)]
    for sent, reply in before:
        if not sent.operation.is_shared and _stable(now := owner(sent)) != _stable(reply):
            findings.append(f"{sent}: the first account's resource has changed to {now.text}")
    return Report(requests=prober.requests, findings=findings)


class _Prober:
    """The second account, with all values that the first one has ever been told."""

    def __init__(
        self, client: Client, owned: Resources, shared: set[str], own: Mapping[str, Reply]
    ) -> None:
        """`own`: responses to this account, which has created nothing, by path without parameters.
        `shared`: names of path parameters that are the same for every account.
        """
        self._client = client
        self._owned = owned
        self._own = own
        self._shared = shared
        self._private = {value for value in owned.ids if len(value) >= _MIN_ID_LENGTH}
        self._account = next(iter(owned.by_name["account_id"]))
        self.requests = 0

    def probe(self, operation: Operation) -> Iterator[str]:
        """Findings on one operation."""
        for values in path_values(operation, self._owned):
            plain = example_request(operation, values)
            plain_reply = self._client(plain)
            yield from self._check(plain, plain_reply, values)
            for sent in self._variants(operation, plain):
                self.requests += 1
                reply = self._client(sent)
                yield from self._check(sent, reply, values)
                if "Idempotency-Key" in sent.headers and reply.status != plain_reply.status:
                    yield f"{sent}: {reply.status} {reply.text}, not a resource of its own"

    def _variants(self, operation: Operation, plain: Sent) -> Iterator[Sent]:
        yield replace(plain, headers={"Accept": "text/csv"})
        yield replace(plain, headers=dict.fromkeys(("X-Account-Id", "X-User-Id"), self._account))
        yield replace(plain, query={**plain.query, **dict.fromkeys(_OWNER_FIELDS, self._account)})
        for parameter in operation.parameters_in("query"):
            for value in self._values_for(parameter["schema"]):
                yield replace(plain, query={**plain.query, parameter["name"]: value})
        if operation.method == "GET":
            return
        for key in sorted(self._owned.keys):
            yield replace(plain, headers={"Idempotency-Key": key})
        if isinstance(plain.body, dict):
            yield replace(plain, body={**plain.body, **dict.fromkeys(_OWNER_FIELDS, self._account)})
            yield from self._bodies(plain)

    def _values_for(self, schema: Mapping[str, Any]) -> list[str]:
        if "enum" in schema:
            return [str(value) for value in schema["enum"]]
        if schema.get("type") != "string" or schema.get("format") == "date-time":
            return []
        return sorted(self._owned.cursors) + sorted(self._private)

    def _bodies(self, plain: Sent) -> Iterator[Sent]:
        for name in plain.body:
            for value in sorted(self._owned.by_name.get(name, set()) & self._private):
                yield replace(plain, body={**plain.body, name: value})

    def _check(self, sent: Sent, reply: Reply, values: Mapping[str, str]) -> Iterator[str]:
        answered = f"{sent}: {reply.status} {reply.text}"
        if reply.status >= 500:
            yield f"{answered}: a server error"
        response = "\n".join([reply.text, *reply.headers.values()])
        for value in sorted(self._private):
            # What the request itself contains, beside the path, may be repeated.
            if value in response and value not in str(replace(sent, path="")):
                yield f"{answered}: contains {value}, which is the first account's"
        if set(values) - self._shared:
            yield from self._check_like_unknown(sent, reply, values)
        elif sent.operation.method == "GET" and not sent.operation.is_shared:
            yield from self._check_own(sent, reply)

    def _check_like_unknown(
        self, sent: Sent, reply: Reply, values: Mapping[str, str]
    ) -> Iterator[str]:
        """Another account's resource is answered exactly like an id that does not exist."""
        unknown_values = {
            name: value if name in self._shared else str(uuid4()) for name, value in values.items()
        }
        unknown = self._client(replace(sent, path=sent.operation.path_with(unknown_values)))
        if reply.status not in (404, 405, 422) or unknown.status != reply.status:
            yield f"{sent}: {reply.status} {reply.text}, and {unknown.status} for an unknown id"
        elif _stable(reply) != _stable(unknown):
            yield f"{sent}: {reply.text}, but {unknown.text} for an unknown id"

    def _check_own(self, sent: Sent, reply: Reply) -> Iterator[str]:
        """Whatever is added to the request, the response is this account's own, or a refusal."""
        own = self._own[sent.path]
        is_table = sent.headers.get("Accept") == "text/csv" and not reply.text.startswith("{")
        if is_table and len(reply.text.splitlines()) > 1:
            yield f"{sent}: rows of another account: {reply.text}"
        if not is_table and reply.status < 400 and _stable(reply) != _stable(own):
            yield f"{sent}: {reply.text}, not the {own.text} of an account that has nothing"


def _stable(reply: Reply) -> Any:
    """Status and body without what may differ between two equal responses."""

    def keep(value: Any) -> Any:
        match value:
            case dict():
                kept = {
                    k: keep(v) for k, v in value.items() if k not in _MARKET_FIELDS | _NEW_EACH_TIME
                }
                return {k: v for k, v in kept.items() if k != "request_id"}
            case list():
                return [keep(inner) for inner in value]
            case _:
                return value

    text = reply.text
    return reply.status, keep(json.loads(text)) if text.startswith(("{", "[")) else text
