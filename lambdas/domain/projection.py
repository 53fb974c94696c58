"""Projection of a price: the least-squares line over the last t days, evaluated t days ahead, and
weighted by demand as the groups of this exchange do. docs/projection.md has the formulas.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lambdas.domain import money
from lambdas.domain.market import INTERVAL_LENGTHS, Interval, opening_of
from lambdas.domain.regression import (
    MICROSECOND,
    Line,
    NotEnoughHistory,
    Sums,
    price_of,
    whole,
)

MOST_DAYS: Final = 365
CHART_POINTS: Final = 50
USUAL_INTERVAL: Final = timedelta(minutes=5)
"""How often the exchange publishes prices, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The last `days` days before `now`, and as many ahead."""

    now: datetime
    days: int

    @property
    def start(self) -> datetime:
        """Where the history begins, and times are counted from."""
        return self.now - timedelta(days=self.days)

    @property
    def end(self) -> datetime:
        """Where the history ends, itself left out: a price of `now` is in it."""
        return self.now + MICROSECOND

    @property
    def target(self) -> datetime:
        """The time that the price is projected to."""
        return self.now + timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The line and its band at one time. Without a freedom to err there is no band."""

    at: datetime
    price: Decimal
    error: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What is expected of a price, and of a quantity at it. `raw` is the line's own word."""

    points: int
    per_day: Decimal
    raw: Point
    purchases: int
    weight: Decimal
    price: Decimal  # weighted
    value_minor: int
    gain_minor: int
    chart: tuple[Point, ...]


def project(
    window: Window, sums: Sums, *, purchases: int, quantity: Decimal, latest: Decimal
) -> Projection:
    """The projection of these sums, counted from the window's start.

    Raises NotEnoughHistory.
    """
    line = Line.through(sums)
    raw = line.price_at(_x(window, window.target))
    weight = weight_of(purchases)
    weighted = raw * weight
    value_minor = whole(weighted * Fraction(quantity) / 10_000)  # of millionths, in hundredths
    return Projection(
        points=sums.n,
        per_day=price_of(Fraction(line.dxy, line.dxx) * (timedelta(days=1) // MICROSECOND)),
        raw=_point(line, window, window.target),
        purchases=purchases,
        weight=Decimal(weight.numerator) / Decimal(weight.denominator),
        price=price_of(weighted),
        value_minor=value_minor,
        gain_minor=value_minor - money.cost_minor(latest, quantity),
        chart=tuple(_point(line, window, at) for at in _times(window)),
    )


def weight_of(purchases: int) -> Fraction:
    """1 + (5 + N − 50) / 50, where N purchases were valid in the last seven days."""
    return 1 + Fraction(5 + purchases - 50, 50)


def enough_from(error: NotEnoughHistory, now: datetime) -> datetime:
    """When there will be enough, if the exchange goes on as usual."""
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


MOST_ITEMS: Final = 100
"""What one worker reads, about: a month is one worker's work, a year that of five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A span, start ≤ time < end, and the candles to read it from; None for the ticks themselves.

    A slice of candles begins and ends where candles do.
    """

    start: datetime
    end: datetime
    interval: Interval | None

    @property
    def items(self) -> int:
        """How many items of the table it takes, about."""
        length = USUAL_INTERVAL if self.interval is None else INTERVAL_LENGTHS[self.interval]
        return -((self.start - self.end) // length)


def slices(start: datetime, end: datetime) -> list[Slice]:
    """The window start ≤ time < end as slices, in order of time: at most five."""
    return list(_cut(start, end, (Interval.DAY, Interval.HOUR)))


def _cut(start: datetime, end: datetime, coarsest: tuple[Interval, ...]) -> Iterator[Slice]:
    if start >= end:
        return
    if not coarsest:
        yield Slice(start=start, end=end, interval=None)
        return
    interval, *finer = coarsest
    first, last = _next_opening(start, interval), opening_of(end, interval)
    if first >= last:  # not one of them lies wholly within
        yield from _cut(start, end, tuple(finer))
        return
    yield from _cut(start, first, tuple(finer))
    yield Slice(start=first, end=last, interval=interval)
    yield from _cut(last, end, tuple(finer))


def _next_opening(at: datetime, interval: Interval) -> datetime:
    """When the first candle opens at `at` or after it."""
    opening = opening_of(at, interval)
    return opening if opening == at else opening + INTERVAL_LENGTHS[interval]


def deal_slices(whole: list[Slice], most_items: int = MOST_ITEMS) -> list[list[Slice]]:
    """The slices dealt out to workers, none of whom reads more than about `most_items`."""
    dealt: list[list[Slice]] = [[]]
    room = most_items
    for piece in (piece for some in whole for piece in _pieces(some, most_items)):
        if piece.items > room and dealt[-1]:
            dealt.append([])
            room = most_items
        dealt[-1].append(piece)
        room -= piece.items
    return [part for part in dealt if part]


def _pieces(some: Slice, most_items: int) -> Iterator[Slice]:
    """The slice in pieces of at most `most_items` candles each."""
    if some.interval is None:  # less than an hour
        yield some
        return
    step = INTERVAL_LENGTHS[some.interval] * most_items
    start = some.start
    while start < some.end:
        end = min(start + step, some.end)
        yield Slice(start=start, end=end, interval=some.interval)
        start = end
