"""DynamoDB in this process: what our adapters call, on items as they travel, without the network.

It stands below pynamodb, so everything above it is the real code, pynamodb included. Single
calls are atomic and serialisable, as DynamoDB's are; what is not read consistently may be old.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from botocore.exceptions import ClientError, ReadTimeoutError

from lambdas import names
from lambdas.adapters.tables import MODELS
from tests.simulation.expressions import Item, condition, updated
from tests.simulation.kernel import Kernel, Refusal, What

Key = tuple[str, ...]
_OLD_S: Final = 1.0
"""How old something may be that is not read consistently."""

_KINDS: Final = {
    "PutItem": "write",
    "UpdateItem": "write",
    "BatchWriteItem": "write",
    # Of its own kind: the SDK sends it again under the same token, which DynamoDB recognises.
    "TransactWriteItems": "transact",
}


def table_name(table: names.Table) -> str:
    """What a table is called here."""
    return f"simulated-{table.value}"


class Failed(Exception):
    """A condition did not hold; the reasons, one for each item."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons


class Tables:
    """Stands for the client of DynamoDB that pynamodb calls."""

    def __init__(self, kernel: Kernel, rng: Random) -> None:
        self._rng = rng
        self._was: dict[tuple[str, Key], tuple[float, Item | None]] = {}
        self.data: dict[str, dict[Key, Item]] = {table_name(table): {} for table in names.Table}
        self.version = 0
        self.on_order: Callable[[Item | None, Item], None] = lambda _before, _after: None
        self._keys = {table_name(t): keys for t, keys in names.TABLE_KEYS.items()}
        self._indexes = {
            (table_name(table), index.Meta.index_name): attribute.attr_name
            for table, model in MODELS.items()
            for index in model._indexes.values()
            for attribute in index.Meta.attributes.values()
            if attribute.is_range_key
        }
        self._kernel = kernel

    def of(self, table: names.Table) -> dict[Key, Item]:
        """The raw items of a table."""
        return self.data[table_name(table)]

    def _make_api_call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        kind = _KINDS.get(operation, "read")
        run: Callable[[Mapping[str, Any]], dict[str, Any]] = getattr(self, f"_{operation}")
        try:
            return self._kernel.effect(kind, told(operation, request), lambda: run(request))
        except Failed as failure:
            raise _failed(operation, failure.reasons) from None
        except Refusal as refusal:
            raise _refused(operation, refusal.what, request) from None

    def _GetItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        item = self._read(request["TableName"], request["Key"], request)
        return {} if item is None else {"Item": item}

    def _BatchGetItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        found = {
            table: [it for key in part["Keys"] if (it := self._read(table, key, part)) is not None]
            for table, part in request["RequestItems"].items()
        }
        return {"Responses": found, "UnprocessedKeys": {}}

    def _Query(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        """One page."""
        table, index = request["TableName"], request.get("IndexName")
        holds = condition(request["KeyConditionExpression"])
        placeholders = (
            request["ExpressionAttributeNames"],
            request["ExpressionAttributeValues"],
        )
        sort_key = self._indexes[table, index] if index else self._keys[table][1]
        assert sort_key is not None
        rows = self.data[table].values()
        items = [item for item in rows if sort_key in item and holds(item, *placeholders)]
        items.sort(key=lambda item: _place(item, sort_key))
        if request.get("ScanIndexForward") is False:
            items.reverse()
        start = request.get("ExclusiveStartKey")
        if start is not None:
            items = _after(items, start, sort_key, request.get("ScanIndexForward") is not False)
        shown = items[: request.get("Limit")]
        is_wanted = condition(request.get("FilterExpression", ""))
        found = [item for item in shown if is_wanted(item, *placeholders)]
        page: dict[str, Any] = {"Items": found, "Count": len(found), "ScannedCount": len(shown)}
        if len(shown) < len(items):
            page["LastEvaluatedKey"] = shown[-1]  # more than its key, which nobody minds
        return page

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
        """All of it or nothing."""
        prepared = [self._prepared(kind, part) for p in parts for kind, part in p.items()]
        if any(item is None for _, item in prepared):
            raise Failed(["ConditionalCheckFailed" if i is None else "None" for _, i in prepared])
        for table, item in prepared:
            assert item is not None
            self._store(table, item)
        return {"Attributes": {}}

    def _prepared(self, kind: str, part: Mapping[str, Any]) -> tuple[str, Item | None]:
        """The item as it would be; None where its condition does not hold."""
        table = part["TableName"]
        given = part["Key"] if kind == "Update" else self._key_of(table, part["Item"])
        before = self._get(table, given)
        placeholders = (
            part.get("ExpressionAttributeNames", {}),
            part.get("ExpressionAttributeValues", {}),
        )
        text = part.get("ConditionExpression")
        if text is not None and not condition(text)(before or {}, *placeholders):
            return table, None
        if kind == "Put":
            return table, part["Item"]
        return table, updated(before or dict(given), part["UpdateExpression"], *placeholders)

    def _key_of(self, table: str, item: Item) -> Item:
        return {name: item[name] for name in self._keys[table] if name is not None}

    def _get(self, table: str, key: Item) -> Item | None:
        return self.data[table].get(tuple(key[n]["S"] for n in self._keys[table] if n))

    def _read(self, table: str, key: Item, asked: Mapping[str, Any]) -> Item | None:
        """As it is; or, where nobody asks for that, as it was until a moment ago."""
        if not asked.get("ConsistentRead") and not self._kernel.is_calm:
            place = (table, tuple(key[n]["S"] for n in self._keys[table] if n))
            stored_at_s, before = self._was.get(place, (-_OLD_S, None))
            if self._kernel.now_s - stored_at_s < _OLD_S and self._rng.random() < 0.5:
                return before
        return self._get(table, key)

    def _store(self, table: str, item: Item) -> None:
        self.version += 1
        key = tuple(item[name]["S"] for name in self._keys[table] if name)
        before = self.data[table].get(key)
        self._was[table, key] = (self._kernel.now_s, before)
        self.data[table][key] = item
        if table == table_name(names.Table.ORDERS):
            self.on_order(before, item)


def _place(item: Item, sort_key: str) -> tuple[str, ...]:
    """Where an item stands among those of its partition; of equals the rest of the key decides."""
    rest = [item[n]["S"] for n in ("order_id", "posting_id", "request_id") if n in item]
    return (item[sort_key]["S"], *rest)


def _after(items: list[Item], start: Item, sort_key: str, is_forward: bool) -> list[Item]:
    """What comes behind the start of a page."""
    place = _place(start, sort_key)
    if is_forward:
        return [item for item in items if _place(item, sort_key) > place]
    return [item for item in items if _place(item, sort_key) < place]


def told(operation: str, request: Mapping[str, Any]) -> str:
    """A call in a few words."""
    if operation == "TransactWriteItems":
        parts = [_part(*pair) for part in request["TransactItems"] for pair in part.items()]
        return f"writes {', '.join(parts)} in one transaction"
    if operation == "PutItem":
        return f"writes {_part('Put', request)}"
    table = str(request.get("TableName", "")).removeprefix("simulated-")
    return " ".join(word for word in (operation, table, request.get("IndexName")) if word)


def _part(kind: str, part: Mapping[str, Any]) -> str:
    table = part["TableName"].removeprefix("simulated-")
    item = part["Item"] if kind == "Put" else part["Key"]
    match table:
        case "orders":
            asks = f" asks {item['asks']['N']}" if item["asks"]["N"] != "0" else ""
            return f"order {item['order_id']['S']} {item['state']['S']}{asks}"
        case "postings":
            moved = f"{item['available_minor']['N']}/{item['held_minor']['N']}"
            return f"posting {item['kind']['S']} {moved}"
        case _:
            return str(table)


def _failed(operation: str, reasons: list[str]) -> Exception:
    if operation == "TransactWriteItems":
        return _error(operation, "TransactionCanceledException", reasons)
    return _error(operation, "ConditionalCheckFailedException", [])


def _refused(operation: str, what: What, request: Mapping[str, Any]) -> Exception:
    if what in (What.LOSE, What.TWICE):
        error: Exception = ReadTimeoutError(endpoint_url="https://dynamodb")
        return error
    if what is What.CONFLICT and operation == "TransactWriteItems":
        reasons = ["TransactionConflict"] + ["None"] * (len(request["TransactItems"]) - 1)
        return _error(operation, "TransactionCanceledException", reasons)
    return _error(operation, "ProvisionedThroughputExceededException", [])


def _error(operation: str, code: str, reasons: list[str]) -> Exception:
    answer: Any = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    error: Exception = ClientError(answer, operation)
    return error
