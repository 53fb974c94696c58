"""Positions at market prices, and an account's value day by day.

What is not known (no quote yet) is None, never 0, and makes every sum that needs it None.
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
    """One position and its worth. `allocation` is its share of the total value, 0 to 1."""

    position: Position
    quote: Quote | None
    average_cost: Decimal
    value_minor: int | None
    gain_minor: int | None
    day_change_minor: int | None
    allocation: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """All holdings, by symbol, and their sums."""

    holdings: tuple[Holding, ...]
    cost_minor: int
    value_minor: int | None
    gain_minor: int | None
    day_change_minor: int | None


def valued(positions: Sequence[Position], quotes: Mapping[str, Quote]) -> Portfolio:
    """The portfolio of these positions at these quotes."""
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
    """Shares of one company that came to the account."""

    at: datetime
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyClose:
    """The last price of a day."""

    day: datetime
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """What the account was worth at the end of a day of UTC, or is now if it is today."""

    day: datetime
    cash_minor: int
    holdings_minor: int | None

    @property
    def total_minor(self) -> int | None:
        """Both together."""
        return None if self.holdings_minor is None else self.cash_minor + self.holdings_minor


def days_until(now: datetime, count: int) -> list[datetime]:
    """The last `count` days, today included, each as its midnight."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return [today - timedelta(days=back) for back in reversed(range(count))]


def money_by_day(moved: Sequence[tuple[datetime, int]], days: Sequence[datetime]) -> list[int]:
    """The sum of all movements, in minor units, until the end of each day."""
    ordered = sorted(moved)
    times = [at for at, _ in ordered]
    sums = [0, *accumulate(amount_minor for _, amount_minor in ordered)]
    return [sums[bisect_left(times, day + timedelta(days=1))] for day in days]


def shares_by_day(
    gains: Sequence[Acquisition], closes: Sequence[DailyClose], days: Sequence[datetime]
) -> list[int | None]:
    """The worth of one company's shares at the end of each day. `closes` are in order of time."""
    ordered = sorted(gains, key=lambda gain: gain.at)
    times = [gain.at for gain in ordered]
    sums = [Decimal(0), *accumulate(gain.quantity for gain in ordered)]
    priced = [close.day for close in closes]
    values: list[int | None] = []
    for day in days:
        quantity = sums[bisect_left(times, day + timedelta(days=1))]
        known = bisect_right(priced, day)
        if not quantity:
            values.append(0)
        elif not known:
            values.append(None)
        else:
            values.append(money.cost_minor(closes[known - 1].price, quantity))
    return values


def added(series: Sequence[Sequence[int | None]], days: Sequence[datetime]) -> list[int | None]:
    """All series added up, day by day."""
    return [_sum([values[place] for values in series]) for place in range(len(days))]
