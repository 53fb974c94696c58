"""Copies of whole tables: exports, recoveries to a point in time, and writing them back.

Works on stored items as they are, so that attributes that this version does not know survive.
"""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zlib import crc32

from botocore.exceptions import ClientError

from lambdas.domain.ledger import Account
from lambdas.domain.orders import Order, State
from lambdas.names import OPEN_ORDER_SHARDS, TABLE_KEYS, Table
from lambdas.storage.models import AccountItem, PositionItem
from lambdas.storage.pagination import serialize_time
from ops.ports import CannotRun, Copied, StoredItem
from ops.rewind import Rewind

_BATCH: Final = 25  # items of one BatchWriteItem
_POLL_S: Final = 10.0
_GONE_WITH_THE_END: Final = ("ended_at", "reason", "conflict_event", "conflict_at")


class DynamoBackups:
    """The port `Backups` over a boto3 client."""

    def __init__(self, client: Any, table_names: Mapping[Table, str]) -> None:
        self._client = client
        self._names = table_names

    def items(self, table: Table) -> Iterator[StoredItem]:
        """A Scan, consistent."""
        return self._scan(self._names[table])

    def recovered(self, table: Table, at: datetime, suffix: str) -> Iterator[StoredItem]:
        """Restores into a table of its own, waits for it, and reads that. The copy stays."""
        name = f"{self._names[table]}-{suffix}"
        try:
            self._client.restore_table_to_point_in_time(
                SourceTableName=self._names[table], TargetTableName=name, RestoreDateTime=at
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "TableAlreadyExistsException":
                raise CannotRun(
                    f"{self._names[table]} cannot be restored to {at:%Y-%m-%d %H:%M:%S} UTC:"
                    f" {error.response['Error']['Message']}"
                ) from None
        while self._client.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
            time.sleep(_POLL_S)
        return self._scan(name)

    def replace(self, table: Table, items: Iterator[StoredItem]) -> Copied:
        """Deletes what the copy does not have, then writes the copy's items."""
        kept = {self._key_text(table, item): item for item in items}
        writes = [
            {"DeleteRequest": {"Key": self._key(table, item)}}
            for item in self.items(table)
            if self._key_text(table, item) not in kept
        ]
        deleted = len(writes)
        writes += [{"PutRequest": {"Item": item}} for item in kept.values()]
        self._write(table, writes)
        return Copied(written=len(kept), deleted=deleted)

    def rewind(self, rewound: Rewind, now: datetime) -> None:
        """Writes what makes the account's items agree: the account last."""
        account_id = rewound.account.account_id
        self._write(
            Table.POSTINGS,
            [
                _delete({"account_id": {"S": account_id}, "number": {"N": str(posting.number)}})
                for posting in rewound.cut
            ],
        )
        self._write(
            Table.ORDERS, [_delete({"order_id": {"S": it}}) for it in rewound.unexplained_orders]
        )
        self._write(
            Table.DEPOSITS,
            [
                _delete({"account_id": {"S": account_id}, "deposit_id": {"S": it}})
                for it in rewound.unexplained_deposits
            ],
        )
        for order in rewound.reopened:
            self._reopen(order, now)
        self._write_positions(rewound)
        self._write_account(rewound.account)

    def ask_again(self, order: Order, now: datetime) -> None:
        """Makes an open order due, so that the next sweep publishes it under the same id."""
        self._update_order(order, {"next_attempt_at": _time(now)}, ())

    def _reopen(self, order: Order, now: datetime) -> None:
        state = State.PENDING if order.sent_at is None else State.SENT
        shard = str(crc32(order.order_id.encode()) % OPEN_ORDER_SHARDS)
        changes = {
            "state": {"S": state.value},
            "open_shard": {"S": shard},
            "next_attempt_at": _time(now),
            "account_version": {"N": str(order.account_version)},
        }
        self._update_order(order, changes, _GONE_WITH_THE_END)

    def _update_order(self, order: Order, changes: StoredItem, removed: tuple[str, ...]) -> None:
        names = {f"#{name}": name for name in (*changes, *removed, "version")}
        values = {f":{name}": value for name, value in changes.items()}
        sets = ", ".join(f"#{name} = :{name}" for name in changes)
        remove = f" REMOVE {', '.join(f'#{name}' for name in removed)}" if removed else ""
        self._client.update_item(
            TableName=self._names[Table.ORDERS],
            Key={"order_id": {"S": order.order_id}},
            UpdateExpression=f"SET {sets}{remove} ADD #version :one",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values | {":one": {"N": "1"}},
        )

    def _write_positions(self, rewound: Rewind) -> None:
        account_id = rewound.account.account_id
        stored = self._client.query(
            TableName=self._names[Table.POSITIONS],
            KeyConditionExpression="account_id = :account",
            ExpressionAttributeValues={":account": {"S": account_id}},
            ConsistentRead=True,
        )["Items"]
        right = {position.symbol: position for position in rewound.positions}
        writes = [
            _delete(self._key(Table.POSITIONS, item))
            for item in stored
            if item["symbol"]["S"] not in right
        ]
        writes += [
            _put(
                PositionItem(
                    account_id=account_id,
                    symbol=position.symbol,
                    quantity=position.quantity,
                    cost_minor=position.cost_minor,
                )
            )
            for position in right.values()
        ]
        self._write(Table.POSITIONS, writes)

    def _write_account(self, account: Account) -> None:
        if account.version == 0:
            key = {"account_id": {"S": account.account_id}}
            return self._write(Table.ACCOUNTS, [_delete(key)])
        item = AccountItem(
            account_id=account.account_id,
            available_minor=account.available_minor,
            held_minor=account.held_minor,
            posted_at=account.posted_at,
            version=account.version,
        )
        return self._write(Table.ACCOUNTS, [_put(item)])

    def _scan(self, name: str) -> Iterator[StoredItem]:
        pages = self._client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        return (item for page in pages for item in page["Items"])

    def _write(self, table: Table, writes: list[dict[str, Any]]) -> None:
        name = self._names[table]
        while writes:
            answer = self._client.batch_write_item(RequestItems={name: writes[:_BATCH]})
            writes = [*answer.get("UnprocessedItems", {}).get(name, []), *writes[_BATCH:]]

    def _key(self, table: Table, item: StoredItem) -> StoredItem:
        return {name: item[name] for name in TABLE_KEYS[table] if name}

    def _key_text(self, table: Table, item: StoredItem) -> str:
        return repr(self._key(table, item))


def _delete(key: StoredItem) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": key}}


def _put(item: Any) -> dict[str, Any]:
    return {"PutRequest": {"Item": item.serialize()}}


def _time(at: datetime) -> dict[str, Any]:
    return {"S": serialize_time(at)}
