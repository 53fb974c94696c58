"""Orders in DynamoDB."""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from pynamodb.connection import Connection
from pynamodb.transactions import TransactGet, TransactWrite

from lambdas.domain.orders import Conflict, Decision, Event, Order, Snapshot, State
from lambdas.names import OPEN_ORDER_SHARDS
from lambdas.ports import OpenOrder, Page
from lambdas.storage.accounts import account_of, add_to_position, post
from lambdas.storage.client import found, translated_errors
from lambdas.storage.market import quote_of
from lambdas.storage.models import BOARD, AccountItem, OrderItem, QuoteItem
from lambdas.storage.pagination import page_of, parse_time_cursor, serialize_time, time_cursor


class DynamoOrders:
    """The port `Orders` over the tables orders, accounts, postings, positions and quotes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def snapshot(self, account_id: str, symbol: str, order_id: str) -> Snapshot:
        """One TransactGetItems of three items: 6 read units."""
        with translated_errors(), TransactGet(connection=self._connection) as transaction:
            account = transaction.get(AccountItem, account_id)
            quote = transaction.get(QuoteItem, BOARD, symbol)
            order = transaction.get(OrderItem, order_id)
        return Snapshot(
            account=account_of(account_id, found(account)),
            quote=None if (item := found(quote)) is None else quote_of(item),
            order=None if (item := found(order)) is None else order_of(item),
        )

    def get(self, order_id: str) -> Order | None:
        """One GetItem, consistent."""
        with translated_errors():
            try:
                return order_of(OrderItem.get(order_id, consistent_read=True))
            except OrderItem.DoesNotExist:
                return None

    def get_many(self, order_ids: Sequence[str]) -> dict[str, Order]:
        """One BatchGetItem, consistent."""
        if not order_ids:
            return {}
        with translated_errors():
            items = list(OrderItem.batch_get(order_ids, consistent_read=True))
        return {item.order_id: order_of(item) for item in items}

    def commit(self, decision: Decision) -> None:
        """One UpdateItem where no money moves, else one TransactWriteItems of order, account,
        posting, and the position of an accepted order.
        """
        after, before = decision.after, decision.before
        with translated_errors():
            if decision.posting is None:
                assert before is not None, "a new order holds money"
                _versioned(before).update(actions=_changes(before, after))
                return
            with TransactWrite(connection=self._connection) as transaction:
                if before is None:
                    transaction.save(order_item(after))
                else:
                    transaction.update(_versioned(before), actions=_changes(before, after))
                post(transaction, decision.posting)
                if decision.position_change is not None:
                    add_to_position(transaction, decision.position_change)

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Order]:
        """One query of the index, one BatchGetItem of the orders, consistent."""
        start = None if cursor is None else _start_key(account_id, cursor)
        with translated_errors():
            keys = list(
                OrderItem.by_account.query(
                    account_id, scan_index_forward=False, limit=limit + 1, last_evaluated_key=start
                )
            )
        page = page_of(keys, limit, lambda last: time_cursor(last.created_at, last.order_id))
        orders = self.get_many([key.order_id for key in page.items])
        return Page(
            items=[orders[key.order_id] for key in page.items], next_cursor=page.next_cursor
        )

    def open(self) -> Sequence[OpenOrder]:
        """One query of the index for each shard."""
        with translated_errors():
            entries = [
                OpenOrder(item.order_id, item.next_attempt_at, item.created_at)
                for shard in range(OPEN_ORDER_SHARDS)
                for item in OrderItem.open_orders.query(str(shard))
            ]
        return sorted(entries, key=lambda entry: entry.next_attempt_at)


def order_item(order: Order) -> OrderItem:
    """The item of a new order."""
    return OrderItem(
        order_id=order.order_id,
        account_id=order.account_id,
        symbol=order.symbol,
        quantity=order.quantity,
        price=order.price,
        cost_minor=order.cost_minor,
        currency=order.currency,
        state=order.state.value,
        created_at=order.created_at,
        request_fingerprint=order.request_fingerprint,
        next_attempt_at=order.next_attempt_at,
        attempts=order.attempts,
        account_version=order.account_version,
        open_shard=str(crc32(order.order_id.encode()) % OPEN_ORDER_SHARDS),
    )


def order_of(item: OrderItem) -> Order:
    """The order of an item."""
    return Order(
        order_id=item.order_id,
        account_id=item.account_id,
        symbol=item.symbol,
        quantity=item.quantity,
        price=item.price,
        cost_minor=item.cost_minor,
        currency=item.currency,
        state=State(item.state),
        created_at=item.created_at,
        request_fingerprint=item.request_fingerprint,
        next_attempt_at=item.next_attempt_at,
        attempts=item.attempts,
        account_version=item.account_version or 0,  # 0: stored before it was recorded
        sent_at=item.sent_at,
        ended_at=item.ended_at,
        reason=item.reason,
        conflict=None
        if item.conflict_event is None
        else Conflict(event=Event(item.conflict_event), seen_at=item.conflict_at),
        version=item.version,
    )


def _versioned(order: Order) -> OrderItem:
    """The order's key and version, which pynamodb makes the condition of a write."""
    return OrderItem(order.order_id, version=order.version)


def _changes(before: Order, after: Order) -> list[Any]:
    """Update actions of what differs. Attributes that this version does not know stay."""
    values: list[tuple[Any, object, object]] = [
        (OrderItem.state, before.state.value, after.state.value),
        (OrderItem.attempts, before.attempts, after.attempts),
        (OrderItem.next_attempt_at, before.next_attempt_at, after.next_attempt_at),
        (OrderItem.sent_at, before.sent_at, after.sent_at),
        (OrderItem.ended_at, before.ended_at, after.ended_at),
        (OrderItem.reason, before.reason, after.reason),
        (OrderItem.account_version, before.account_version, after.account_version),
    ]
    actions: list[Any] = [attribute.set(new) for attribute, old, new in values if new != old]
    if after.conflict is not None and after.conflict != before.conflict:
        actions.append(OrderItem.conflict_event.set(after.conflict.event.value))
        actions.append(OrderItem.conflict_at.set(after.conflict.seen_at))
    if before.is_open and not after.is_open:
        actions.append(OrderItem.open_shard.remove())
    return actions


def _start_key(account_id: str, cursor: str) -> dict[str, Any]:
    created_at, order_id = parse_time_cursor(cursor, with_id=True)
    return {
        "account_id": {"S": account_id},
        "created_at": {"S": serialize_time(created_at)},
        "order_id": {"S": order_id},
    }
