"""In-memory ports of market data and of the activity of all groups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TypeVar

from lambdas.domain.activity import GroupRequest, Trade, Validation
from lambdas.domain.charts import SOURCES, Bar, Length, bar_of_candle, bar_of_tick, join_bars
from lambdas.domain.errors import StaleDecision
from lambdas.domain.market import (
    Candle,
    Interval,
    MarketSnapshot,
    MarketUpdate,
    Quote,
    Replacement,
    Tick,
    candle_key,
    opening_of,
    tick_key,
)
from lambdas.ports import Page
from tests.builders import ZONE
from tests.fakes.store import MemoryStore, page_of

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V", Quote, Candle)


class MemoryMarket:
    """The port `Market`."""

    def __init__(self, store: MemoryStore, zone: tzinfo = ZONE) -> None:
        self.store = store
        self.zone = zone

    def board(self, *, consistent: bool = False) -> Sequence[Quote]:
        """By symbol."""
        return [quote for _, quote in sorted(self.store.quotes.items())]

    def quote(self, symbol: str) -> Quote | None:
        """One quote."""
        return self.store.quotes.get(symbol)

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """The existing ones."""
        return _existing(self.store.quotes, symbols)

    def snapshot(self, ticks: Sequence[Tick]) -> MarketSnapshot:
        """The stored items that these ticks touch."""
        return MarketSnapshot(
            quotes=self.quotes([tick.symbol for tick in ticks]),
            candles=_existing(
                self.store.candles,
                [candle_key(tick, interval, self.zone) for tick in ticks for interval in Interval],
            ),
            ticks=frozenset(_existing(self.store.ticks, map(tick_key, ticks))),
        )

    def commit(self, update: MarketUpdate) -> None:
        """Everything, or StaleDecision and nothing."""
        quotes = {change.after.symbol: change for change in update.quotes}
        candles = {change.after.key: change for change in update.candles}
        is_known = any(tick_key(tick) in self.store.ticks for tick in update.ticks)
        if is_known or _is_stale(self.store.quotes, quotes):
            raise StaleDecision
        if _is_stale(self.store.candles, candles):
            raise StaleDecision
        self.store.ticks |= {tick_key(tick): tick for tick in update.ticks}
        self.store.quotes |= {key: _next_version(change) for key, change in quotes.items()}
        self.store.candles |= {key: _next_version(change) for key, change in candles.items()}

    def recorded(self, symbol: str, day: datetime) -> tuple[MarketSnapshot, Sequence[Tick]]:
        """Consistent read."""

        def is_of_day(at: datetime) -> bool:
            return opening_of(at, Interval.DAY, self.zone) == day

        known = MarketSnapshot(
            quotes=self.quotes([symbol]),
            candles={
                key: candle
                for key, candle in self.store.candles.items()
                if candle.symbol == symbol and is_of_day(candle.opened_at)
            },
        )
        ticks = [
            tick
            for tick in self.store.ticks.values()
            if tick.symbol == symbol and is_of_day(tick.observed_at)
        ]
        return known, sorted(ticks, key=lambda tick: tick.observed_at)

    def history(
        self,
        symbol: str,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Tick]:
        """Newest first."""
        found = [
            tick
            for tick in self.store.ticks.values()
            if tick.symbol == symbol and _is_within(tick.observed_at, start, end)
        ]
        return page_of(found, lambda tick: tick.observed_at.isoformat(), limit, cursor)

    def candles(
        self,
        symbol: str,
        interval: Interval,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Candle]:
        """Newest first."""
        found = [
            candle
            for candle in self.store.candles.values()
            if (candle.symbol, candle.interval) == (symbol, interval)
            and _is_within(candle.opened_at, start, end)
        ]
        return page_of(found, lambda candle: candle.opened_at.isoformat(), limit, cursor)

    def bars(
        self,
        symbol: str,
        length: Length,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Bar]:
        """Newest first."""
        source = SOURCES[length]
        parts = [bar_of_tick(tick) for tick in self.store.ticks.values() if tick.symbol == symbol]
        if source is not None:
            parts = [
                bar_of_candle(candle)
                for candle in self.store.candles.values()
                if (candle.symbol, candle.interval) == (symbol, source)
            ]
        newest_first = sorted(parts, key=lambda part: part.opened_at, reverse=True)
        found = [
            bar
            for bar in join_bars(newest_first, length, self.zone, len(newest_first) + 1)
            if _is_within(bar.opened_at, start, end)
        ]
        return page_of(found, lambda bar: bar.opened_at.isoformat(), limit, cursor)


class MemoryActivityLog:
    """The port `ActivityLog`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def record_request(self, request: GroupRequest) -> None:
        """The first one stays."""
        self.store.requests.setdefault(request.request_id, request)

    def record_validation(self, validation: Validation) -> None:
        """The first one stays."""
        self.store.validations.setdefault(validation.request_id, validation)

    def record_trade(self, trade: Trade) -> None:
        """Replaces what others claimed under the id."""
        self.store.trades[trade.request_id] = trade

    def demand(self, symbol: str, start: datetime, end: datetime) -> int:
        """Valid ones in the span."""
        return sum(
            trade.valid and trade.symbol == symbol and start <= trade.validated_at < end
            for trade in self._trades()
        )

    def purchases(self, symbol: str, start: datetime, end: datetime, limit: int) -> Sequence[Trade]:
        """Newest first."""
        found = [
            trade
            for trade in self._trades()
            if trade.valid and trade.symbol == symbol and start <= trade.validated_at < end
        ]
        return sorted(found, key=_trade_key, reverse=True)[:limit]

    def of_symbol(self, symbol: str, limit: int, cursor: str | None) -> Page[Trade]:
        """Newest first."""
        found = [trade for trade in self._trades() if trade.symbol == symbol]
        return page_of(found, _trade_key, limit, cursor)

    def feed(self, start: datetime, end: datetime, limit: int, cursor: str | None) -> Page[Trade]:
        """Newest first."""
        found = [trade for trade in self._trades() if start <= trade.validated_at < end]
        return page_of(found, _trade_key, limit, cursor)

    def _trades(self) -> Iterable[Trade]:
        joined = [
            Trade(
                request_id=request_id,
                group_id=request.group_id,
                symbol=request.symbol,
                quantity=request.quantity,
                valid=self.store.validations[request_id].valid,
                requested_at=request.requested_at,
                validated_at=self.store.validations[request_id].received_at,
            )
            for request_id, request in self.store.requests.items()
            if request_id in self.store.validations and request_id not in self.store.trades
        ]
        return (*joined, *self.store.trades.values())


def _existing(known: Mapping[K, T], keys: Iterable[K]) -> dict[K, T]:
    return {key: known[key] for key in keys if key in known}


def _version(item: Quote | Candle | None) -> int:
    return 0 if item is None else item.version


def _is_stale(known: Mapping[K, V], changes: Mapping[K, Replacement[V]]) -> bool:
    return any(
        _version(known.get(key)) != _version(change.before) for key, change in changes.items()
    )


def _next_version(change: Replacement[V]) -> V:
    return replace(change.after, version=_version(change.before) + 1)


def _is_within(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or at >= start) and (end is None or at < end)


def _trade_key(trade: Trade) -> str:
    return f"{trade.validated_at.isoformat()} {trade.request_id}"
