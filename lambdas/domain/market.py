"""Market data: ticks (single prices), quotes (the board), candles, and how a batch changes them.

Quotes and candles are functions of the set of ticks, whatever the order in which the ticks arrive.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Generic, TypeVar

from lambdas.domain.regression import Sums

TREND_HOURS: Final = 24

# A clock of the exchange that runs ahead must not make every later price look old.
MAX_CLOCK_LEAD: Final = timedelta(minutes=5)
_SYMBOL: Final = re.compile(r"[A-Z0-9^][A-Z0-9.^=-]{0,15}")


def parse_symbol(text: str) -> str | None:
    """A company's symbol in upper case; None for text that cannot be a symbol."""
    symbol = text.strip().upper() if text.isascii() else ""
    return symbol if _SYMBOL.fullmatch(symbol) else None


def observation_time(claimed: datetime | None, received_at: datetime) -> datetime:
    """The exchange's time of a message; the time of arrival if that is missing or in the future."""
    if claimed is None or claimed > received_at + MAX_CLOCK_LEAD:
        return received_at
    return claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One price of one company at one time."""

    symbol: str
    name: str
    price: Decimal
    currency: str
    source: str | None
    observed_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyClose:
    """The last price of an hour."""

    opened_at: datetime
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The latest price of a company, the last one of the latest earlier day that we know, and the
    closes of the latest hours that have prices, oldest first.
    """

    symbol: str
    name: str
    price: Decimal
    currency: str
    source: str | None
    observed_at: datetime
    received_at: datetime
    previous_price: Decimal | None = None
    previous_at: datetime | None = None
    closes: tuple[HourlyClose, ...] = ()
    version: int = field(default=0, compare=False)  # number of writes; 0: not stored yet

    @property
    def change(self) -> Decimal | None:
        """Change since the previous day's last price; None where none is known."""
        return None if self.previous_price is None else self.price - self.previous_price


def quote_with_tick(quote: Quote | None, tick: Tick) -> Quote:
    """The quote after one more tick; the same value where the tick changes nothing."""
    if quote is None:
        return _quote(tick)
    if tick.observed_at > quote.observed_at:
        newest = replace(_quote(tick), closes=quote.closes)
        if tick.observed_at.date() == quote.observed_at.date():
            previous_price, previous_at = quote.previous_price, quote.previous_at
        else:
            previous_price, previous_at = quote.price, quote.observed_at
        return replace(newest, previous_price=previous_price, previous_at=previous_at)
    return _quote_with_late_tick(quote, tick)


def quote_with_close(quote: Quote, close: HourlyClose) -> Quote:
    """The quote with the close of an hour as it is now known; only the latest hours are kept."""
    by_hour = {known.opened_at: known for known in (*quote.closes, close)}
    latest = [by_hour[opened_at] for opened_at in sorted(by_hour)[-TREND_HOURS:]]
    return replace(quote, closes=tuple(latest))


def _quote_with_late_tick(quote: Quote, tick: Tick) -> Quote:
    is_earlier_day = tick.observed_at.date() < quote.observed_at.date()
    is_newest_of_them = quote.previous_at is None or tick.observed_at > quote.previous_at
    if is_earlier_day and is_newest_of_them:
        return replace(quote, previous_price=tick.price, previous_at=tick.observed_at)
    return quote


def _quote(tick: Tick) -> Quote:
    return Quote(
        symbol=tick.symbol,
        name=tick.name,
        price=tick.price,
        currency=tick.currency,
        source=tick.source,
        observed_at=tick.observed_at,
        received_at=tick.received_at,
    )


class Interval(StrEnum):
    """How long a candle lasts."""

    HOUR = "1h"
    DAY = "1d"


INTERVAL_LENGTHS: Final = {Interval.HOUR: timedelta(hours=1), Interval.DAY: timedelta(days=1)}

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
    version: int = field(default=0, compare=False)  # number of writes; 0: not stored yet

    @property
    def key(self) -> CandleKey:
        """What tells it from every other candle."""
        return (self.symbol, self.interval, self.opened_at)


def opening_of(at: datetime, interval: Interval) -> datetime:
    """When the candle opens in which a time lies."""
    match interval:
        case Interval.HOUR:
            return at.replace(minute=0, second=0, microsecond=0)
        case Interval.DAY:
            return at.replace(hour=0, minute=0, second=0, microsecond=0)


def candle_key(tick: Tick, interval: Interval) -> CandleKey:
    """The candle that a tick belongs to."""
    return (tick.symbol, interval, opening_of(tick.observed_at, interval))


def candle_with_tick(candle: Candle | None, tick: Tick, interval: Interval) -> Candle:
    """The candle after one more tick of its span. The tick must not be in it yet."""
    own = _first_candle(tick, interval)
    return own if candle is None else join_candles(candle, own)


def join_candles(one: Candle, other: Candle) -> Candle:
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


def _first_candle(tick: Tick, interval: Interval) -> Candle:
    origin = opening_of(tick.observed_at, interval)
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


K = TypeVar("K")
T = TypeVar("T")

MAX_KEYS: Final = 100
"""What a store reads in one batch, and writes in one transaction, at most."""

TickKey = tuple[str, datetime]
"""Symbol and time of observation: the first price at one time is the one that stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSnapshot:
    """What is known of all that a portion of ticks touches, read at one moment."""

    quotes: Mapping[str, Quote]
    candles: Mapping[CandleKey, Candle]
    ticks: frozenset[TickKey] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement(Generic[T]):
    """What was read, which must be so still, and what shall be. None: there must be none yet."""

    before: T | None
    after: T


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketUpdate:
    """New ticks, and what they make of quotes and candles."""

    ticks: tuple[Tick, ...]
    quotes: tuple[Replacement[Quote], ...]
    candles: tuple[Replacement[Candle], ...]


def tick_key(tick: Tick) -> TickKey:
    """What tells a tick from every other."""
    return (tick.symbol, tick.observed_at)


def portions(ticks: Sequence[Tick]) -> Iterator[tuple[Tick, ...]]:
    """The ticks in their order, cut so that each part touches no more than `MAX_KEYS` things."""
    portion: list[Tick] = []
    touched: set[object] = set()
    for tick in ticks:
        keys = {tick.symbol, tick_key(tick), *_candle_keys(tick)}
        if len(touched | keys) > MAX_KEYS:
            yield tuple(portion)
            portion, touched = [], set()
        portion.append(tick)
        touched |= keys
    if portion:
        yield tuple(portion)


def decide_ticks(ticks: Sequence[Tick], known: MarketSnapshot) -> MarketUpdate | None:
    """What a portion of ticks changes; None where all of them are known already."""
    fresh: dict[TickKey, Tick] = {}
    for tick in ticks:
        if tick_key(tick) not in known.ticks:
            fresh.setdefault(tick_key(tick), tick)
    if not fresh:
        return None
    quotes, grown = _after(fresh.values(), known.quotes, known.candles)
    return MarketUpdate(
        ticks=tuple(fresh.values()),
        quotes=_replacements(known.quotes, quotes),
        candles=_replacements(known.candles, grown),
    )


def decide_rebuild(ticks: Sequence[Tick], known: MarketSnapshot) -> MarketUpdate | None:
    """What is wrong or missing in the candles of these ticks, which are all of their spans, and in
    the quote; None where nothing is.
    """
    quotes, built = _after(ticks, known.quotes, {})
    update = MarketUpdate(
        ticks=(),
        quotes=_replacements(known.quotes, quotes),
        candles=_replacements(known.candles, built),
    )
    return update if update.quotes or update.candles else None


def _after(
    ticks: Iterable[Tick], quotes: Mapping[str, Quote], known: Mapping[CandleKey, Candle]
) -> tuple[dict[str, Quote], dict[CandleKey, Candle]]:
    board, grown = dict(quotes), dict(known)
    for tick in ticks:
        for interval in Interval:
            key = candle_key(tick, interval)
            grown[key] = candle_with_tick(grown.get(key), tick, interval)
        hour = grown[candle_key(tick, Interval.HOUR)]
        close = HourlyClose(opened_at=hour.opened_at, price=hour.close)
        quote = quote_with_tick(board.get(tick.symbol), tick)
        board[tick.symbol] = quote_with_close(quote, close)
    return board, grown


def _replacements(before: Mapping[K, T], after: Mapping[K, T]) -> tuple[Replacement[T], ...]:
    return tuple(
        Replacement(before=before.get(key), after=value)
        for key, value in after.items()
        if value != before.get(key)
    )


def _candle_keys(tick: Tick) -> list[CandleKey]:
    return [candle_key(tick, interval) for interval in Interval]
