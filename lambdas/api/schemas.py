"""Bodies of the HTTP API, and how each is made of values of the domain; for jobs, `job_schemas`.

The docstrings of the classes are descriptions in the OpenAPI file. Amounts, prices and quantities
leave as decimal strings with the currency beside them; what is not known is null, never 0. Times
are ISO-8601 in UTC.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, ClassVar, Final, Generic, Self, TypeVar

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from lambdas.domain import activity, errors, ledger, market, money, orders, portfolio
from lambdas.domain.ledger import LineAccount, PostingKind
from lambdas.domain.orders import State
from lambdas.domain.times import format_utc
from lambdas.services.health import JobsHealth, MarketHealth

T = TypeVar("T")

_CENT: Final = Decimal("0.01")

Amount = Annotated[
    str,
    Meta(description="Money, two decimals; may be negative.", pattern=r"^-?[0-9]+\.[0-9]{2}$"),
]
Decimals = Annotated[
    str, Meta(description="A decimal number, up to 6 places.", pattern=r"^-?[0-9]+(\.[0-9]{1,6})?$")
]
Time = Annotated[str, Meta(description="ISO-8601, UTC.", extra_json_schema={"format": "date-time"})]


def optional_time(at: datetime | None) -> str | None:
    """A time as text; None stays None."""
    return None if at is None else format_utc(at)


def optional_decimal(value: Decimal | None) -> str | None:
    """A decimal as text; None stays None."""
    return None if value is None else money.plain(value)


def optional_amount(amount_minor: int | None) -> str | None:
    """An amount as text; None stays None."""
    return None if amount_minor is None else money.major(amount_minor)


def _percent(part: Decimal | None, whole: Decimal | None) -> str | None:
    """In percent with two decimals, half up; None where it is unknown or `whole` is zero."""
    if part is None or not whole:
        return None
    exact = money.EXACT.divide(part * 100, whole)
    return f"{exact.quantize(_CENT, ROUND_HALF_UP, money.EXACT):f}"


def _gain_percent(gain_minor: int | None, cost_minor: int) -> str | None:
    return None if gain_minor is None else _percent(Decimal(gain_minor), Decimal(cost_minor))


class Items(Struct, Generic[T], frozen=True, kw_only=True):
    """A page of a list, newest first. `next_cursor` is the `cursor` of the next page, null on the
    last one.
    """

    items: list[T]
    next_cursor: str | None


class Fault(Struct, frozen=True, kw_only=True):
    """One invalid field, query parameter or header."""

    field: str
    code: str
    message: str

    @classmethod
    def from_fault(cls, fault: errors.Fault) -> Self:
        """An invalid field."""
        return cls(field=fault.field, code=fault.code, message=fault.message)


class Error(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not carried out. Switch on `code`; `message` is for a person.

    `faults` names every invalid field; `field` is present if there is exactly one.
    """

    code: str
    message: str
    request_id: str
    field: str | UnsetType = UNSET
    faults: list[Fault] | UnsetType = UNSET


class Exchange(Struct, frozen=True, kw_only=True):
    """The link to the exchange. `link_alive` is null when it is unknown."""

    link_alive: bool | None


class JobService(Struct, frozen=True, kw_only=True):
    """Whether jobs are processed: the workflow exists, and no job that is due waits. `alive` is
    null when it is unknown; a time is null when no job has ended that way.
    """

    alive: bool | None
    last_finished_at: Time | None
    last_failed_at: Time | None

    @classmethod
    def from_health(cls, health: JobsHealth | None) -> Self:
        """The result of a check; None where it failed."""
        if health is None:
            return cls(alive=None, last_finished_at=None, last_failed_at=None)
        return cls(
            alive=health.alive,
            last_finished_at=optional_time(health.pulse.last_finished_at),
            last_failed_at=optional_time(health.pulse.last_failed_at),
        )


class Heartbeat(Struct, frozen=True, kw_only=True):
    """Whether the service is alive, prices arrive from the exchange, and jobs are processed."""

    alive: bool
    stage: str
    exchange: Exchange
    jobs: JobService
    newest_price_at: Time | None
    newest_price_age_s: int | None

    @classmethod
    def from_health(
        cls, market_: MarketHealth | None, jobs: JobsHealth | None, *, stage: str, now: datetime
    ) -> Self:
        """The results of both checks; None where one failed."""
        newest_at = None if market_ is None else market_.newest_price_at
        return cls(
            alive=True,
            stage=stage,
            exchange=Exchange(link_alive=None if market_ is None else market_.link_alive),
            jobs=JobService.from_health(jobs),
            newest_price_at=optional_time(newest_at),
            newest_price_age_s=None
            if newest_at is None
            else int((now - newest_at).total_seconds()),
        )


class Limits(Struct, frozen=True, kw_only=True):
    """What one request may ask for at most, and how old a price may be to trade on it."""

    max_deposit: Amount
    max_quantity: Decimals
    max_price_age_s: int


class Me(Struct, frozen=True, kw_only=True):
    """The account of the token. `email` is present only if the token has it."""

    account_id: str
    email: str | UnsetType = UNSET
    group_id: str
    currency: str
    limits: Limits


class Stock(Struct, frozen=True, kw_only=True):
    """A company and its latest price. Changes are since the last price of an earlier day.

    `trend` holds the closes of the latest hours that have prices, oldest first, at most 24: the
    last one is the price itself.
    """

    symbol: str
    name: str
    price: Decimals
    currency: str
    change: Decimals | None
    change_percent: Decimals | None
    previous_price: Decimals | None
    observed_at: Time
    source: str | None
    trend: list[Decimals]

    @classmethod
    def from_quote(cls, quote: market.Quote) -> Self:
        """One company of the board."""
        return cls(
            symbol=quote.symbol,
            name=quote.name,
            price=money.plain(quote.price),
            currency=quote.currency,
            change=optional_decimal(quote.change),
            change_percent=_percent(quote.change, quote.previous_price),
            previous_price=optional_decimal(quote.previous_price),
            observed_at=format_utc(quote.observed_at),
            source=quote.source,
            trend=[money.plain(close.price) for close in quote.closes],
        )


class Price(Struct, frozen=True, kw_only=True):
    """One price of one company at one time."""

    price: Decimals
    currency: str
    observed_at: Time
    source: str | None

    @classmethod
    def from_tick(cls, tick: market.Tick) -> Self:
        """One price of the history."""
        return cls(
            price=money.plain(tick.price),
            currency=tick.currency,
            observed_at=format_utc(tick.observed_at),
            source=tick.source,
        )


class Candle(Struct, frozen=True, kw_only=True):
    """First, highest, lowest and last price of one hour or day of UTC. `count` is how many prices
    there are.
    """

    opened_at: Time
    open: Decimals
    high: Decimals
    low: Decimals
    close: Decimals
    count: int

    @classmethod
    def from_candle(cls, candle: market.Candle) -> Self:
        """One candle."""
        return cls(
            opened_at=format_utc(candle.opened_at),
            open=money.plain(candle.open),
            high=money.plain(candle.high),
            low=money.plain(candle.low),
            close=money.plain(candle.close),
            count=candle.sums.n,
        )


class Trade(Struct, frozen=True, kw_only=True):
    """A purchase request of a group, and whether the exchange found it valid.

    Of our own group (`own`) only accepted purchases are listed.
    """

    group_id: str
    own: bool
    symbol: str
    quantity: Decimals
    valid: bool
    requested_at: Time
    validated_at: Time

    @classmethod
    def from_trade(cls, trade: activity.Trade, own_group_id: str) -> Self:
        """A request of some group, without its id: our own ones are ids of orders."""
        return cls(
            group_id=trade.group_id,
            own=trade.group_id == own_group_id,
            symbol=trade.symbol,
            quantity=money.plain(trade.quantity),
            valid=trade.valid,
            requested_at=format_utc(trade.requested_at),
            validated_at=format_utc(trade.validated_at),
        )


class Wallet(Struct, frozen=True, kw_only=True):
    """What can be spent, what open orders hold, and both together."""

    available: Amount
    held: Amount
    total: Amount
    currency: str

    @classmethod
    def from_account(cls, account: ledger.Account, currency: str) -> Self:
        """The balances of an account."""
        return cls(
            available=money.major(account.available_minor),
            held=money.major(account.held_minor),
            total=money.major(account.available_minor + account.held_minor),
            currency=currency,
        )


class Deposit(Struct, frozen=True, kw_only=True):
    """Money that was put into the wallet."""

    deposit_id: str
    amount: Amount
    currency: str
    recorded_at: Time

    @classmethod
    def from_deposit(cls, deposit: ledger.Deposit, currency: str) -> Self:
        """A deposit."""
        return cls(
            deposit_id=deposit.deposit_id,
            amount=money.major(deposit.amount_minor),
            currency=currency,
            recorded_at=format_utc(deposit.created_at),
        )


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

    @classmethod
    def from_posting(cls, posting: ledger.Posting, currency: str) -> Self:
        """One entry of the ledger."""
        is_deposit = posting.kind is PostingKind.DEPOSIT
        return cls(
            posting_id=posting.posting_id,
            kind=posting.kind,
            available=money.major(posting.amount_of(LineAccount.AVAILABLE)),
            held=money.major(posting.amount_of(LineAccount.HELD)),
            currency=currency,
            order_id=None if is_deposit else posting.cause_id,
            symbol=posting.symbol,
            recorded_at=format_utc(posting.recorded_at),
        )


class Order(Struct, frozen=True, kw_only=True):
    """A purchase request. `cost` is held until it ends; `released` is what was given back.

    The shares are bought only when `state` is ACCEPTED. `overdue` says that the exchange has not
    answered for unusually long, `asks` how many times the request was published again, `reason` why
    the order ended as it did.
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

    @classmethod
    def from_order(cls, order: orders.Order, *, now: datetime, overdue_after: timedelta) -> Self:
        """An order in its current state."""
        is_released = order.state in (State.REJECTED, State.VOIDED)
        return cls(
            order_id=order.order_id,
            symbol=order.symbol,
            quantity=money.plain(order.quantity),
            price=money.plain(order.price),
            cost=money.major(order.cost_minor),
            currency=order.currency,
            state=order.state,
            overdue=order.is_overdue(now, overdue_after),
            asks=order.attempts,
            created_at=format_utc(order.created_at),
            sent_at=optional_time(order.sent_at),
            ended_at=optional_time(order.ended_at),
            reason=order.reason,
            released=money.major(order.cost_minor) if is_released else None,
        )


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

    @classmethod
    def from_holding(cls, holding: portfolio.Holding) -> Self:
        """One position at the latest price."""
        position, quote = holding.position, holding.quote
        return cls(
            symbol=position.symbol,
            name=None if quote is None else quote.name,
            quantity=money.plain(position.quantity),
            average_cost=money.plain(holding.average_cost),
            cost=money.major(position.cost_minor),
            price=None if quote is None else money.plain(quote.price),
            price_at=None if quote is None else format_utc(quote.observed_at),
            value=optional_amount(holding.value_minor),
            gain=optional_amount(holding.gain_minor),
            gain_percent=_gain_percent(holding.gain_minor, position.cost_minor),
            day_change=optional_amount(holding.day_change_minor),
            allocation=optional_decimal(holding.allocation),
        )


class Portfolio(Struct, frozen=True, kw_only=True):
    """What the account owns. A sum is null when one of its parts is not known."""

    currency: str
    cost: Amount
    value: Amount | None
    gain: Amount | None
    gain_percent: Decimals | None
    day_change: Amount | None
    positions: list[Holding]

    @classmethod
    def from_portfolio(cls, owned: portfolio.Portfolio, currency: str) -> Self:
        """All positions at the latest prices."""
        return cls(
            currency=currency,
            cost=money.major(owned.cost_minor),
            value=optional_amount(owned.value_minor),
            gain=optional_amount(owned.gain_minor),
            gain_percent=_gain_percent(owned.gain_minor, owned.cost_minor),
            day_change=optional_amount(owned.day_change_minor),
            positions=[Holding.from_holding(holding) for holding in owned.holdings],
        )


# Fields of requests stay undecoded (`Raw`), so that every invalid one can be named. What a field's
# type therefore cannot say stands in RULES, which the generator adds to the schema.
_NUMBER: Final = {
    "anyOf": [
        {
            "type": "string",
            "pattern": r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$",
        },
        {"type": "number"},
    ]
}
NumberIn = Annotated[
    Raw,
    Meta(description="A decimal, as string or number, read exactly.", extra_json_schema=_NUMBER),
]
SymbolIn = Annotated[
    Raw, Meta(extra_json_schema={"type": "string", "pattern": r"^\s*[A-Za-z0-9.^=-]{1,16}\s*$"})
]


class NewDeposit(Struct, frozen=True, kw_only=True):
    """Money to put into the wallet."""

    RULES: ClassVar[Mapping[str, Any]] = {"required": ["amount"]}
    EXAMPLE: ClassVar[Mapping[str, Any]] = {"amount": "1000.00"}

    amount: NumberIn = field(default_factory=Raw)


class NewOrder(Struct, frozen=True, kw_only=True):
    """A purchase of shares: exactly one of `quantity` (shares) and `amount` (money to spend).

    The price is the latest one that the server knows; the order is refused if it is above
    `max_price`.
    """

    RULES: ClassVar[Mapping[str, Any]] = {
        "required": ["symbol"],
        "oneOf": [{"required": ["quantity"]}, {"required": ["amount"]}],
    }
    EXAMPLE: ClassVar[Mapping[str, Any]] = {"symbol": "AAPL", "amount": "100", "max_price": "190"}

    symbol: SymbolIn = field(default_factory=Raw)
    quantity: NumberIn = field(default_factory=Raw)
    amount: NumberIn = field(default_factory=Raw)
    max_price: NumberIn = field(default_factory=Raw)
