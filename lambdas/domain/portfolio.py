"""Positions at market prices.

An unknown value (no quote yet) is None, never 0, and so is every sum that includes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from lambdas.domain import money
from lambdas.domain.ledger import Position
from lambdas.domain.market import Quote

_SHARES: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """Shares of one company that were bought during the market day, and their cost."""

    quantity: Decimal
    cost_minor: int


NOTHING_BOUGHT: Final = Bought(quantity=Decimal(0), cost_minor=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChange:
    """How a holding's value changed during the market day.

    `base_minor` is what the change is counted from: the value at the previous close of the shares
    that were held then, plus the cost of those bought since.
    """

    previous_close: Decimal | None
    bought: Decimal
    base_minor: int | None
    change_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One position with its market value. `allocation` is its share of the net worth, 0 to 1."""

    position: Position
    quote: Quote | None
    average_cost: Decimal
    value_minor: int | None
    gain_minor: int | None
    day: DayChange
    allocation: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """All holdings by symbol, the cash, and their sums. The market day began at `day_at`."""

    holdings: tuple[Holding, ...]
    day_at: datetime | None
    cash_minor: int
    cost_minor: int
    value_minor: int | None
    gain_minor: int | None
    day_base_minor: int | None
    day_change_minor: int | None
    cash_allocation: Decimal | None

    @property
    def net_worth_minor(self) -> int | None:
        """Shares and cash."""
        return None if self.value_minor is None else self.value_minor + self.cash_minor


def latest_day(quotes: Iterable[Quote]) -> datetime | None:
    """When the latest market day of these quotes began; None without quotes."""
    return max((quote.day_at for quote in quotes), default=None)


def value_positions(
    positions: Sequence[Position],
    quotes: Mapping[str, Quote],
    *,
    cash_minor: int,
    bought: Mapping[str, Bought],
) -> Portfolio:
    """Values positions at the given quotes.

    `bought` is what was bought of each company since the latest market day of the quotes began.
    """
    day_at = latest_day(quotes.values())
    values = [_value(position, quotes.get(position.symbol)) for position in positions]
    days = [
        _day_change(
            position,
            quotes.get(position.symbol),
            bought.get(position.symbol, NOTHING_BOUGHT),
            day_at,
        )
        for position in positions
    ]
    *shares, cash_share = allocate([*values, cash_minor])
    holdings = tuple(
        _holding(position, quotes.get(position.symbol), value, day, share)
        for position, value, day, share in zip(positions, values, days, shares, strict=True)
    )
    return Portfolio(
        holdings=holdings,
        day_at=day_at,
        cash_minor=cash_minor,
        cost_minor=sum(position.cost_minor for position in positions),
        value_minor=_sum(values),
        gain_minor=_sum([holding.gain_minor for holding in holdings]),
        day_base_minor=_sum([day.base_minor for day in days]),
        day_change_minor=_sum([day.change_minor for day in days]),
        cash_allocation=cash_share,
    )


def _value(position: Position, quote: Quote | None) -> int | None:
    return None if quote is None else money.cost_minor(quote.price, position.quantity)


def _holding(
    position: Position,
    quote: Quote | None,
    value_minor: int | None,
    day: DayChange,
    allocation: Decimal | None,
) -> Holding:
    return Holding(
        position=position,
        quote=quote,
        average_cost=money.rounded(
            money.EXACT.divide(Decimal(position.cost_minor).scaleb(-2), position.quantity)
        ),
        value_minor=value_minor,
        gain_minor=None if value_minor is None else value_minor - position.cost_minor,
        day=day,
        allocation=allocation,
    )


def _day_change(
    position: Position, quote: Quote | None, bought: Bought, day_at: datetime | None
) -> DayChange:
    close = _previous_close(quote, day_at)
    held = position.quantity - bought.quantity  # at the previous close
    base_minor: int | None
    if held == 0:
        base_minor = bought.cost_minor
    elif close is None:
        base_minor = None
    else:
        base_minor = money.cost_minor(close, held) + bought.cost_minor
    value_minor = _value(position, quote)
    if value_minor is None or base_minor is None:
        base_minor = change_minor = None
    else:
        change_minor = value_minor - base_minor
    return DayChange(
        previous_close=close,
        bought=bought.quantity,
        base_minor=base_minor,
        change_minor=change_minor,
    )


def _previous_close(quote: Quote | None, day_at: datetime | None) -> Decimal | None:
    """The last price before the market day that began at `day_at`."""
    if quote is None:
        return None
    return quote.previous_close if quote.day_at == day_at else quote.price


def allocate(values_minor: Sequence[int | None]) -> list[Decimal | None]:
    """Each value's share of the sum, with four decimals that add up to exactly 1.

    The largest remainders are rounded up. Every share is None where a value is unknown, or the sum
    is zero.
    """
    total = _sum(values_minor)
    if not total:
        return [None] * len(values_minor)
    parts = [(value or 0) * _SHARES for value in values_minor]
    floors = [part // total for part in parts]
    by_remainder = sorted(
        range(len(parts)), key=lambda at: parts[at] - floors[at] * total, reverse=True
    )
    for position in by_remainder[: _SHARES - sum(floors)]:
        floors[position] += 1
    return [Decimal(share).scaleb(-4) for share in floors]


def _sum(amounts: Sequence[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None
