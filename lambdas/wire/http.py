"""The bodies that the HTTP API answers with and takes in. Their docstrings are the public contract.

Amounts, prices and quantities leave as decimal strings, the currency beside them; what is not
known is null, never 0. Times are ISO-8601 in UTC.
"""

from typing import Annotated, Generic, TypeVar

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from lambdas.domain.ledger import PostingKind
from lambdas.domain.orders import State

T = TypeVar("T")

Amount = Annotated[
    str,
    Meta(description="Money, two decimals; may be negative.", pattern=r"^-?[0-9]+\.[0-9]{2}$"),
]
Decimals = Annotated[
    str, Meta(description="A decimal number, up to 6 places.", pattern=r"^-?[0-9]+(\.[0-9]{1,6})?$")
]
Time = Annotated[str, Meta(description="ISO-8601, UTC.", extra_json_schema={"format": "date-time"})]
_NUMBER_IN = {
    "anyOf": [
        {
            "type": "string",
            "pattern": r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$",
        },
        {"type": "number"},
    ]
}
# Bodies come in unread, field by field, so that every field at fault can be named.
NumberIn = Annotated[
    Raw,
    Meta(description="A decimal, as string or number, read exactly.", extra_json_schema=_NUMBER_IN),
]


class Exchange(Struct, frozen=True, kw_only=True):
    """The link to the exchange. `link_alive` is null when it could not be found out."""

    link_alive: bool | None


class JobService(Struct, frozen=True, kw_only=True):
    """Whether jobs are worked on: the workflow is there and nothing due is left lying. `alive` is
    null when it could not be found out; the times are null where nothing ever ended so.
    """

    alive: bool | None
    last_finished_at: Time | None
    last_failed_at: Time | None


class Heartbeat(Struct, frozen=True, kw_only=True):
    """Whether the service is alive, what it hears of the exchange, and how its jobs go."""

    alive: bool
    stage: str
    exchange: Exchange
    jobs: JobService
    newest_price_at: Time | None
    newest_price_age_s: int | None


class Wallet(Struct, frozen=True, kw_only=True):
    """What can be spent, what open orders hold, and both together."""

    available: Amount
    held: Amount
    total: Amount
    currency: str


class Deposit(Struct, frozen=True, kw_only=True):
    """Money that was put into the wallet."""

    deposit_id: str
    amount: Amount
    currency: str
    recorded_at: Time


class Posting(Struct, frozen=True, kw_only=True):
    """One movement of the ledger: how much `available` and `held` changed, and for which order."""

    posting_id: str
    kind: PostingKind
    available: Amount
    held: Amount
    currency: str
    order_id: str | None
    symbol: str | None
    recorded_at: Time


class Order(Struct, frozen=True, kw_only=True):
    """A purchase request. `cost` is held until it ends; `released` is what was given back.

    It is bought only when `state` is ACCEPTED. `overdue` says that the exchange has been silent for
    unusually long, `asks` how many times it was asked again, `reason` why it ended as it did.
    """

    order_id: str
    symbol: str
    quantity: Decimals
    price: Decimals
    cost: Amount
    currency: str
    state: State
    overdue: bool
    asks: int
    created_at: Time
    sent_at: Time | None
    ended_at: Time | None
    reason: str | None
    released: Amount | None


class Holding(Struct, frozen=True, kw_only=True):
    """The shares of one company, what they cost, and what they are worth at the latest price.

    `allocation` is the share of the whole portfolio's value, 0 to 1.
    """

    symbol: str
    name: str | None
    quantity: Decimals
    average_cost: Decimals
    cost: Amount
    price: Decimals | None
    price_at: Time | None
    value: Amount | None
    gain: Amount | None
    gain_percent: Decimals | None
    day_change: Amount | None
    allocation: Decimals | None


class Portfolio(Struct, frozen=True, kw_only=True):
    """What the account owns. A sum is null when one of its parts is not known."""

    currency: str
    cost: Amount
    value: Amount | None
    gain: Amount | None
    gain_percent: Decimals | None
    day_change: Amount | None
    positions: list[Holding]


class Limits(Struct, frozen=True, kw_only=True):
    """What one request may ask for at most, and how old a price may be to trade on it."""

    max_deposit: Amount
    max_quantity: Decimals
    max_price_age_s: int


class Me(Struct, frozen=True, kw_only=True):
    """The account of the token. `email` is there only if the token says it."""

    account_id: str
    email: str | UnsetType = UNSET
    group_id: str
    currency: str
    limits: Limits


class Items(Struct, Generic[T], frozen=True, kw_only=True):
    """A page of a list, newest first. Ask again with `cursor` = `next_cursor` until it is null."""

    items: list[T]
    next_cursor: str | None


class Fault(Struct, frozen=True, kw_only=True):
    """One field, query parameter or header that is not as it should be."""

    field: str
    code: str
    message: str


class Error(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not carried out. Switch on `code`; `message` is for a person.

    `faults` names every field at fault; `field` is there when it is only one.
    """

    code: str
    message: str
    request_id: str
    field: str | UnsetType = UNSET
    faults: list[Fault] | UnsetType = UNSET


class NewDeposit(Struct, frozen=True, kw_only=True):
    """Money to put into the wallet."""

    amount: NumberIn = field(default_factory=Raw)


class NewOrder(Struct, frozen=True, kw_only=True):
    """A purchase of shares: exactly one of `quantity` (shares) and `amount` (money to spend).

    The price is ours, the latest we know; the order is refused if it is above `max_price`.
    """

    symbol: Annotated[
        Raw, Meta(extra_json_schema={"type": "string", "pattern": r"^\s*[A-Za-z0-9.^=-]{1,16}\s*$"})
    ] = field(default_factory=Raw)
    quantity: NumberIn = field(default_factory=Raw)
    amount: NumberIn = field(default_factory=Raw)
    max_price: NumberIn = field(default_factory=Raw)
