"""Least-squares line of prices over time, exact until the last rounding.

The sums are integers and add up across parts of a history, so workers each sum a part and the
order in which the parts are joined does not matter. docs/projection.md has the formulas.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from operator import mul
from typing import Final

from lambdas.domain.money import EXACT, PLACES

MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """n, Σx, Σy, Σx², Σxy, Σy² of a set of points; all zero for the empty set."""

    n: int = 0
    x: int = 0
    y: int = 0
    xx: int = 0
    xy: int = 0
    yy: int = 0

    @staticmethod
    def of(points: Iterable[tuple[datetime, Decimal]], origin: datetime) -> "Sums":
        """The sums of points (time, price), with times counted from `origin`."""
        pairs = list(points)
        xs = [(at - origin) // MICROSECOND for at, _ in pairs]
        ys = [millionths(price) for _, price in pairs]
        return Sums(
            n=len(pairs),
            x=sum(xs),
            y=sum(ys),
            xx=sum(map(mul, xs, xs)),
            xy=sum(map(mul, xs, ys)),
            yy=sum(map(mul, ys, ys)),
        )

    def __add__(self, other: "Sums") -> "Sums":
        """The sums of both sets of points, which must have the same origin (see `shifted`)."""
        return Sums(
            n=self.n + other.n,
            x=self.x + other.x,
            y=self.y + other.y,
            xx=self.xx + other.xx,
            xy=self.xy + other.xy,
            yy=self.yy + other.yy,
        )

    def shifted(self, by_us: int) -> "Sums":
        """The sums of the same points with an origin that is `by_us` microseconds later.

        Moves the sums of a candle to the start of a window by `start − opened_at`, which is
        negative where the candle opened after the start.
        """
        return Sums(
            n=self.n,
            x=self.x - self.n * by_us,
            y=self.y,
            xx=self.xx - 2 * by_us * self.x + self.n * by_us * by_us,
            xy=self.xy - by_us * self.y,
            yy=self.yy,
        )


def millionths(price: Decimal) -> int:
    """A price in millionths. Raises ValueError for one with more decimals than we keep."""
    scaled = price.scaleb(PLACES, EXACT)
    integer = int(scaled)
    if integer != scaled:
        raise ValueError(f"prices have at most {PLACES} decimals")
    return integer


class NotEnoughHistory(Exception):
    """There are fewer than two distinct times, so that no single line fits the points.

    It ends a job as failed. No request raises it, so it is no DomainError.
    """

    def __init__(self, points: int) -> None:
        super().__init__(
            "There is not enough history: a line needs prices at two different times, and there"
            f" {'is' if points == 1 else 'are'} {points or 'none'} in the span."
        )
        self.points = points


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The line's price at one time, in millionths, with its prediction interval.

    `error` is the standard error of a single price at that time; `low` and `high` bound the 95 %
    prediction interval. All three are None for two points, which leave no degree of freedom.
    """

    price: Fraction
    error: float | None
    low: Fraction | None
    high: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A least-squares line: x in microseconds since the origin of its sums, y in millionths."""

    sums: Sums
    dxx: int  # n·Σx² − (Σx)²; the others likewise
    dxy: int
    dyy: int
    width: float | None  # half the prediction interval, in standard errors

    @staticmethod
    def through(sums: Sums) -> "Line":
        """The line through the points of these sums. Raises NotEnoughHistory."""
        dxx = sums.n * sums.xx - sums.x * sums.x
        if dxx == 0:
            raise NotEnoughHistory(min(sums.n, 1))
        return Line(
            sums=sums,
            dxx=dxx,
            dxy=sums.n * sums.xy - sums.x * sums.y,
            dyy=sums.n * sums.yy - sums.y * sums.y,
            width=student_half_width(sums.n - 2) if sums.n > 2 else None,
        )

    def at(self, x: int) -> Estimate:
        """Price and prediction interval at x."""
        price, error = self.price_at(x), self.error_at(x)
        if error is None or self.width is None:
            return Estimate(price=price, error=None, low=None, high=None)
        reach = Fraction(self.width * error)
        return Estimate(price=price, error=error, low=price - reach, high=price + reach)

    def price_at(self, x: int) -> Fraction:
        """The price on the line: ȳ + b·(x − x̄)."""
        n = self.sums.n
        return Fraction(
            self.sums.y * self.dxx + self.dxy * (n * x - self.sums.x),
            n * self.dxx,
        )

    def error_at(self, x: int) -> float | None:
        """Standard error of a single price: s·√(1 + 1/n + (x − x̄)²/Σ(x − x̄)²), where
        s² = Σ(y − ŷ)² / (n − 2); None for two points.
        """
        n = self.sums.n
        if n < 3:
            return None
        squared_residuals = self.dxx * self.dyy - self.dxy * self.dxy  # times n·dxx
        spread = (n + 1) * self.dxx + (n * x - self.sums.x) ** 2  # times n·dxx
        return math.sqrt(squared_residuals * spread / ((n - 2) * (n * self.dxx) ** 2))


def rounded(value: Fraction) -> int:
    """The nearest integer, halves away from zero, as money is rounded everywhere."""
    magnitude = math.floor(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def price_of(millionths: Fraction | float) -> Decimal:
    """A price with six decimals from millionths."""
    return Decimal(rounded(Fraction(millionths))).scaleb(-PLACES, EXACT)


_CONFIDENCE: Final = 0.95
_NORMAL_QUANTILE: Final = 1.959963984540054  # of the normal distribution, for _CONFIDENCE
_EXPANSION_FROM: Final = 1_000  # degrees from which the expansion is accurate to 1e-14
_MAX_ITERATIONS: Final = 50


def student_half_width(degrees: int) -> float:
    """The t with P(|T| ≤ t) = 0.95 for these degrees of freedom, accurate to 1e-12.

    Newton's method from the Cornish-Fisher expansion, which alone suffices for many degrees.
    """
    assert degrees >= 1, "there is no distribution without a degree of freedom"
    if degrees == 1:
        return math.tan(math.pi * _CONFIDENCE / 2)
    t = _expansion(degrees)
    if degrees > _EXPANSION_FROM:
        return t
    for _ in range(_MAX_ITERATIONS):
        step = (_probability_within(t, degrees) - _CONFIDENCE) / _density(t, degrees)
        t -= step
        if abs(step) < 1e-14 * t:
            break
    return t


def _expansion(degrees: int) -> float:
    """Cornish-Fisher expansion of the quantile."""
    z, n = _NORMAL_QUANTILE, float(degrees)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / math.pow(n, power) for power, term in enumerate(terms, start=1))


def _probability_within(t: float, degrees: int) -> float:
    """P(|T| ≤ t)."""
    cosine_squared = degrees / (degrees + t * t)
    sine = t / math.sqrt(degrees + t * t)
    is_odd = degrees % 2
    total, term = 0.0, 1.0
    for k in range(1, (degrees - is_odd) // 2 + 1):
        total += term
        term *= cosine_squared * (2 * k - 1 + is_odd) / (2 * k + is_odd)
    if not is_odd:
        return sine * total
    angle = math.atan2(t, math.sqrt(degrees))
    return 2 / math.pi * (angle + sine * math.sqrt(cosine_squared) * total)


def _density(t: float, degrees: int) -> float:
    """Density of |T| at t: the derivative of `_probability_within`."""
    log = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)
    log -= (degrees + 1) / 2 * math.log1p(t * t / degrees)
    return 2 * math.exp(log) / math.sqrt(degrees * math.pi)
