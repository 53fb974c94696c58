"""The least-squares line through prices over time, from its exact sums.

Every figure is a quotient of whole numbers and is rounded once, at its end: neither prices that
hardly move nor times far from the origin cost a digit. docs/projection.md has the formulas.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lambdas.domain import student
from lambdas.domain.money import EXACT, PLACES
from lambdas.domain.sums import Sums


class NotEnoughHistory(Exception):
    """Fewer than two distinct times: no line, or every line, goes through the points.

    It ends a job, not a request: therefore it is not of the family of errors.
    """

    def __init__(self, points: int) -> None:
        super().__init__(
            "There is not enough history: a line needs prices at two different times, and there"
            f" {'is' if points == 1 else 'are'} {points or 'none'} in the span."
        )
        self.points = points


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The line's price at one time, in millionths, and what may be expected around it.

    `error` is the standard error of a single price at that time. `low` and `high` hold 95 of 100
    such prices. All three are None where two points leave no freedom to err.
    """

    price: Fraction
    error: float | None
    low: Fraction | None
    high: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line; x in microseconds since the origin of its sums, y in millionths."""

    sums: Sums
    dxx: int  # n·Σx² − (Σx)², and so on
    dxy: int
    dyy: int
    width: float | None  # of the band, in standard errors

    @staticmethod
    def through(sums: Sums) -> "Line":
        """The line of these sums. Raises NotEnoughHistory."""
        dxx = sums.n * sums.xx - sums.x * sums.x
        if dxx == 0:
            raise NotEnoughHistory(min(sums.n, 1))
        return Line(
            sums=sums,
            dxx=dxx,
            dxy=sums.n * sums.xy - sums.x * sums.y,
            dyy=sums.n * sums.yy - sums.y * sums.y,
            width=student.half_width(sums.n - 2) if sums.n > 2 else None,
        )

    def at(self, x: int) -> Estimate:
        """The estimate at x."""
        price, error = self.price_at(x), self.error_at(x)
        if error is None or self.width is None:
            return Estimate(price=price, error=None, low=None, high=None)
        reach = Fraction(self.width * error)
        return Estimate(price=price, error=error, low=price - reach, high=price + reach)

    def price_at(self, x: int) -> Fraction:
        """ȳ + b·(x − x̄)."""
        n = self.sums.n
        return Fraction(
            self.sums.y * self.dxx + self.dxy * (n * x - self.sums.x),
            n * self.dxx,
        )

    def error_at(self, x: int) -> float | None:
        """s·√(1 + 1/n + (x − x̄)²/Σ(x − x̄)²), with s² = Σ(y − ŷ)² / (n − 2)."""
        n = self.sums.n
        if n < 3:
            return None
        squared_residuals = self.dxx * self.dyy - self.dxy * self.dxy  # times n·dxx
        spread = (n + 1) * self.dxx + (n * x - self.sums.x) ** 2  # times n·dxx
        return math.sqrt(squared_residuals * spread / ((n - 2) * (n * self.dxx) ** 2))


def whole(value: Fraction) -> int:
    """The nearest whole number, halves away from zero, as money is rounded everywhere."""
    magnitude = math.floor(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def price_of(millionths: Fraction | float) -> Decimal:
    """A price with six decimals, from millionths."""
    return Decimal(whole(Fraction(millionths))).scaleb(-PLACES, EXACT)
