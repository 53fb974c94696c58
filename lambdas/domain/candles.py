"""Candles: what the price of a company did in one hour, or one day, of UTC.

A candle is a function of the set of ticks in its span, whatever the order in which they came:
every part of it joins with every other. A tick is a point in time, so no two ticks tie.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from lambdas.domain.market import Tick
from lambdas.domain.sums import Sums


class Interval(StrEnum):
    """How long a candle lasts."""

    HOUR = "1h"
    DAY = "1d"


LENGTHS: Final = {Interval.HOUR: timedelta(hours=1), Interval.DAY: timedelta(days=1)}

CandleKey = tuple[str, Interval, datetime]
"""Symbol, interval, and when it opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle:
    """The first, highest, lowest and last price of a span, and the sums of a line through all.

    `sums` counts time from `opened_at`; `sums.n` is how many ticks there are.
    """

    symbol: str
    interval: Interval
    opened_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    first_at: datetime
    last_at: datetime
    sums: Sums

    @property
    def key(self) -> CandleKey:
        """What tells it from every other candle."""
        return (self.symbol, self.interval, self.opened_at)


def opened_at(at: datetime, interval: Interval) -> datetime:
    """When the candle opens in which a time lies."""
    match interval:
        case Interval.HOUR:
            return at.replace(minute=0, second=0, microsecond=0)
        case Interval.DAY:
            return at.replace(hour=0, minute=0, second=0, microsecond=0)


def key_of(tick: Tick, interval: Interval) -> CandleKey:
    """The candle that a tick belongs to."""
    return (tick.symbol, interval, opened_at(tick.observed_at, interval))


def with_tick(candle: Candle | None, tick: Tick, interval: Interval) -> Candle:
    """The candle after one more tick of its span. The tick must not be in it yet."""
    own = _candle(tick, interval)
    return own if candle is None else joined(candle, own)


def joined(one: Candle, other: Candle) -> Candle:
    """The candle of the ticks of both, which are of one span and have no tick in common."""
    assert one.key == other.key, "candles of different spans do not join"
    first = one if one.first_at <= other.first_at else other
    last = one if one.last_at >= other.last_at else other
    return Candle(
        symbol=one.symbol,
        interval=one.interval,
        opened_at=one.opened_at,
        open=first.open,
        high=max(one.high, other.high),
        low=min(one.low, other.low),
        close=last.close,
        first_at=first.first_at,
        last_at=last.last_at,
        sums=one.sums + other.sums,
    )


def _candle(tick: Tick, interval: Interval) -> Candle:
    origin = opened_at(tick.observed_at, interval)
    return Candle(
        symbol=tick.symbol,
        interval=interval,
        opened_at=origin,
        open=tick.price,
        high=tick.price,
        low=tick.price,
        close=tick.price,
        first_at=tick.observed_at,
        last_at=tick.observed_at,
        sums=Sums.of([(tick.observed_at, tick.price)], origin),
    )
