"""Bars of a chart: first, highest, lowest and last price of spans of one length, newest first.

Bars are counted from the opening of the market day, so that a day begins with a bar of its own; the
last bar of a day on which the clocks change may be shorter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Final

from lambdas.domain.activity import Trade
from lambdas.domain.market import Candle, Interval, Tick, closing_of, opening_of

MAX_READ: Final = 10_000
"""Maximum number of prices or candles that one page of bars is made of: 400 bars of 30 minutes are
2,400 prices at the exchange's usual interval.
"""


class Length(StrEnum):
    """How long a bar lasts."""

    FIVE_MINUTES = "5m"
    HALF_HOUR = "30m"
    HOUR = "1h"
    TWO_HOURS = "2h"
    DAY = "1d"


LENGTHS: Final = {
    Length.FIVE_MINUTES: timedelta(minutes=5),
    Length.HALF_HOUR: timedelta(minutes=30),
    Length.HOUR: timedelta(hours=1),
    Length.TWO_HOURS: timedelta(hours=2),
    Length.DAY: timedelta(days=1),
}

SOURCES: Final[dict[Length, Interval | None]] = {
    Length.FIVE_MINUTES: None,
    Length.HALF_HOUR: None,
    Length.HOUR: Interval.HOUR,
    Length.TWO_HOURS: Interval.HOUR,
    Length.DAY: Interval.DAY,
}
"""The stored candles that a bar is made of; None: single prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar; `count` is the number of prices in it."""

    opened_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What all groups bought during a bar: number of purchases, and shares."""

    purchases: int = 0
    quantity: Decimal = Decimal(0)


def bar_opening(at: datetime, length: Length, zone: tzinfo) -> datetime:
    """Opening of the bar that contains a time."""
    day_at = opening_of(at, Interval.DAY, zone)
    if length is Length.DAY:
        return day_at
    return at - (at - day_at) % LENGTHS[length]


def bar_closing(opened_at: datetime, length: Length, zone: tzinfo) -> datetime:
    """Exclusive end of the bar that opens at this time."""
    day_end = closing_of(opening_of(opened_at, Interval.DAY, zone), Interval.DAY, zone)
    return day_end if length is Length.DAY else min(opened_at + LENGTHS[length], day_end)


def whole_bars(
    start: datetime | None, end: datetime | None, length: Length, zone: tzinfo
) -> tuple[datetime | None, datetime | None]:
    """The span of the bars that open within start ≤ t < end."""
    return _next_opening(start, length, zone), _next_opening(end, length, zone)


def _next_opening(at: datetime | None, length: Length, zone: tzinfo) -> datetime | None:
    if at is None:
        return None
    opened_at = bar_opening(at, length, zone)
    return at if opened_at == at else bar_closing(opened_at, length, zone)


def bar_of_tick(tick: Tick) -> Bar:
    """A bar of one price, opened at its time."""
    price = tick.price
    return Bar(opened_at=tick.observed_at, open=price, high=price, low=price, close=price, count=1)


def bar_of_candle(candle: Candle) -> Bar:
    """A candle as a bar."""
    return Bar(
        opened_at=candle.opened_at,
        open=candle.open,
        high=candle.high,
        low=candle.low,
        close=candle.close,
        count=candle.sums.n,
    )


def join_bars(parts: Iterable[Bar], length: Length, zone: tzinfo, limit: int) -> list[Bar]:
    """Joins parts, newest first, to at most `limit` bars, and takes no more parts than needed."""
    bars: list[Bar] = []
    for part in parts:
        opened_at = bar_opening(part.opened_at, length, zone)
        if bars and bars[-1].opened_at == opened_at:
            newer = bars[-1]
            bars[-1] = Bar(
                opened_at=opened_at,
                open=part.open,
                high=max(part.high, newer.high),
                low=min(part.low, newer.low),
                close=newer.close,
                count=part.count + newer.count,
            )
        elif len(bars) == limit:
            return bars
        else:
            bars.append(replace(part, opened_at=opened_at))
    return bars


def volumes(
    trades: Iterable[Trade], bars: Sequence[Bar], length: Length, zone: tzinfo
) -> dict[datetime, Volume]:
    """The purchases during each bar, by its opening; a bar without any has an empty volume."""
    found = {bar.opened_at: Volume() for bar in bars}
    for trade in trades:
        opened_at = bar_opening(trade.validated_at, length, zone)
        if trade.valid and opened_at in found:
            known = found[opened_at]
            found[opened_at] = Volume(
                purchases=known.purchases + 1, quantity=known.quantity + trade.quantity
            )
    return found
