"""Daily bars and the price inside them: a share's price at any moment of a series of trading days.

Pure. Floats are enough here: this is where prices are invented; they leave as decimals of six
places.
"""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

SMALLEST_PRICE: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One trading day. Prices in units of the currency."""

    open: float
    high: float
    low: float
    close: float


def price_at(bars: list[Bar], position: float) -> Decimal:
    """The price `position` trading days into the series, six decimal places at most, above zero.

    Beyond its end the series is walked backwards, and so on: it never ends and never jumps from its
    end to its start.
    """
    place = reflect(position, len(bars))
    day = min(int(place), len(bars) - 1)
    price = _within(bars[day], place - day)
    return max(SMALLEST_PRICE, Decimal(price).quantize(SMALLEST_PRICE, ROUND_HALF_UP))


def reflect(position: float, length: int) -> float:
    """Fold any position into 0..length, there and back again."""
    return length - abs(math.fmod(abs(position), 2 * length) - length)


def _within(bar: Bar, part: float) -> float:
    """From open over both extremes to close; a day that rises touches its low first, as most do."""
    rises = bar.close >= bar.open
    first, second = (bar.low, bar.high) if rises else (bar.high, bar.low)
    stops = (bar.open, first, second, bar.close)
    leg = min(int(part * 3), 2)
    start, end = stops[leg], stops[leg + 1]
    return start + (end - start) * (part * 3 - leg)
