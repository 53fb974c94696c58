"""Market data: storing batches of prices, and rebuilding candles from the history."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from lambdas.domain import market as decisions
from lambdas.domain.market import Interval, Tick, opening_of
from lambdas.ports import Market
from lambdas.services.retry import retry_stale


class Stored(NamedTuple):
    """How many ticks were new, and how many quotes they changed."""

    ticks: int = 0
    quotes: int = 0


class Rebuilt(NamedTuple):
    """How many days have prices, and how many candles were wrong or missing."""

    days: int = 0
    candles: int = 0


def store_prices(market: Market, ticks: Sequence[Tick]) -> Stored:
    """Adds new ticks to history, board and candles. Repeated and late batches are harmless.

    A portion is written whole or not at all; after a crash between two portions, the next delivery
    of the batch adds the rest. Raises StaleDecision when other writers keep winning.
    """
    stored = Stored()
    for portion in decisions.portions(ticks, market.zone):
        more = _store(market, portion)
        stored = Stored(ticks=stored.ticks + more.ticks, quotes=stored.quotes + more.quotes)
    return stored


def _store(market: Market, portion: Sequence[Tick]) -> Stored:
    def attempt() -> Stored:
        update = decisions.decide_ticks(portion, market.snapshot(portion), market.zone)
        if update is None:
            return Stored()
        market.commit(update)
        return Stored(ticks=len(update.ticks), quotes=len(update.quotes))

    return retry_stale(attempt)


def rebuild_candles(market: Market, symbol: str) -> Rebuilt:
    """Makes a company's candles again from its history, one day at a time. Idempotent.

    Safe while prices arrive. Raises StaleDecision where prices of one day keep arriving.
    """
    rebuilt = Rebuilt()
    before: datetime | None = None
    while True:
        newest = market.history(symbol, None, before, 1, None).items
        if not newest:
            return rebuilt
        day = opening_of(newest[0].observed_at, Interval.DAY, market.zone)
        mended = _rebuild_day(market, symbol, day)
        rebuilt = Rebuilt(days=rebuilt.days + 1, candles=rebuilt.candles + mended)
        before = day


def _rebuild_day(market: Market, symbol: str, day: datetime) -> int:
    def attempt() -> int:
        known, ticks = market.recorded(symbol, day)
        update = decisions.decide_rebuild(ticks, known, market.zone)
        if update is None:
            return 0
        market.commit(update)
        return len(update.candles)

    return retry_stale(attempt)
