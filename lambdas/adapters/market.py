"""The board, the history of prices and the candles in DynamoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from lambdas.adapters.cursors import cursor_out, is_empty, page_of, stored, time_in, within
from lambdas.adapters.dynamodb import of_model, pause, read_batch, translated, write
from lambdas.adapters.market_items import (
    candle_item,
    candle_of,
    closes_out,
    price_item,
    quote_in,
    quote_item,
    quote_of,
    series_of,
    tick_of,
)
from lambdas.adapters.market_tables import BOARD, CandleItem, PriceItem, QuoteItem
from lambdas.domain import candles
from lambdas.domain.candles import Candle, CandleKey, Interval
from lambdas.domain.errors import StaleDecision
from lambdas.domain.market import Quote, Tick
from lambdas.domain.quoting import MOST_KEYS, MarketSnapshot, MarketUpdate, tick_key
from lambdas.ports import Page

_LONGEST_PAUSE_S: Final = 0.3

Key = tuple[type[Model], Mapping[str, str]]


class DynamoMarket:
    """The port `Market` over the tables quotes, prices and candles."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def board(self) -> Sequence[Quote]:
        """One query (a page for each MB), read without models: they took a third of its CPU."""
        found: list[Quote] = []
        start = None
        while True:
            with translated():
                page = self._connection.query(
                    QuoteItem.Meta.table_name, BOARD, exclusive_start_key=start
                )
            found += map(quote_in, page["Items"])
            start = page.get("LastEvaluatedKey")
            if start is None:
                return found

    def quote(self, symbol: str) -> Quote | None:
        """One GetItem."""
        with translated():
            try:
                return quote_of(QuoteItem.get(BOARD, symbol))
            except QuoteItem.DoesNotExist:
                return None

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """One BatchGetItem for each hundred symbols, consistent."""
        found: dict[str, Quote] = {}
        for start in range(0, len(symbols), MOST_KEYS):
            keys = [_quote_key(symbol) for symbol in symbols[start : start + MOST_KEYS]]
            found |= _snapshot(read_batch(self._connection, keys)).quotes
        return found

    def snapshot(self, ticks: Sequence[Tick]) -> MarketSnapshot:
        """One BatchGetItem: a read unit for each tick, quote and candle."""
        keys: dict[object, Key] = {}
        for tick in ticks:
            keys[tick.symbol] = _quote_key(tick.symbol)
            keys[tick_key(tick)] = _tick_key(tick)
            for interval in Interval:
                candle = candles.key_of(tick, interval)
                keys[candle] = _candle_key(candle)
        return _snapshot(read_batch(self._connection, list(keys.values())))

    def commit(self, update: MarketUpdate) -> None:
        """One TransactWriteItems: two write units for each tick, quote and candle in it."""
        transaction = TransactWrite(connection=self._connection)
        for tick in update.ticks:
            transaction.save(price_item(tick), condition=PriceItem.symbol.does_not_exist())
        for quote in update.quotes:
            transaction.save(quote_item(quote.after), condition=_same_quote(quote.before))
        for candle in update.candles:
            transaction.save(candle_item(candle.after), condition=_same_candle(candle.before))
        try:
            write(transaction)
        except StaleDecision:
            pause(_LONGEST_PAUSE_S)
            raise

    def recorded(self, symbol: str, day: datetime) -> tuple[MarketSnapshot, Sequence[Tick]]:
        """One BatchGetItem of 26 keys, then one consistent query (a page for each MB)."""
        end = day + candles.LENGTHS[Interval.DAY]
        keys = [_quote_key(symbol), _candle_key((symbol, Interval.DAY, day))]
        opened_at = day
        while opened_at < end:
            keys.append(_candle_key((symbol, Interval.HOUR, opened_at)))
            opened_at += candles.LENGTHS[Interval.HOUR]
        known = _snapshot(read_batch(self._connection, keys))
        with translated():
            items = PriceItem.query(
                symbol, within(PriceItem.observed_at, day, end), consistent_read=True
            )
            return known, [tick_of(item) for item in items]

    def history(
        self,
        symbol: str,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Tick]:
        """One query, newest first."""
        end = _end(end, cursor)
        if is_empty(start, end):
            return Page(items=[], next_cursor=None)
        with translated():
            items = PriceItem.query(
                symbol,
                within(PriceItem.observed_at, start, end),
                scan_index_forward=False,
                limit=limit + 1,
            )
            ticks = [tick_of(item) for item in items]
        return page_of(ticks, limit, lambda last: cursor_out(last.observed_at))

    def candles(
        self,
        symbol: str,
        interval: Interval,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Candle]:
        """One query, newest first: half a read unit for each dozen of candles."""
        end = _end(end, cursor)
        if is_empty(start, end):
            return Page(items=[], next_cursor=None)
        with translated():
            items = CandleItem.query(
                series_of(symbol, interval),
                within(CandleItem.opened_at, start, end),
                scan_index_forward=False,
                limit=limit + 1,
            )
            found = [candle_of(item) for item in items]
        return page_of(found, limit, lambda last: cursor_out(last.opened_at))


def _snapshot(items: Sequence[Model]) -> MarketSnapshot:
    found = [candle_of(item) for item in of_model(CandleItem, items)]
    return MarketSnapshot(
        quotes={item.symbol: quote_of(item) for item in of_model(QuoteItem, items)},
        candles={candle.key: candle for candle in found},
        ticks=frozenset((item.symbol, item.observed_at) for item in of_model(PriceItem, items)),
    )


def _quote_key(symbol: str) -> Key:
    return (QuoteItem, {"board": BOARD, "symbol": symbol})


def _tick_key(tick: Tick) -> Key:
    return (
        PriceItem,
        {"symbol": tick.symbol, "observed_at": stored(tick.observed_at)},
    )


def _candle_key(key: CandleKey) -> Key:
    symbol, interval, opened_at = key
    return (
        CandleItem,
        {"series": series_of(symbol, interval), "opened_at": stored(opened_at)},
    )


def _same_quote(before: Quote | None) -> Condition:
    if before is None:
        return QuoteItem.symbol.does_not_exist()
    is_same: Condition = QuoteItem.observed_at == before.observed_at
    for attribute, value in (
        (QuoteItem.previous_at, before.previous_at),
        (QuoteItem.closes, closes_out(before.closes)),
    ):
        is_same &= attribute.does_not_exist() if value is None else attribute == value
    return is_same


def _same_candle(before: Candle | None) -> Condition:
    """Every tick changes how many there are and their sum; so does a rebuilding that mends them."""
    if before is None:
        return CandleItem.series.does_not_exist()
    is_same: Condition = CandleItem.n == before.sums.n
    is_same &= CandleItem.y == before.sums.y
    return is_same


def _end(end: datetime | None, cursor: str | None) -> datetime | None:
    """Where to go on: before the time in the cursor, which only one item has."""
    if cursor is None:
        return end
    before = time_in(cursor)
    return before if end is None else min(before, end)
