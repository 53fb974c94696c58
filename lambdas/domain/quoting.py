"""The decision of a batch of ticks: what it changes in the history, the board and the candles.

All of it is committed at once or not at all, and only if nothing of what was read has changed: so
no tick is ever counted twice or left out, whatever comes again, late, or crashes half-way.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from lambdas.domain import candles, market
from lambdas.domain.candles import Candle, CandleKey, Interval
from lambdas.domain.market import Close, Quote, Tick

K = TypeVar("K")
T = TypeVar("T")

MOST_KEYS: Final = 100
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
class Change(Generic[T]):
    """What was read, which must be so still, and what shall be. None: there must be none yet."""

    before: T | None
    after: T


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketUpdate:
    """New ticks, and what they make of quotes and candles."""

    ticks: tuple[Tick, ...]
    quotes: tuple[Change[Quote], ...]
    candles: tuple[Change[Candle], ...]


def tick_key(tick: Tick) -> TickKey:
    """What tells a tick from every other."""
    return (tick.symbol, tick.observed_at)


def portions(ticks: Sequence[Tick]) -> Iterator[tuple[Tick, ...]]:
    """The ticks in their order, cut so that each part touches no more than `MOST_KEYS` things."""
    portion: list[Tick] = []
    touched: set[object] = set()
    for tick in ticks:
        keys = {tick.symbol, tick_key(tick), *_candle_keys(tick)}
        if len(touched | keys) > MOST_KEYS:
            yield tuple(portion)
            portion, touched = [], set()
        portion.append(tick)
        touched |= keys
    if portion:
        yield tuple(portion)


def take(ticks: Sequence[Tick], known: MarketSnapshot) -> MarketUpdate | None:
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
        quotes=_changes(known.quotes, quotes),
        candles=_changes(known.candles, grown),
    )


def rebuild(ticks: Sequence[Tick], known: MarketSnapshot) -> MarketUpdate | None:
    """What is wrong or missing in the candles of these ticks, which are all of their spans, and in
    the quote; None where nothing is.
    """
    quotes, built = _after(ticks, known.quotes, {})
    update = MarketUpdate(
        ticks=(),
        quotes=_changes(known.quotes, quotes),
        candles=_changes(known.candles, built),
    )
    return update if update.quotes or update.candles else None


def _after(
    ticks: Iterable[Tick], quotes: Mapping[str, Quote], known: Mapping[CandleKey, Candle]
) -> tuple[dict[str, Quote], dict[CandleKey, Candle]]:
    board, grown = dict(quotes), dict(known)
    for tick in ticks:
        for interval in Interval:
            key = candles.key_of(tick, interval)
            grown[key] = candles.with_tick(grown.get(key), tick, interval)
        hour = grown[candles.key_of(tick, Interval.HOUR)]
        close = Close(opened_at=hour.opened_at, price=hour.close)
        quote = market.with_tick(board.get(tick.symbol), tick)
        board[tick.symbol] = market.with_close(quote, close)
    return board, grown


def _changes(before: Mapping[K, T], after: Mapping[K, T]) -> tuple[Change[T], ...]:
    return tuple(
        Change(before=before.get(key), after=value)
        for key, value in after.items()
        if value != before.get(key)
    )


def _candle_keys(tick: Tick) -> list[CandleKey]:
    return [candles.key_of(tick, interval) for interval in Interval]
