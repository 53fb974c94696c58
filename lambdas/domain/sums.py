"""The sums that a least-squares line needs, exact, and such that parts of a history add up.

x is a time in microseconds since an origin that the holder of the sums knows, y a price in
millionths of the currency; both, and so every sum, are whole numbers: nothing is ever rounded, and
the order in which parts are joined does not matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from operator import mul
from typing import Final

from lambdas.domain.money import EXACT, PLACES

MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """n, Σx, Σy, Σx², Σxy, Σy² of some points. Without arguments: of no point."""

    n: int = 0
    x: int = 0
    y: int = 0
    xx: int = 0
    xy: int = 0
    yy: int = 0

    @staticmethod
    def of(points: Iterable[tuple[datetime, Decimal]], origin: datetime) -> "Sums":
        """The sums of (time, price), the times counted from `origin`."""
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
        """The sums of both sets of points. They must have the same origin (see `moved`)."""
        return Sums(
            n=self.n + other.n,
            x=self.x + other.x,
            y=self.y + other.y,
            xx=self.xx + other.xx,
            xy=self.xy + other.xy,
            yy=self.yy + other.yy,
        )

    def moved(self, by_us: int) -> "Sums":
        """The same points counted from an origin that lies `by_us` microseconds later.

        To bring the sums of a candle to the start of a window: `(start − opened_at)` in
        microseconds, which is negative where the candle opened after it.
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
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"prices have at most {PLACES} decimals")
    return whole
