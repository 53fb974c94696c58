"""The projection of a price: the line through the last t days, evaluated t days from now, and
weighted by demand as the groups of this exchange do. docs/projection.md has the formulas.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lambdas.domain import money
from lambdas.domain.lines import Line, NotEnoughHistory, price_of, whole
from lambdas.domain.sums import MICROSECOND, Sums

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
