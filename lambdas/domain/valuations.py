"""What an account was worth at the end of each day: its money, and its shares at the last price.

What cannot be known (no price yet) is None, never 0, and makes every sum that needs it None.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate

from lambdas.domain import money

Minor = int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gained:
    """Shares of one company that came to the account."""

    at: datetime
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
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
    gains: Sequence[Gained], closes: Sequence[Close], days: Sequence[datetime]
) -> list[Minor]:
    """The worth of one company's shares at the end of each day. `closes` are in order of time."""
    ordered = sorted(gains, key=lambda gain: gain.at)
    times = [gain.at for gain in ordered]
    sums = [Decimal(0), *accumulate(gain.quantity for gain in ordered)]
    priced = [close.day for close in closes]
    values: list[Minor] = []
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


def added(series: Sequence[Sequence[Minor]], days: Sequence[datetime]) -> list[Minor]:
    """All series added up, day by day."""
    return [_sum([values[place] for values in series]) for place in range(len(days))]


def _sum(values: Sequence[Minor]) -> Minor:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
