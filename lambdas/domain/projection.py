"""Projection of a price: the least-squares line over the last t days, evaluated t days ahead and
weighted by demand, as all groups of this exchange do. docs/projection.md has the formulas.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lambdas.domain import money
from lambdas.domain.market import INTERVAL_LENGTHS, Interval, closing_of, opening_of
from lambdas.domain.regression import (
    MICROSECOND,
    Line,
    NotEnoughHistory,
    Sums,
    price_of,
    rounded,
)

MOST_DAYS: Final = 365
CHART_POINTS: Final = 50
COVERED_PERCENT: Final = 90
"""Part of the asked days of which there must be prices for the projection to be credible."""

USUAL_INTERVAL: Final = timedelta(minutes=5)
"""Approximate interval at which the exchange publishes prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The history of `days` days before `now`, and the projection as many days ahead."""

    now: datetime
    days: int

    @property
    def start(self) -> datetime:
        """Start of the history, and origin of the sums."""
        return self.now - timedelta(days=self.days)

    @property
    def end(self) -> datetime:
        """Exclusive end of the history, which includes a price observed at `now`."""
        return self.now + MICROSECOND

    @property
    def target(self) -> datetime:
        """The time for which the price is projected."""
        return self.now + timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The line and its prediction interval at one time; the interval is None for two prices."""

    at: datetime
    price: Decimal
    error: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of the asked span there are prices of, and the longest span that these cover."""

    first_at: datetime
    days: int  # whole ones
    is_enough: bool
    longest_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """The projected price and the value of a quantity. `raw` is the price before weighting; from
    `below_zero_from` on the line is below zero, where it is no price any more.
    """

    points: int
    per_day: Decimal
    raw: Point
    raw_value_minor: int
    raw_gain_minor: int
    below_zero_from: datetime | None
    purchases: int
    weight: Decimal
    price: Decimal  # weighted, and so are value and gain
    value_minor: int
    gain_minor: int
    chart: tuple[Point, ...]


def project(
    window: Window, sums: Sums, *, purchases: int, quantity: Decimal, latest: Decimal
) -> Projection:
    """The projection from the sums of the window's history, whose origin is the window's start.

    `purchases` are the valid purchases of the last seven days. Raises NotEnoughHistory.
    """
    line = Line.through(sums)
    raw = line.price_at(_x(window, window.target))
    weight = weight_of(purchases)
    weighted = raw * weight
    cost_minor = money.cost_minor(latest, quantity)
    value_minor = _value_minor(weighted, quantity)
    raw_value_minor = _value_minor(raw, quantity)
    chart = tuple(_point(line, window, at) for at in _times(window))
    return Projection(
        points=sums.n,
        per_day=price_of(Fraction(line.dxy, line.dxx) * (timedelta(days=1) // MICROSECOND)),
        raw=_point(line, window, window.target),
        raw_value_minor=raw_value_minor,
        raw_gain_minor=raw_value_minor - cost_minor,
        below_zero_from=next((point.at for point in chart if point.price < 0), None),
        purchases=purchases,
        weight=Decimal(weight.numerator) / Decimal(weight.denominator),
        price=price_of(weighted),
        value_minor=value_minor,
        gain_minor=value_minor - cost_minor,
        chart=chart,
    )


def _value_minor(price: Fraction, quantity: Decimal) -> int:
    return rounded(price * Fraction(quantity) / 10_000)  # millionths to minor units


def coverage_of(window: Window, first_at: datetime) -> Coverage:
    """Whether prices since `first_at` are history enough to look as far ahead as is asked.

    At least COVERED_PERCENT of the asked days: a line through one day says nothing of a month.
    """
    day = timedelta(days=1)
    length = window.now - first_at
    longest = min(window.days, length * 100 // (day * COVERED_PERCENT))
    return Coverage(
        first_at=first_at,
        days=min(window.days, length // day),
        is_enough=length * 100 >= day * COVERED_PERCENT * window.days,
        longest_days=longest or None,
    )


def weight_of(purchases: int) -> Fraction:
    """The factor of demand: 1 + (5 + N − 50) / 50 for N valid purchases in seven days."""
    return 1 + Fraction(5 + purchases - 50, 50)


def enough_from(error: NotEnoughHistory, now: datetime) -> datetime:
    """When there will be enough history if prices keep arriving at the usual interval."""
    return now + (2 - error.points) * USUAL_INTERVAL


def _times(window: Window) -> list[datetime]:
    span = window.target - window.start
    return [window.start + span * k / (CHART_POINTS - 1) for k in range(CHART_POINTS)]


def _point(line: Line, window: Window, at: datetime) -> Point:
    estimate = line.at(_x(window, at))
    return Point(
        at=at,
        price=price_of(estimate.price),
        error=None if estimate.error is None else price_of(estimate.error),
        low=None if estimate.low is None else price_of(estimate.low),
        high=None if estimate.high is None else price_of(estimate.high),
    )


def _x(window: Window, at: datetime) -> int:
    return (at - window.start) // MICROSECOND


MAX_ITEMS: Final = 100
"""Approximate number of items that one worker reads: one worker for a month, five for a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A span start ≤ t < end, read from candles of `interval`, or from ticks where it is None.

    A slice of candles starts and ends at the boundaries of candles.
    """

    start: datetime
    end: datetime
    interval: Interval | None

    @property
    def items(self) -> int:
        """Approximate number of items to read."""
        length = USUAL_INTERVAL if self.interval is None else INTERVAL_LENGTHS[self.interval]
        return -((self.start - self.end) // length)


def slices(start: datetime, end: datetime, zone: tzinfo) -> list[Slice]:
    """Splits start ≤ t < end into at most five slices in order of time, as coarse as possible."""
    return list(_slices(start, end, (Interval.DAY, Interval.HOUR), zone))


def _slices(
    start: datetime, end: datetime, intervals: tuple[Interval, ...], zone: tzinfo
) -> Iterator[Slice]:
    if start >= end:
        return
    if not intervals:
        yield Slice(start=start, end=end, interval=None)
        return
    interval, *finer = intervals
    first, last = _next_opening(start, interval, zone), opening_of(end, interval, zone)
    if first >= last:  # no candle of this length lies within the span
        yield from _slices(start, end, tuple(finer), zone)
        return
    yield from _slices(start, first, tuple(finer), zone)
    yield Slice(start=first, end=last, interval=interval)
    yield from _slices(last, end, tuple(finer), zone)


def _next_opening(at: datetime, interval: Interval, zone: tzinfo) -> datetime:
    """Opening of the first candle at or after a time."""
    opening = opening_of(at, interval, zone)
    return opening if opening == at else closing_of(opening, interval, zone)


def deal_slices(slices: list[Slice], max_items: int = MAX_ITEMS) -> list[list[Slice]]:
    """Distributes slices among workers, each of which reads about `max_items` at most."""
    shards: list[list[Slice]] = [[]]
    room = max_items
    for piece in (piece for each in slices for piece in _split(each, max_items)):
        if piece.items > room and shards[-1]:
            shards.append([])
            room = max_items
        shards[-1].append(piece)
        room -= piece.items
    return [shard for shard in shards if shard]


def _split(whole: Slice, max_items: int) -> Iterator[Slice]:
    """Splits a slice of candles into slices of at most `max_items` candles."""
    if whole.interval is None:  # ticks of less than two hours
        yield whole
        return
    step = INTERVAL_LENGTHS[whole.interval] * max_items
    start = whole.start
    while start < whole.end:
        end = min(start + step, whole.end)
        yield Slice(start=start, end=end, interval=whole.interval)
        start = end
