"""Calls to AWS, and DynamoDB's capacity units computed from requests and from the items.

A write unit is 1 kB of one item, twice that in a transaction, and once more for each index entry
that it makes, changes or removes. A read unit is 4 kB, read consistently; half of one otherwise,
twice that in a transaction. moto counts no units, so items are looked at before and after a call.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import boto3

from tests.fakes.aws import REGION, Answer, Call, send

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
        case "L":
            return 3 + sum(1 + _size(*element.items()) for element in value)
        case "M":
            return 3 + len(value) + size_of(value)
    raise NotImplementedError(f"none of our items has a {kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A secondary index."""

    name: str
    keys: tuple[str, ...]
    attributes: frozenset[str] | None  # None: all of them
    is_local: bool

    @classmethod
    def of(cls, described: Any, table_keys: Iterable[str], *, is_local: bool) -> "Index":
        """From what DescribeTable says of it."""
        keys = _keys(described)
        projection = described["Projection"]
        included = {*keys, *table_keys, *projection.get("NonKeyAttributes", [])}
        is_whole = projection["ProjectionType"] == "ALL"
        return cls(
            name=described["IndexName"],
            keys=keys,
            attributes=None if is_whole else frozenset(included),
            is_local=is_local,
        )

    def entry(self, item: Item) -> Item:
        """What of the item is in the index; nothing where it lacks a key of the index."""
        if any(key not in item for key in self.keys):
            return {}
        return {n: v for n, v in item.items() if self.attributes is None or n in self.attributes}

    def units(self, before: Item, after: Item) -> int:
        """Write units that a change of an item costs in this index."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        sizes = [math.ceil(size_of(entry) / KB) for entry in (old, new) if entry]
        is_moved = old and new and any(old[key] != new[key] for key in self.keys)
        return sum(sizes) if is_moved else max(sizes)


@dataclass(slots=True, kw_only=True)
class Usage:
    """What some calls have used. `written` is by table, or by table/index."""

    calls: Counter[str] = field(default_factory=Counter)
    read: float = 0.0
    written: Counter[str] = field(default_factory=Counter)


class Meter:
    """Set as the `carry` of an AwsServer, it measures every call; its own looks are not counted."""

    def __init__(self) -> None:
        self._usage = Usage()
        self._keys: dict[str, tuple[str, ...]] = {}
        self._indexes: dict[str, list[Index]] = {}
        self._client: Any = boto3.client(
            "dynamodb", REGION, endpoint_url=f"https://dynamodb.{REGION}.amazonaws.com"
        )

    def take(self) -> Usage:
        """What was used since the last time."""
        usage, self._usage = self._usage, Usage()
        return usage

    def __call__(self, call: Call) -> Answer:
        """Answers the call and adds what it has used."""
        self._usage.calls[call.operation] += 1
        if call.service != "dynamodb":
            return send(call)
        places = [self._place(action) for action in _writes(call)]
        before = self._items(places)
        answer = send(call)
        if answer.status == 200:
            factor = 2 if call.operation == "TransactWriteItems" else 1
            changes = zip(places, before, self._items(places), strict=True)
            for (table, _), old, new in changes:
                self._count_write(table, old, new, factor)
            self._usage.read += sum(_reads(call, json.loads(answer.content)))
        return answer

    def _count_write(self, table: str, before: Item, after: Item, factor: int) -> None:
        written, size = self._usage.written, max(size_of(before), size_of(after))
        written[table] += factor * max(1, math.ceil(size / KB))
        for index in self._indexes[table]:
            if units := index.units(before, after):
                # Whether a transaction doubles a local index is not documented: assume it does.
                written[f"{table}/{index.name}"] += units * (factor if index.is_local else 1)

    def _place(self, action: Any) -> tuple[str, Item]:
        table = action["TableName"]
        if table not in self._keys:
            described = self._client.describe_table(TableName=table)["Table"]
            self._keys[table] = _keys(described)
            self._indexes[table] = list(_indexes(described))
        item = action.get("Key") or action["Item"]
        return table, {name: item[name] for name in self._keys[table]}

    def _items(self, places: Sequence[tuple[str, Item]]) -> list[Item]:
        """The items as they are now, in this order; nothing where there is none."""
        if not places:
            return []
        keys: dict[str, Any] = {}
        for table, key in places:
            keys.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
        found = self._client.batch_get_item(RequestItems=keys)["Responses"]
        return [
            next((item for item in found[table] if key.items() <= item.items()), {})
            for table, key in places
        ]


def _keys(described: Any) -> tuple[str, ...]:
    return tuple(element["AttributeName"] for element in described["KeySchema"])


def _indexes(described: Any) -> Iterator[Index]:
    for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        for index in described.get(kind, []):
            yield Index.of(index, _keys(described), is_local=kind.startswith("Local"))


def _writes(call: Call) -> list[Any]:
    """The actions of a call that cost write units."""
    match call.operation:
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return [call.request]
        case "TransactWriteItems":
            return [action for item in call.request["TransactItems"] for action in item.values()]
        case "BatchWriteItem":
            raise NotImplementedError("none of our operations uses it")
    return []


def _reads(call: Call, answer: Any) -> Iterator[float]:
    """Read units of each item, or of each page."""
    request = call.request
    match call.operation:
        case "GetItem":
            yield _units([answer.get("Item", {})], request)
        case "TransactGetItems":
            for found in answer["Responses"]:
                yield 2 * _units([found.get("Item", {})], {"ConsistentRead": True})
        case "BatchGetItem":
            for table, asked in request["RequestItems"].items():
                found = answer["Responses"].get(table, [])
                missing = len(asked["Keys"]) - len(found)
                yield from (_units([item], asked) for item in [*found, *[{}] * missing])
        case "Query":
            yield _units(answer.get("Items", []), request)  # a COUNT of few items is one unit


def _units(items: Sequence[Item], request: Any) -> float:
    """Of one read; a missing item costs as much as the smallest item."""
    whole = max(1, math.ceil(sum(map(size_of, items)) / (4 * KB)))
    return whole if request.get("ConsistentRead") else whole / 2
