"""An in-process DynamoDB: stands for the botocore client that pynamodb calls.

Everything above the client is real, pynamodb included. Each call is atomic and serialisable, as
DynamoDB's are; a read that is not consistent may return an older version, an index more so.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, Final

from botocore.exceptions import ClientError, ReadTimeoutError
from pynamodb.indexes import AllProjection

from lambdas import names
from lambdas.storage.models import MODELS
from tests.simulation.expressions import Item, apply_update, assigned, condition
from tests.simulation.kernel import Kernel, Refusal, What
from tests.simulation.sometimes import OFTEN_RETRIED, STALE_INDEX, STALE_READ

Key = tuple[str, ...]
READ_LAG_S: Final = 1.0
"""How old an eventually consistent read of a table may be."""

INDEX_LAG_S: Final = 90.0
"""How old an entry of an index may be: longer than the sweep's interval, so that sweeps miss it."""

_KINDS: Final = {
    "PutItem": "write",
    "UpdateItem": "write",
    "BatchWriteItem": "write",
    # A kind of its own: the SDK repeats it with the same token, which DynamoDB recognises.
    "TransactWriteItems": "transact",
    "TransactGetItems": "snapshot",
}


def table_name(table: names.Table) -> str:
    """Name of a table in the simulation."""
    return f"simulated-{table.value}"


class ConditionFailed(Exception):
    """A condition did not hold; the reasons, one for each item."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons


@dataclass(frozen=True, kw_only=True)
class _Index:
    """What a query needs to know of a global secondary index."""

    sort_key: str
    projected: frozenset[str] | None  # None: all attributes


class Tables:
    """The client. `version` counts the items written; `on_order` is the stream of the orders,
    `on_write` hears of the items of other tables, by the table's name.
    """

    _request_signer = None  # pynamodb asks its client for credentials before each use

    def __init__(self, kernel: Kernel, rng: Random) -> None:
        self._rng = rng
        self._kernel = kernel
        self._stale: Counter[str] = Counter()
        self._previous: dict[tuple[str, Key], tuple[float, Item | None]] = {}
        self.data: dict[str, dict[Key, Item]] = {table_name(table): {} for table in names.Table}
        self.version = 0
        self.on_order: Callable[[Item | None, Item], None] = lambda _before, _after: None
        self.on_write: dict[str, Callable[[Item], None]] = {}

    def of(self, table: names.Table) -> dict[Key, Item]:
        """The raw items of a table by key."""
        return self.data[table_name(table)]

    def _make_api_call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        kind = _KINDS.get(operation, "read")
        run: Callable[[Mapping[str, Any]], dict[str, Any]] = getattr(self, f"_{operation}")
        try:
            return self._kernel.effect(kind, describe(operation, request), lambda: run(request))
        except ConditionFailed as failure:
            self._count_stale()
            raise _condition_error(operation, failure.reasons) from None
        except Refusal as refusal:
            if refusal.what is What.CONFLICT:
                self._count_stale()
            if refusal.what is What.PARTLY:
                return self._partly(operation, request)
            raise _fault_error(operation, refusal.what, request) from None

    def _count_stale(self) -> None:
        """Notes an invocation that meets stale writes again and again."""
        process = self._kernel.current.process if self._kernel.current else ""
        self._stale[process] += 1
        if self._stale[process] >= 3:
            self._kernel.reached.add(OFTEN_RETRIED)

    def _partly(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Half of the keys or items of a batch, an early end of a page; else all of it."""
        run: Callable[[Mapping[str, Any]], dict[str, Any]] = getattr(self, f"_{operation}")
        match operation:
            case "BatchGetItem":
                now, later = _halves(request["RequestItems"])
                return run({"RequestItems": now}) | {"UnprocessedKeys": later}
            case "BatchWriteItem":
                items = request["RequestItems"].items()
                run({"RequestItems": {table: writes[1::2] for table, writes in items}})
                return {"UnprocessedItems": {table: writes[::2] for table, writes in items}}
            case "Query":  # a page ends after 1 MB, with a key to continue from
                return run({**request, "Limit": max(1, (request.get("Limit") or 4) // 2)})
            case _:
                return run(request)

    def _GetItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        item = self._read(request["TableName"], request["Key"], request)
        return {} if item is None else {"Item": item}

    def _BatchGetItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        found: dict[str, list[Item]] = {}
        for table, part in request["RequestItems"].items():
            # pynamodb's order of keys differs from process to process; DynamoDB's answer has none.
            keys = sorted(part["Keys"], key=lambda key: _key(table, key))
            items = [self._read(table, key, part) for key in keys]
            found[table] = [item for item in items if item is not None]
        return {"Responses": found, "UnprocessedKeys": {}}

    def _TransactGetItems(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        """All items at one moment."""
        parts = [part["Get"] for part in request["TransactItems"]]
        items = [self._get(part["TableName"], part["Key"]) for part in parts]
        return {"Responses": [{} if item is None else {"Item": item} for item in items]}

    def _Query(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        """One page."""
        table = request["TableName"]
        index = _INDEXES[table, request["IndexName"]] if "IndexName" in request else None
        sort_key = index.sort_key if index else _KEYS[table][1]
        assert sort_key is not None, "only a table with a sort key is queried"
        is_forward = request.get("ScanIndexForward") is not False
        items = self._matches(request, sort_key)
        items.sort(key=lambda item: _rank(item, sort_key), reverse=not is_forward)
        if (start := request.get("ExclusiveStartKey")) is not None:
            items = _after(items, start, sort_key, is_forward)
        shown = items[: request.get("Limit")]
        is_wanted = condition(request.get("FilterExpression", ""))
        found = [_projected(item, index) for item in shown if is_wanted(item, *_values(request))]
        page: dict[str, Any] = {"Items": found, "Count": len(found), "ScannedCount": len(shown)}
        if len(shown) < len(items):
            page["LastEvaluatedKey"] = shown[-1]  # the whole item: more than its key does no harm
        return page

    def _matches(self, request: Mapping[str, Any], sort_key: str) -> list[Item]:
        holds = condition(request["KeyConditionExpression"])
        values = _values(request)
        rows = self._rows(request["TableName"], request)
        return [item for item in rows if sort_key in item and holds(item, *values)]

    def _rows(self, table: str, request: Mapping[str, Any]) -> list[Item]:
        rows = self.data[table]
        if request.get("ConsistentRead") or self._kernel.is_calm:
            return list(rows.values())
        lag_s = INDEX_LAG_S if "IndexName" in request else READ_LAG_S
        seen = [self._maybe_old(table, key, item, lag_s) for key, item in rows.items()]
        return [item for item in seen if item is not None]

    def _PutItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._write([{"Put": request}])

    def _UpdateItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._write([{"Update": request}])

    def _TransactWriteItems(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._write(request["TransactItems"])

    def _BatchWriteItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        for table, writes in request["RequestItems"].items():
            for write in writes:
                self._store(table, write["PutRequest"]["Item"])
        return {"UnprocessedItems": {}}

    def _write(self, parts: list[dict[str, Any]]) -> dict[str, Any]:
        """Writes all items or none."""
        prepared = [self._prepare(kind, part) for p in parts for kind, part in p.items()]
        if any(item is None for _, item in prepared):
            reasons = ["ConditionalCheckFailed" if i is None else "None" for _, i in prepared]
            raise ConditionFailed(reasons)
        for table, item in prepared:
            assert item is not None, "all conditions hold"
            self._store(table, item)
        return {"Attributes": {}}

    def _prepare(self, kind: str, part: Mapping[str, Any]) -> tuple[str, Item | None]:
        """The item as it will be; None where its condition does not hold."""
        table = part["TableName"]
        key = part["Key"] if kind == "Update" else part["Item"]
        before = self._get(table, key)
        text = part.get("ConditionExpression")
        if text is not None and not condition(text)(before or {}, *_values(part)):
            return table, None
        if kind == "Put":
            return table, part["Item"]
        return table, apply_update(before or dict(key), part["UpdateExpression"], *_values(part))

    def _get(self, table: str, key: Item) -> Item | None:
        return self.data[table].get(_key(table, key))

    def _read(self, table: str, key: Item, request: Mapping[str, Any]) -> Item | None:
        item = self._get(table, key)
        if request.get("ConsistentRead") or self._kernel.is_calm:
            return item
        return self._maybe_old(table, _key(table, key), item, READ_LAG_S)

    def _maybe_old(self, table: str, key: Key, item: Item | None, lag_s: float) -> Item | None:
        """The item, or the version before it if that was current less than `lag_s` ago."""
        written_at_s, before = self._previous.get((table, key), (-lag_s, None))
        if self._kernel.now_s - written_at_s < lag_s and self._rng.random() < 0.5:
            self._kernel.reached.add(STALE_READ if lag_s == READ_LAG_S else STALE_INDEX)
            return before
        return item

    def _store(self, table: str, item: Item) -> None:
        self.version += 1
        key = _key(table, item)
        before = self.data[table].get(key)
        self._previous[table, key] = (self._kernel.now_s, before)
        self.data[table][key] = item
        if table == _ORDERS:
            self.on_order(before, item)
        elif (heard := self.on_write.get(table)) is not None:
            heard(item)


_ORDERS: Final = table_name(names.Table.ORDERS)
_ALONE: Final = (table_name(names.Table.ACTIVITY), table_name(names.Table.JOBS))
"""Tables that no transaction writes: a write there meets none."""

_KEYS: Final = {table_name(table): keys for table, keys in names.TABLE_KEYS.items()}


def _indexes() -> dict[tuple[str, str], _Index]:
    found: dict[tuple[str, str], _Index] = {}
    for table, model in MODELS.items():
        for index in model._indexes.values():
            keys = index.Meta.attributes.values()
            projection = index.Meta.projection
            attributes = {key.attr_name for key in keys} | set(projection.non_key_attributes or ())
            attributes |= {name for name in names.TABLE_KEYS[table] if name}
            found[table_name(table), index.Meta.index_name] = _Index(
                sort_key=next(key.attr_name for key in keys if key.is_range_key),
                projected=None if isinstance(projection, AllProjection) else frozenset(attributes),
            )
    return found


_INDEXES: Final = _indexes()


def _key(table: str, item: Item) -> Key:
    """The values of an item's key, as text."""
    return tuple(next(iter(item[name].values())) for name in _KEYS[table] if name)


def _halves(parts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys of a batch that are read now, and those that the answer says were not."""
    now, later = {}, {}
    for table, part in parts.items():
        keys = sorted(part["Keys"], key=lambda key: _key(table, key))
        now[table] = {**part, "Keys": keys[1::2]}
        later[table] = {**part, "Keys": keys[::2]}
    return now, later


def _values(request: Mapping[str, Any]) -> tuple[Any, Any]:
    """The placeholders of a request's expressions."""
    return (
        request.get("ExpressionAttributeNames", {}),
        request.get("ExpressionAttributeValues", {}),
    )


def _projected(item: Item, index: _Index | None) -> Item:
    if index is None or index.projected is None:
        return item
    return {name: value for name, value in item.items() if name in index.projected}


def _rank(item: Item, sort_key: str) -> tuple[Any, ...]:
    """Position of an item within its partition; among equals the rest of the key decides."""
    value = item[sort_key]
    rest = [item[name]["S"] for name in ("order_id", "request_id", "job_id") if name in item]
    return (Decimal(value["N"]) if "N" in value else value["S"], *rest)


def _after(items: list[Item], start: Item, sort_key: str, is_forward: bool) -> list[Item]:
    """The items behind the start of a page."""
    rank = _rank(start, sort_key)
    if is_forward:
        return [item for item in items if _rank(item, sort_key) > rank]
    return [item for item in items if _rank(item, sort_key) < rank]


def describe(operation: str, request: Mapping[str, Any]) -> str:
    """A call in a few words."""
    if operation == "TransactWriteItems":
        parts = [_describe_part(*pair) for p in request["TransactItems"] for pair in p.items()]
        return f"writes {', '.join(parts)} in one transaction"
    if operation in ("PutItem", "UpdateItem"):
        return f"writes {_describe_part(operation.removesuffix('Item'), request)}"
    table = str(request.get("TableName", "")).removeprefix("simulated-")
    return " ".join(word for word in (operation, table, request.get("IndexName")) if word)


def _describe_part(kind: str, part: Mapping[str, Any]) -> str:
    if kind == "Put":
        item = part["Item"]
    else:
        item = part["Key"] | assigned(part["UpdateExpression"], *_values(part))
    match part["TableName"].removeprefix("simulated-"):
        case "orders":
            words = [f"order {item['order_id']['S']}", item.get("state", {}).get("S", "")]
            attempts = item.get("attempts", {"N": "0"})["N"]
            words += [] if attempts == "0" else [f"attempts {attempts}"]
            return " ".join(word for word in words if word)
        case "postings":
            after = f"{item['available_after_minor']['N']}/{item['held_after_minor']['N']}"
            return f"posting {item['number']['N']} {item['kind']['S']} {after}"
        case table:
            return str(table)


def _condition_error(operation: str, reasons: list[str]) -> Exception:
    if operation == "TransactWriteItems":
        return _error(operation, "TransactionCanceledException", reasons)
    return _error(operation, "ConditionalCheckFailedException", [])


_REASONS: Final = {What.CONFLICT: "TransactionConflict", What.REFUSE: "ThrottlingError"}
"""Why a transaction is cancelled."""


def _fault_error(operation: str, what: What, request: Mapping[str, Any]) -> Exception:
    if what in (What.LOSE, What.TWICE):
        error: Exception = ReadTimeoutError(endpoint_url="https://dynamodb")
        return error
    if what in _REASONS and operation.startswith("Transact"):
        reasons = [_REASONS[what]] + ["None"] * (len(request["TransactItems"]) - 1)
        return _error(operation, "TransactionCanceledException", reasons)
    is_single_write = operation in ("PutItem", "UpdateItem")
    if what is What.CONFLICT and is_single_write and request["TableName"] not in _ALONE:
        return _error(operation, "TransactionConflictException", [])
    return _error(operation, "ProvisionedThroughputExceededException", [])


def _error(operation: str, code: str, reasons: list[str]) -> Exception:
    answer: Any = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    error: Exception = ClientError(answer, operation)
    return error
