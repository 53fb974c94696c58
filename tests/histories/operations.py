"""What a client asks of an account, and what it can be told, apart from HTTP."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from lambdas.domain.orders import Event, Purchase, State


@dataclass(frozen=True, slots=True)
class Deposit:
    """Put money in."""

    deposit_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Place:
    """Buy. `prices`: those that the company had at some moment of the request; None: not known."""

    order_id: str
    purchase: Purchase
    prices: tuple[Decimal, ...] | None


@dataclass(frozen=True, slots=True)
class Settle:
    """An order ends: the system's own operation, no client's."""

    order_id: str
    event: Event


@dataclass(frozen=True, slots=True)
class ReadWallet:
    """Balances."""


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """One order."""

    order_id: str


@dataclass(frozen=True, slots=True)
class ReadPostings:
    """A page of the ledger: the newest ones, or those behind a posting that was seen before."""

    limit: int
    behind: str | None = None


@dataclass(frozen=True, slots=True)
class ReadPositions:
    """The shares of one company, or of all."""

    symbol: str | None = None


Request = Deposit | Place | Settle | ReadWallet | ReadOrder | ReadPostings | ReadPositions


class Refused(NamedTuple):
    """The `code` of an error."""

    code: str


class Deposited(NamedTuple):
    """The deposit, and whether this request made it."""

    amount_minor: int
    is_new: bool
    version: int | None = None


class Wallet(NamedTuple):
    """Balances in cents; the number of the last posting where the answer tells it."""

    available_minor: int
    held_minor: int
    version: int | None = None


class OrderView(NamedTuple):
    """An order as its owner sees it. `is_new`: this request placed it."""

    state: State
    symbol: str
    quantity: Decimal
    price: Decimal
    cost_minor: int
    version: int | None = None
    is_new: bool = False


class PostingView(NamedTuple):
    """One line of the ledger as its owner sees it."""

    posting_id: str
    kind: str
    available_minor: int
    held_minor: int
    number: int = 0


class PostingPage(NamedTuple):
    """Newest first."""

    postings: tuple[PostingView, ...]
    has_more: bool


class PositionView(NamedTuple):
    """Shares of one company and what they cost."""

    symbol: str
    quantity: Decimal
    cost_minor: int


Positions = tuple[PositionView, ...]
Response = Refused | Deposited | Wallet | OrderView | PostingPage | Positions | None
