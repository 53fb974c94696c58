"""Market data: storing batches of prices, and rebuilding candles from the history."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from lambdas.domain import market as decisions
from lambdas.domain.market import Interval, Quote, Tick, opening_of
from lambdas.ports import BoardFile, Market
from lambdas.services.retry import retry_stale

_MAX_BOARD_WRITES: Final = 5
"""Prices come every few minutes: two writers meet rarely, five times in a row never."""


class Stored(NamedTuple):
    """How many ticks were new, and the companies whose quotes they changed."""

    ticks: int = 0
    changed: frozenset[str] = frozenset()


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
        stored = Stored(ticks=stored.ticks + more.ticks, changed=stored.changed | more.changed)
    return stored


def _store(market: Market, portion: Sequence[Tick]) -> Stored:
    def attempt() -> Stored:
        update = decisions.decide_ticks(portion, market.snapshot(portion), market.zone)
        if update is None:
            return Stored()
        market.commit(update)
        changed = frozenset(change.after.symbol for change in update.quotes)
        return Stored(ticks=len(update.ticks), changed=changed)

    return retry_stale(attempt)


def publish_board(
    market: Market, file: BoardFile, serialize: Callable[[Sequence[Quote]], bytes]
) -> None:
    """Writes the board to its file until the file shows what the table holds.

    Of two writers at the same time the one that wrote last sees what the other has stored, and
    writes again.
    """
    written: bytes | None = None
    for _ in range(_MAX_BOARD_WRITES):
        content = serialize(market.board(consistent=True))
        if content == written:
            return
        file.write(content)
        written = content


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
