"""Calls to AWS, and DynamoDB's capacity units worked out from requests and from the items.

A write unit is 1 kB of one item, twice that in a transaction, and once more for each index entry
that it makes, changes or removes. A read unit is 4 kB, read consistently; half of one otherwise.
DynamoDB is moto in the process, which counts no units: items are looked at before and after.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import boto3

from awsjson.connections import Answer
from awsjson.services import DYNAMODB
from bench.in_process import Call, through
from lambdas.names import TABLE_KEYS, Table

KB: Final = 1024
Item = Mapping[str, Mapping[str, Any]]


def size_of(item: Item) -> int:
    """In bytes, as DynamoDB counts: names, texts in UTF-8, a byte for two digits of a number."""
    return sum(len(name.encode()) + _size(*typed.items()) for name, typed in item.items())


def _size(typed: tuple[str, Any]) -> int:
    kind, value = typed
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return len(value.strip("-").replace(".", "")) // 2 + 2
        case "BOOL" | "NULL":
            return 1
    raise NotImplementedError(f"none of our items has a {kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A secondary index. One that is local is written within the transaction of its item."""

    name: str
    keys: tuple[str, ...]
    attributes: frozenset[str] | None  # None: all of them
    is_local: bool

    def entry(self, item: Item | None) -> Item | None:
        """What of the item is in the index; None where it is not in it."""
        if item is None or any(key not in item for key in self.keys):
            return None
        wanted = self.attributes
        return {n: v for n, v in item.items() if wanted is None or n in wanted}


@dataclass(slots=True, kw_only=True)
class Usage:
    """What some calls have used. `written` is by table, or by table/index."""

    calls: Counter[str] = field(default_factory=Counter)
    read: float = 0.0
    written: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Usage") -> None:
        """Both together."""
        self.calls += other.calls
        self.read += other.read
        self.written += other.written


class Recorder:
    """Takes note of each call of our clients while it is recording; its own looks are not heard."""

    def __init__(self) -> None:
        self._usage = Usage()
        self._indexes: dict[str, list[Index]] = {}
        self._client: Any = None

    @contextmanager
    def recording(self) -> Iterator["Recorder"]:
        """Within moto's own block."""
        self._client = boto3.client("dynamodb", region_name="us-east-1")
        with through(self._carry):
            yield self

    def take(self) -> Usage:
        """What was used since the last time."""
        usage, self._usage = self._usage, Usage()
        return usage

    def _carry(self, call: Call) -> Answer:
        self._usage.calls[f"{call.service.name}:{call.operation}"] += 1
        if call.service is not DYNAMODB:
            return call.send()
        places = _written_places(call)
        found = [self._look(*place) for place in places]
        answer = call.send()
        if answer.status == 200:
            factor = 2 if call.operation == "TransactWriteItems" else 1
            for (table, key), before in zip(places, found, strict=True):
                self._count_write(table, before, self._look(table, key), factor)
            content = json.loads(answer.content)
            self._usage.read += self._units_read(call.operation, call.request, content)
        return answer

    def _count_write(
        self, table: str, before: Item | None, after: Item | None, factor: int
    ) -> None:
        size = max(size_of(before or {}), size_of(after or {}))
        self._usage.written[table] += factor * math.ceil(size / KB)
        for index in self._indexes_of(table):
            units = _units_of_entry(index, index.entry(before), index.entry(after))
            if units:
                # Whether a transaction doubles a local index too is written nowhere: the dear side.
                self._usage.written[f"{table}/{index.name}"] += units * (
                    factor if index.is_local else 1
                )

    def _units_read(self, operation: str, request: Any, answer: Any) -> float:
        match operation:
            case "GetItem":
                return _units([answer.get("Item", {})], request)
            case "BatchGetItem":
                return sum(self._units_of_batch(request, answer))
            case "Query":
                if request.get("Select") == "COUNT":
                    answer = self._query({k: v for k, v in request.items() if k != "Select"})
                return _units(answer["Items"], request)
        return 0.0

    def _units_of_batch(self, request: Any, answer: Any) -> Iterator[float]:
        for table, asked in request["RequestItems"].items():
            found = answer["Responses"].get(table, [])
            missing = len(asked["Keys"]) - len(found)
            yield sum(_units([item], asked) for item in [*found, *[{}] * missing])

    def _look(self, table: str, key: Item) -> Item | None:
        answer = self._client.get_item(TableName=table, Key=key, ConsistentRead=True)
        found: Item | None = answer.get("Item")
        return found

    def _query(self, request: Any) -> Any:
        return self._client.query(**request)

    def _indexes_of(self, table: str) -> Sequence[Index]:
        if table not in self._indexes:
            described = self._client.describe_table(TableName=table)["Table"]
            self._indexes[table] = [
                _index(table, given, is_local=kind.startswith("Local"))
                for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
                for given in described.get(kind, [])
            ]
        return self._indexes[table]


def _index(table: str, given: Any, *, is_local: bool) -> Index:
    keys = tuple(element["AttributeName"] for element in given["KeySchema"])
    projection = given["Projection"]
    own = {name for name in TABLE_KEYS[Table(table)] if name}
    included = {*keys, *own, *projection.get("NonKeyAttributes", [])}
    is_whole = projection["ProjectionType"] == "ALL"
    return Index(
        name=given["IndexName"],
        keys=keys,
        attributes=None if is_whole else frozenset(included),
        is_local=is_local,
    )


def _units_of_entry(index: Index, before: Item | None, after: Item | None) -> int:
    if before == after:
        return 0
    sizes = [math.ceil(size_of(entry) / KB) for entry in (before, after) if entry is not None]
    if before is not None and after is not None:
        is_moved = any(before[key] != after[key] for key in index.keys)
        return sum(sizes) if is_moved else max(sizes)
    return sum(sizes)


def _units(items: Sequence[Item], request: Any) -> float:
    """Of one reading; what is not there costs as much as the smallest item."""
    whole = max(1, math.ceil(sum(map(size_of, items)) / (4 * KB)))
    return whole if request.get("ConsistentRead") else whole / 2


def _written_places(call: Call) -> list[tuple[str, Item]]:
    """Table and key of every item that the request writes."""
    match call.operation:
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return [_place(call.request)]
        case "TransactWriteItems":
            wishes = call.request["TransactItems"]
            return [_place(action) for wish in wishes for action in wish.values()]
    return []


def _place(action: Any) -> tuple[str, Item]:
    table = action["TableName"]
    item = action.get("Key") or action["Item"]
    return table, {name: item[name] for name in TABLE_KEYS[Table(table)] if name}
