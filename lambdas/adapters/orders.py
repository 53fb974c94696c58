"""Orders in DynamoDB: one consistent read before a decision, one transaction to commit it."""

from collections.abc import Sequence
from typing import Any

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from lambdas.adapters.balances import book, move
from lambdas.adapters.cursors import cursor_out, page_of, start_in
from lambdas.adapters.dynamodb import of_model, read_batch, translated, write
from lambdas.adapters.items import account_of, order_item, order_of
from lambdas.adapters.market_tables import BOARD, QuoteItem
from lambdas.adapters.order_pages import read_orders
from lambdas.adapters.tables import AccountItem, OrderItem
from lambdas.domain.ledger import Account
from lambdas.domain.orders import Order
from lambdas.domain.trading import Decision, Snapshot
from lambdas.ports import Page


class DynamoOrders:
    """The port `Orders` over the tables orders, accounts and quotes.

    An end that came late is in the table postings too, so that the ledger finds it by its time.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def snapshot(self, account_id: str, symbol: str, order_id: str) -> Snapshot:
        """One BatchGetItem of three items: 2.5 read units."""
        from lambdas.adapters.market_items import quote_of  # who settles need not load it

        found = read_batch(
            self._connection,
            [
                (AccountItem, {"account_id": account_id}),
                (QuoteItem, {"board": BOARD, "symbol": symbol}),
                (OrderItem, {"order_id": order_id}),
            ],
            loosely=(QuoteItem,),
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
        return _get(order_id, consistent_read=True)

    def glimpse(self, order_id: str) -> Order | None:
        """One GetItem."""
        return _get(order_id, consistent_read=False)

    def commit(self, decision: Decision) -> None:
        """One PutItem where no money moves, else one TransactWriteItems of order and account."""
        after = decision.after
        item = order_item(after)
        if decision.posting is None:
            with translated():
                item.save(condition=_unchanged(decision.before), add_version_condition=False)
            return
        transaction = TransactWrite(connection=self._connection)
        transaction.save(item, condition=_unchanged(decision.before))
        if after.ended_late:
            book(transaction, decision.posting)
        move(transaction, decision.posting, decision.gained)
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
        orders = read_orders(self._connection, [key.order_id for key in page.items])
        return Page(
            items=[orders[key.order_id] for key in page.items], next_cursor=page.next_cursor
        )

    def read(self, order_ids: Sequence[str]) -> dict[str, Order]:
        """One BatchGetItem, consistent."""
        return read_orders(self._connection, order_ids)


def _get(order_id: str, *, consistent_read: bool) -> Order | None:
    with translated():
        try:
            return order_of(OrderItem.get(order_id, consistent_read=consistent_read))
        except OrderItem.DoesNotExist:
            return None


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


def _start_key(account_id: str, cursor: str) -> dict[str, Any]:
    created_at, order_id = start_in(cursor)
    return {
        "account_id": {"S": account_id},
        "created_at": {"S": created_at},
        "order_id": {"S": order_id},
    }
