"""Market data: ticks (single prices), quotes (the board), candles, and how a batch changes them.

Quotes and candles are functions of the set of ticks, whatever the order in which the ticks arrive.
A market day lasts from one midnight to the next in the market's time zone, `zone`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Final, Generic, TypeVar

from lambdas.domain.regression import Sums

_SECOND: Final = timedelta(seconds=1)

# If the exchange's clock ran ahead, every later price would look old.
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
class TrendPoint:
    """The last price of an hour, and when it was observed."""

    at: datetime
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The latest price of a company; the first, highest and lowest price and the hourly closes of
    its market day, which began at `day_at`; and the last price of the latest earlier day.
    """

    symbol: str
    name: str
    price: Decimal
    currency: str
    source: str | None
    observed_at: datetime
    received_at: datetime
    day_at: datetime
    open: Decimal
    open_at: datetime
    high: Decimal
    low: Decimal
    previous_close: Decimal | None = None
    previous_close_at: datetime | None = None
    closes: tuple[TrendPoint, ...] = ()
    version: int = field(default=0, compare=False)  # number of writes; 0: not stored yet

    @property
    def change(self) -> Decimal | None:
        """Change since the previous close; None where none is known."""
        return None if self.previous_close is None else self.price - self.previous_close

    @property
    def trend(self) -> tuple[TrendPoint, ...]:
        """The market day from its first price to the latest one, oldest first."""
        first = TrendPoint(at=self.open_at, price=self.open)
        latest = TrendPoint(at=self.observed_at, price=self.price)
        between = [point for point in self.closes if first.at < point.at < latest.at]
        if between and latest.at - between[-1].at < _SECOND:  # stored in whole seconds
            between.pop()
        return (first, *between, latest) if first.at < latest.at else (latest,)


def quote_with_tick(quote: Quote | None, tick: Tick, zone: tzinfo) -> Quote:
    """The quote after one more tick; the same value where the tick changes nothing."""
    if quote is None:
        return _quote(tick, zone)
    if tick.observed_at <= quote.observed_at:
        return _quote_with_late_tick(quote, tick)
    newest = _quote(tick, zone)
    if newest.day_at != quote.day_at:
        return replace(newest, previous_close=quote.price, previous_close_at=quote.observed_at)
    return replace(
        newest,
        open=quote.open,
        open_at=quote.open_at,
        high=max(quote.high, tick.price),
        low=min(quote.low, tick.price),
        previous_close=quote.previous_close,
        previous_close_at=quote.previous_close_at,
        closes=quote.closes,
    )


def quote_with_hour(quote: Quote, hour: "Candle") -> Quote:
    """The quote with the close of an hour of its market day; of an earlier day, unchanged."""
    if hour.opened_at < quote.day_at:
        return quote
    by_hour = {_hour_of(quote, point.at): point for point in quote.closes}
    by_hour[_hour_of(quote, hour.opened_at)] = TrendPoint(
        at=hour.last_at.replace(microsecond=0), price=hour.close
    )
    return replace(quote, closes=tuple(by_hour[position] for position in sorted(by_hour)))


def _hour_of(quote: Quote, at: datetime) -> int:
    return (at - quote.day_at) // INTERVAL_LENGTHS[Interval.HOUR]


def _quote_with_late_tick(quote: Quote, tick: Tick) -> Quote:
    if tick.observed_at >= quote.day_at:
        is_first = tick.observed_at < quote.open_at
        return replace(
            quote,
            open=tick.price if is_first else quote.open,
            open_at=tick.observed_at if is_first else quote.open_at,
            high=max(quote.high, tick.price),
            low=min(quote.low, tick.price),
        )
    known_at = quote.previous_close_at
    if known_at is None or tick.observed_at > known_at:
        return replace(quote, previous_close=tick.price, previous_close_at=tick.observed_at)
    return quote


def _quote(tick: Tick, zone: tzinfo) -> Quote:
    return Quote(
        symbol=tick.symbol,
        name=tick.name,
        price=tick.price,
        currency=tick.currency,
        source=tick.source,
        observed_at=tick.observed_at,
        received_at=tick.received_at,
        day_at=opening_of(tick.observed_at, Interval.DAY, zone),
        open=tick.price,
        open_at=tick.observed_at,
        high=tick.price,
        low=tick.price,
    )


class Interval(StrEnum):
    """How long a stored candle lasts: an hour, or a market day."""

    HOUR = "1h"
    DAY = "1d"


INTERVAL_LENGTHS: Final = {Interval.HOUR: timedelta(hours=1), Interval.DAY: timedelta(days=1)}
"""A market day on which the clocks change is an hour shorter or longer: see `closing_of`."""

CandleKey = tuple[str, Interval, datetime]
"""Symbol, interval, and time of opening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle:
    """First, highest, lowest and last price of a span, and the sums for a line through its ticks.

    The origin of `sums` is `opened_at`; `sums.n` is the number of ticks.
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
        """Identifies the candle."""
        return (self.symbol, self.interval, self.opened_at)


def opening_of(at: datetime, interval: Interval, zone: tzinfo) -> datetime:
    """Opening of the candle that contains a time, in UTC. Days are those of the market's zone."""
    local = at.astimezone(zone)
    match interval:
        case Interval.HOUR:
            opening = local.replace(minute=0, second=0, microsecond=0)
        case Interval.DAY:
            opening = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return opening.astimezone(UTC)


def closing_of(opened_at: datetime, interval: Interval, zone: tzinfo) -> datetime:
    """Exclusive end of the candle that opens at this time."""
    match interval:
        case Interval.HOUR:
            return opened_at + INTERVAL_LENGTHS[interval]
        case Interval.DAY:
            noon = opened_at + INTERVAL_LENGTHS[interval] * 1.5  # of the next day
            return opening_of(noon, interval, zone)


def market_date(at: datetime, zone: tzinfo) -> date:
    """Date of the market day that contains a time."""
    return at.astimezone(zone).date()


def candle_key(tick: Tick, interval: Interval, zone: tzinfo) -> CandleKey:
    """The candle that a tick belongs to."""
    return (tick.symbol, interval, opening_of(tick.observed_at, interval, zone))


def candle_with_tick(candle: Candle | None, tick: Tick, interval: Interval, zone: tzinfo) -> Candle:
    """The candle with one more tick of its span, which it must not contain yet."""
    single = _candle(tick, interval, zone)
    return single if candle is None else join_candles(candle, single)


def join_candles(one: Candle, other: Candle) -> Candle:
    """Joins two candles of the same span that have no tick in common."""
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


def _candle(tick: Tick, interval: Interval, zone: tzinfo) -> Candle:
    origin = opening_of(tick.observed_at, interval, zone)
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
"""Maximum number of items that a store reads in one batch and writes in one transaction."""

TickKey = tuple[str, datetime]
"""Symbol and time of observation; of several prices at one time, the first one is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSnapshot:
    """The stored items that a portion of ticks touches."""

    quotes: Mapping[str, Quote]
    candles: Mapping[CandleKey, Candle]
    ticks: frozenset[TickKey] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement(Generic[T]):
    """An item as it was read (None: it does not exist yet), which must not have changed, and as it
    is to be written.
    """

    before: T | None
    after: T


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketUpdate:
    """New ticks, and the quotes and candles that they change."""

    ticks: tuple[Tick, ...]
    quotes: tuple[Replacement[Quote], ...]
    candles: tuple[Replacement[Candle], ...]


def tick_key(tick: Tick) -> TickKey:
    """Identifies a tick."""
    return (tick.symbol, tick.observed_at)


def portions(ticks: Sequence[Tick], zone: tzinfo) -> Iterator[tuple[Tick, ...]]:
    """Splits ticks, in their order, into portions that touch at most MAX_KEYS items each."""
    portion: list[Tick] = []
    touched: set[object] = set()
    for tick in ticks:
        keys = {tick.symbol, tick_key(tick), *_candle_keys(tick, zone)}
        if len(touched | keys) > MAX_KEYS:
            yield tuple(portion)
            portion, touched = [], set()
        portion.append(tick)
        touched |= keys
    if portion:
        yield tuple(portion)


def decide_ticks(ticks: Sequence[Tick], known: MarketSnapshot, zone: tzinfo) -> MarketUpdate | None:
    """The update that adds a portion's new ticks; None if all of them are stored already."""
    new: dict[TickKey, Tick] = {}
    for tick in ticks:
        if tick_key(tick) not in known.ticks:
            new.setdefault(tick_key(tick), tick)
    if not new:
        return None
    quotes, candles = _after(new.values(), known.quotes, known.candles, zone)
    return MarketUpdate(
        ticks=tuple(new.values()),
        quotes=_replacements(known.quotes, quotes),
        candles=_replacements(known.candles, candles),
    )


def decide_rebuild(
    ticks: Sequence[Tick], known: MarketSnapshot, zone: tzinfo
) -> MarketUpdate | None:
    """The update that corrects wrong or missing candles, and the quote; None if there is none.

    `ticks` must be all ticks of their spans.
    """
    quotes, candles = _after(ticks, known.quotes, {}, zone)
    update = MarketUpdate(
        ticks=(),
        quotes=_replacements(known.quotes, quotes),
        candles=_replacements(known.candles, candles),
    )
    return update if update.quotes or update.candles else None


def _after(
    ticks: Iterable[Tick],
    quotes: Mapping[str, Quote],
    known: Mapping[CandleKey, Candle],
    zone: tzinfo,
) -> tuple[dict[str, Quote], dict[CandleKey, Candle]]:
    board, candles = dict(quotes), dict(known)
    for tick in ticks:
        for interval in Interval:
            key = candle_key(tick, interval, zone)
            candles[key] = candle_with_tick(candles.get(key), tick, interval, zone)
        hour = candles[candle_key(tick, Interval.HOUR, zone)]
        quote = quote_with_tick(board.get(tick.symbol), tick, zone)
        board[tick.symbol] = quote_with_hour(quote, hour)
    return board, candles


def _replacements(before: Mapping[K, T], after: Mapping[K, T]) -> tuple[Replacement[T], ...]:
    return tuple(
        Replacement(before=before.get(key), after=value)
        for key, value in after.items()
        if value != before.get(key)
    )


def _candle_keys(tick: Tick, zone: tzinfo) -> list[CandleKey]:
    return [candle_key(tick, interval, zone) for interval in Interval]
