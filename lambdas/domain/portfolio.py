"""Positions at market prices, and an account's value day by day.

An unknown value (no quote yet) is None, never 0, and so is every sum that includes it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate

from lambdas.domain import money
from lambdas.domain.ledger import Position
from lambdas.domain.market import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One position with its market value. `allocation` is its share of the total value, 0 to 1."""

    position: Position
    quote: Quote | None
    average_cost: Decimal
    value_minor: int | None
    gain_minor: int | None
    day_change_minor: int | None
    allocation: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """All holdings by symbol, and their sums."""

    holdings: tuple[Holding, ...]
    cost_minor: int
    value_minor: int | None
    gain_minor: int | None
    day_change_minor: int | None


def value_positions(positions: Sequence[Position], quotes: Mapping[str, Quote]) -> Portfolio:
    """Values positions at the given quotes."""
    values = [_value(position, quotes.get(position.symbol)) for position in positions]
    total = _sum(values)
    holdings = tuple(
        _holding(position, quotes.get(position.symbol), value, total)
        for position, value in zip(positions, values, strict=True)
    )
    return Portfolio(
        holdings=holdings,
        cost_minor=sum(position.cost_minor for position in positions),
        value_minor=total,
        gain_minor=_sum([holding.gain_minor for holding in holdings]),
        day_change_minor=_sum([holding.day_change_minor for holding in holdings]),
    )


def _value(position: Position, quote: Quote | None) -> int | None:
    return None if quote is None else money.cost_minor(quote.price, position.quantity)


def _holding(
    position: Position, quote: Quote | None, value_minor: int | None, total_minor: int | None
) -> Holding:
    return Holding(
        position=position,
        quote=quote,
        average_cost=money.rounded(
            money.EXACT.divide(Decimal(position.cost_minor).scaleb(-2), position.quantity)
        ),
        value_minor=value_minor,
        gain_minor=None if value_minor is None else value_minor - position.cost_minor,
        day_change_minor=_day_change(position, quote, value_minor),
        allocation=_allocation(value_minor, total_minor),
    )


def _day_change(position: Position, quote: Quote | None, value_minor: int | None) -> int | None:
    if quote is None or quote.previous_price is None or value_minor is None:
        return None
    return value_minor - money.cost_minor(quote.previous_price, position.quantity)


def _allocation(value_minor: int | None, total_minor: int | None) -> Decimal | None:
    if value_minor is None or not total_minor:
        return None
    share = Decimal(value_minor) / Decimal(total_minor)
    return share.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _sum(amounts: Sequence[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """Shares of one company that an accepted order added to the account."""

    at: datetime
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyClose:
    """The last price of a day."""

    day: datetime
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """An account's value at the end of a UTC day; for today, its current value."""

    day: datetime
    cash_minor: int
    holdings_minor: int | None

    @property
    def total_minor(self) -> int | None:
        """Cash plus holdings; None where the holdings' value is unknown."""
        return None if self.holdings_minor is None else self.cash_minor + self.holdings_minor


def days_until(now: datetime, count: int) -> list[datetime]:
    """Midnights of the last `count` UTC days, today included, oldest first."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return [today - timedelta(days=back) for back in reversed(range(count))]


def cash_by_day(changes: Sequence[tuple[datetime, int]], days: Sequence[datetime]) -> list[int]:
    """Cash in minor units at the end of each day: the sum of all changes until then."""
    ordered = sorted(changes)
    times = [at for at, _ in ordered]
    sums = [0, *accumulate(amount_minor for _, amount_minor in ordered)]
    return [sums[bisect_left(times, day + timedelta(days=1))] for day in days]


def shares_by_day(
    acquisitions: Sequence[Acquisition], closes: Sequence[DailyClose], days: Sequence[datetime]
) -> list[int | None]:
    """Value of one company's shares at the end of each day; None before the first known close.

    `closes` are in order of time. A day without prices has the value at the last close before it.
    """
    ordered = sorted(acquisitions, key=lambda acquisition: acquisition.at)
    times = [acquisition.at for acquisition in ordered]
    quantities = [
        Decimal(0),
        *accumulate(acquisition.quantity for acquisition in ordered),
    ]
    close_days = [close.day for close in closes]
    values: list[int | None] = []
    for day in days:
        quantity = quantities[bisect_left(times, day + timedelta(days=1))]
        known = bisect_right(close_days, day)
        if not quantity:
            values.append(0)
        elif not known:
            values.append(None)
        else:
            values.append(money.cost_minor(closes[known - 1].price, quantity))
    return values


def sum_by_day(
    series: Sequence[Sequence[int | None]], days: Sequence[datetime]
) -> list[int | None]:
    """Sums of several series, day by day."""
    return [_sum([values[position] for values in series]) for position in range(len(days))]
