"""The tables as an auditor reads them, in DynamoDB. Functions never scan; this does."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, Final, TypeVar

from pynamodb.connection import Connection
from pynamodb.models import Model

from lambdas.domain.ledger import Account, Posting, PostingKind
from lambdas.domain.orders import Order
from lambdas.storage.accounts import account_of, position_of, posting_of
from lambdas.storage.client import translated_errors
from lambdas.storage.deposits import deposit_of
from lambdas.storage.models import AccountItem, DepositItem, OrderItem, PositionItem, PostingItem
from lambdas.storage.orders import order_of
from ops.laws import AccountRecords
from ops.ports import Unreadable

T = TypeVar("T")
_OPTIONAL: Final = frozenset({"symbol", "sent_at", "ended_at", "reason", "conflict"})
_OPTIONAL_OF_POSTING: Final = frozenset({"symbol"})
_OPTIONAL_OF_DEPOSIT: Final = frozenset(
    {
        "account_version",
        "charge",
        "page",
        "claimed_at",
        "next_check_at",
        "ended_at",
        "reason",
        "authorization_code",
        "conflict_at",
    }
)
_OF_DEPOSITS: Final = frozenset({PostingKind.DEPOSIT, PostingKind.REFUND})
_NONE: Final[frozenset[str]] = frozenset()


class DynamoAuditStore:
    """The port `AuditStore`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection  # which names the tables

    def account_ids(self) -> Iterator[str]:
        """A Scan of accounts, then keys-only Scans of what may name others. Holds all the ids."""
        known: set[str] = set()
        with _readable("accounts, orders, postings, positions or deposits"):
            for item in self._items_with_account():
                if item.account_id not in known:
                    known.add(item.account_id)
                    yield item.account_id

    def read(self, account_id: str) -> AccountRecords:
        """One GetItem, four Queries, and a BatchGetItem for each 100 orders."""
        account = self._account(account_id)
        postings = self._postings(account_id)
        with _readable("positions"):
            positions = [
                _complete(position_of(item))
                for item in PositionItem.query(account_id, consistent_read=True)
            ]
        with _readable("deposits"):
            deposits = [
                _complete(deposit_of(item), _OPTIONAL_OF_DEPOSIT)
                for item in DepositItem.query(account_id, consistent_read=True)
            ]
        return AccountRecords(
            account_id=account_id,
            account=account,
            postings=postings,
            positions=positions,
            deposits=deposits,
            orders=self._orders(account_id, postings),
        )

    def order(self, order_id: str) -> Order | None:
        """One GetItem, consistent."""
        with _readable("orders"):
            try:
                return _order_of(OrderItem.get(order_id, consistent_read=True))
            except OrderItem.DoesNotExist:
                return None

    def postings_of(self, order: Order) -> Sequence[Posting]:
        """A Query that reads all postings of the account and returns those of the order."""
        return self._postings(order.account_id, PostingItem.cause_id == order.order_id)

    def in_conflict(self) -> Iterator[Order]:
        """A Scan of orders."""
        with _readable("orders"):
            for item in OrderItem.scan(OrderItem.conflict_event.exists()):
                yield _order_of(item)

    def _items_with_account(self) -> Iterator[Any]:
        yield from AccountItem.scan(attributes_to_get=["account_id"], consistent_read=True)
        yield from OrderItem.by_account.scan()
        models: tuple[type[Model], ...] = (PostingItem, PositionItem, DepositItem)
        for model in models:
            yield from model.scan(attributes_to_get=["account_id"])

    def _account(self, account_id: str) -> Account | None:
        with _readable("accounts"):
            try:
                item = AccountItem.get(account_id, consistent_read=True)
            except AccountItem.DoesNotExist:
                return None
            return _complete(account_of(account_id, item))

    def _postings(self, account_id: str, condition: Any = None) -> list[Posting]:
        with _readable("postings"):
            items = PostingItem.query(account_id, filter_condition=condition, consistent_read=True)
            return [_posting_of(item) for item in items]

    def _orders(self, account_id: str, postings: Iterable[Posting]) -> list[Order]:
        """Orders that the postings name, and those that the index has in addition."""
        order_ids = {it.cause_id for it in postings if it.kind not in _OF_DEPOSITS}
        with _readable("orders"):
            order_ids |= {key.order_id for key in OrderItem.by_account.query(account_id)}
            items = OrderItem.batch_get(sorted(order_ids), consistent_read=True)
            orders = [_order_of(item) for item in items]
        return sorted(orders, key=lambda order: order.order_id)


def _order_of(item: OrderItem) -> Order:
    return _complete(order_of(item), _OPTIONAL)


def _posting_of(item: PostingItem) -> Posting:
    posting = _complete(posting_of(item), _OPTIONAL_OF_POSTING)
    for line in posting.lines:
        _complete(line)
    return posting


def _complete(value: T, optional: frozenset[str] = _NONE) -> T:
    """The value itself. Raises ValueError where an attribute is missing in the stored item."""
    for field in fields(value):  # type: ignore[arg-type]  # every value here is a dataclass
        if field.name not in optional and getattr(value, field.name) is None:
            raise ValueError(f"{field.name} is missing")
    return value


@contextmanager
def _readable(table: str) -> Iterator[None]:
    """Raises Unreadable for an item that our code did not write, and our errors for DynamoDB's."""
    try:
        with translated_errors():
            yield
    except (ValueError, TypeError, ArithmeticError) as error:  # what reading an attribute raises
        raise Unreadable(f"an item of {table} cannot be read ({type(error).__name__})") from error
