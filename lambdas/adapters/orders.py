"""Orders in DynamoDB: one consistent read before a decision, one transaction to commit it."""

from collections.abc import Sequence
from typing import Any

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from lambdas.adapters.cursors import cursor_in, cursor_out, page_of
from lambdas.adapters.dynamodb import of_model, read_batch, translated, write
from lambdas.adapters.items import account_of, order_item, order_of
from lambdas.adapters.market_items import quote_of, trade_item
from lambdas.adapters.market_tables import BOARD, QuoteItem
from lambdas.adapters.tables import AccountItem, OrderItem, PositionItem
from lambdas.adapters.wallets import book
from lambdas.domain.ledger import Account, Position
from lambdas.domain.orders import Order
from lambdas.domain.trading import Decision, Snapshot
from lambdas.ports import Page


class DynamoOrders:
    """The port `Orders` over the tables orders, accounts, quotes, postings and positions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def snapshot(self, account_id: str, symbol: str, order_id: str) -> Snapshot:
        """One BatchGetItem of three items: 3 read units."""
        found = read_batch(
            self._connection,
            [
                (AccountItem, {"account_id": account_id}),
                (QuoteItem, {"board": BOARD, "symbol": symbol}),
                (OrderItem, {"order_id": order_id}),
            ],
        )
        accounts = map(account_of, of_model(AccountItem, found))
        quotes = map(quote_of, of_model(QuoteItem, found))
        orders = map(order_of, of_model(OrderItem, found))
        return Snapshot(
            account=next(accounts, Account(account_id=account_id)),
            quote=next(quotes, None),
            order=next(orders, None),
        )

    def get(self, order_id: str) -> Order | None:
        """One GetItem, consistent."""
        with translated():
            try:
                return order_of(OrderItem.get(order_id, consistent_read=True))
            except OrderItem.DoesNotExist:
                return None

    def commit(self, decision: Decision) -> None:
        """One PutItem where no money moves, else one TransactWriteItems."""
        after = decision.after
        item = order_item(after)
        if decision.posting is None:
            with translated():
                item.save(condition=_unchanged(decision.before), add_version_condition=False)
            return
        transaction = TransactWrite(connection=self._connection)
        transaction.save(item, condition=_unchanged(decision.before))
        book(transaction, decision.posting)
        if decision.gained is not None:
            _grow(transaction, decision.gained)
        if decision.traded is not None:  # whatever others have said under our own request's id
            transaction.save(trade_item(decision.traded))
        write(transaction)

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Order]:
        """One query of an index of keys, one BatchGetItem of the orders themselves."""
        start = None if cursor is None else _start_key(account_id, cursor)
        with translated():
            keys = list(
                OrderItem.by_account.query(
                    account_id, scan_index_forward=False, limit=limit + 1, last_evaluated_key=start
                )
            )
        page = page_of(keys, limit, lambda last: cursor_out(last.created_at, last.order_id))
        orders = self.read([key.order_id for key in page.items])
        return Page(
            items=[orders[key.order_id] for key in page.items], next_cursor=page.next_cursor
        )

    def read(self, order_ids: Sequence[str]) -> dict[str, Order]:
        """One BatchGetItem, consistent; each order once, as DynamoDB wants it."""
        if not order_ids:
            return {}
        keys = [(OrderItem, {"order_id": it}) for it in dict.fromkeys(order_ids)]
        orders = map(order_of, of_model(OrderItem, read_batch(self._connection, keys)))
        return {order.order_id: order for order in orders}


def _unchanged(before: Order | None) -> Condition:
    """That the order is as it was read: state, asks and conflict are all that ever changes in it.

    An ended order can so never move again: no decision moves one, and none decided on what was
    open can be written over an end.
    """
    if before is None:
        return OrderItem.order_id.does_not_exist()
    is_same: Condition = (OrderItem.state == before.state.value) & (OrderItem.asks == before.asks)
    if before.conflict is None:
        is_same &= OrderItem.conflict_event.does_not_exist()
    else:
        is_same &= OrderItem.conflict_event == before.conflict.event.value
    return is_same


def _grow(transaction: TransactWrite, gained: Position) -> None:
    transaction.update(
        PositionItem(gained.account_id, gained.symbol),
        actions=[
            PositionItem.quantity.add(gained.quantity),
            PositionItem.cost_minor.add(gained.cost_minor),
        ],
    )


def _start_key(account_id: str, cursor: str) -> dict[str, Any]:
    created_at, order_id = cursor_in(cursor)
    return {
        "account_id": {"S": account_id},
        "created_at": {"S": created_at},
        "order_id": {"S": order_id},
    }
