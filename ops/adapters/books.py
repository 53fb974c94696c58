"""The tables as an auditor reads them, in DynamoDB. Scans are here and not in the functions."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from typing import Final, TypeVar

from pynamodb.connection import Connection
from pynamodb.exceptions import AttributeDeserializationError

from lambdas.adapters.dynamodb import of_model, read_batch, translated
from lambdas.adapters.items import account_of, order_of, positions_of, posting_of
from lambdas.adapters.tables import AccountItem, OrderItem, PostingItem
from lambdas.domain.ledger import Account, Position, Posting, PostingKind
from lambdas.domain.movements import told_by
from lambdas.domain.orders import OPEN, Order
from ops.entries import Entry
from ops.errors import Unreadable

T = TypeVar("T")
_BATCH: Final = 100  # keys of one BatchGetItem


class DynamoBooks:
    """The port `Books`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def accounts(self) -> Iterator[str]:
        """A Scan of accounts, consistent."""
        with _understood():
            for item in AccountItem.scan(attributes_to_get=["account_id"], consistent_read=True):
                yield item.account_id

    def mentioned(self) -> Iterator[str]:
        """A Scan of the orders' index by account (keys only), and one of postings.

        Each gives the items of one account in a row.
        """
        with _understood():
            for order in OrderItem.by_account.scan():
                yield order.account_id
            for posting in PostingItem.scan(attributes_to_get=["account_id", "posting_id"]):
                yield posting.account_id

    def without_balances(self, account_ids: Sequence[str]) -> Sequence[str]:
        """One BatchGetItem of keys, consistent; what else is in the items is not looked at here."""
        with _understood():
            found = AccountItem.batch_get(
                account_ids, consistent_read=True, attributes_to_get=["account_id"]
            )
            known = {item.account_id for item in found}
        return [account_id for account_id in account_ids if account_id not in known]

    def balances(self, account_id: str) -> Account | None:
        """One GetItem, consistent."""
        with _understood():
            try:
                item = AccountItem.get(account_id, consistent_read=True)
            except AccountItem.DoesNotExist:
                return None
            account = account_of(item)
            _require(account.available_minor, account.held_minor)
            return account

    def positions(self, account_id: str) -> Sequence[Position]:
        """One GetItem, consistent."""
        with _understood():
            try:
                return positions_of(AccountItem.get(account_id, consistent_read=True))
            except AccountItem.DoesNotExist:
                return []

    def entries(self, account_id: str) -> Iterator[Entry]:
        """A query of the postings that no order tells, which are stored by cause; then one of the
        orders' index. A BatchGetItem for each 100 orders of either.
        """
        known: set[str] = set()
        with _understood():
            causes = groupby(self._postings(account_id), lambda posting: posting.cause_id)
            grouped = ((cause_id, tuple(postings)) for cause_id, postings in causes)
            for batch in _batches(grouped):
                orders = self._orders([c for c, postings in batch if _is_an_orders(postings)])
                known |= orders.keys()
                for cause_id, postings in batch:
                    yield _entry(cause_id, orders.get(cause_id), postings)
            indexed = (key.order_id for key in OrderItem.by_account.query(account_id))
            for order_ids in _batches(indexed):
                orders = self._orders([it for it in order_ids if it not in known])
                for order_id, order in sorted(orders.items()):
                    yield _entry(order_id, order, ())

    def open_orders(self) -> Iterator[Order]:
        """A Scan of orders; one of this very second may be missed."""
        is_open = OrderItem.state.is_in(*(state.value for state in OPEN))
        with _understood():
            for item in OrderItem.scan(is_open):
                yield _order_of(item)

    def in_conflict(self) -> Iterator[Order]:
        """A Scan of orders: what is read is paid for, what is filtered out is not sent."""
        with _understood():
            for item in OrderItem.scan(OrderItem.conflict_event.exists()):
                yield _order_of(item)

    def _postings(self, account_id: str) -> Iterator[Posting]:
        for item in PostingItem.query(account_id, consistent_read=True):
            posting = posting_of(item)
            _require(posting.cause_id, posting.available_minor, posting.held_minor)
            yield posting

    def _orders(self, order_ids: Sequence[str]) -> dict[str, Order]:
        if not order_ids:
            return {}
        items = read_batch(
            self._connection, [(OrderItem, {"order_id": it}) for it in dict.fromkeys(order_ids)]
        )
        return {item.order_id: _order_of(item) for item in of_model(OrderItem, items)}


def _entry(cause_id: str, order: Order | None, stored: tuple[Posting, ...]) -> Entry:
    """A cause with the postings that it tells, and those that are stored by themselves."""
    told = () if order is None else told_by(order)
    return Entry(cause_id=cause_id, postings=(*told, *stored), order=order)


def _is_an_orders(postings: Sequence[Posting]) -> bool:
    return any(posting.kind is not PostingKind.DEPOSIT for posting in postings)


def _order_of(item: OrderItem) -> Order:
    order = order_of(item)
    _require(order.account_id, order.symbol, order.quantity, order.price, order.cost_minor)
    return order


def _require(*values: object) -> None:
    if None in values:
        raise Unreadable("an attribute is missing")


@contextmanager
def _understood() -> Iterator[None]:
    """DynamoDB's errors become ours; what no code of ours has written becomes Unreadable."""
    try:
        with translated():
            yield
    except (ValueError, TypeError, ArithmeticError, AttributeDeserializationError) as error:
        raise Unreadable(type(error).__name__) from error


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, _BATCH)):
        yield batch
