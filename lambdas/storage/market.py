"""Market data in DynamoDB: quotes, price history, candles."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from itertools import islice
from typing import Final

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from lambdas.domain import money
from lambdas.domain.charts import (
    MAX_READ,
    SOURCES,
    Bar,
    Length,
    bar_of_candle,
    bar_of_tick,
    join_bars,
    whole_bars,
)
from lambdas.domain.market import (
    MAX_KEYS,
    Candle,
    CandleKey,
    Interval,
    MarketSnapshot,
    MarketUpdate,
    Quote,
    Tick,
    TrendPoint,
    candle_key,
    closing_of,
    tick_key,
)
from lambdas.domain.regression import Sums
from lambdas.ports import Page
from lambdas.storage.client import translated_errors
from lambdas.storage.models import BOARD, CandleItem, PriceItem, QuoteItem
from lambdas.storage.pagination import (
    is_empty_span,
    page_of,
    parse_time_cursor,
    time_cursor,
    within,
)

_SECOND: Final = timedelta(seconds=1)
_HOUR: Final = timedelta(hours=1)


class DynamoMarket:
    """The port `Market` over the tables quotes, prices and candles."""

    def __init__(self, connection: Connection, zone: tzinfo) -> None:
        self._connection = connection
        self._zone = zone

    @property
    def zone(self) -> tzinfo:
        """The market's time zone."""
        return self._zone

    def board(self, *, consistent: bool = False) -> Sequence[Quote]:
        """One query (a page for each MB)."""
        with translated_errors():
            items = QuoteItem.query(BOARD, consistent_read=consistent)
            return [quote_of(item) for item in items]

    def quote(self, symbol: str) -> Quote | None:
        """One GetItem."""
        with translated_errors():
            try:
                return quote_of(QuoteItem.get(BOARD, symbol))
            except QuoteItem.DoesNotExist:
                return None

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """One BatchGetItem for each hundred symbols, consistent."""
        if not symbols:
            return {}
        keys = [(BOARD, symbol) for symbol in symbols]
        with translated_errors():
            items = list(QuoteItem.batch_get(keys, consistent_read=True))
        return {item.symbol: quote_of(item) for item in items}

    def snapshot(self, ticks: Sequence[Tick]) -> MarketSnapshot:
        """One BatchGetItem for each of the three tables, consistent.

        What changes between them makes an update based on the snapshot stale.
        """
        assert len(ticks) <= MAX_KEYS, "a portion of ticks is bounded"
        keys = [(tick.symbol, tick.observed_at) for tick in ticks]
        quotes = self.quotes([tick.symbol for tick in ticks])
        candles = _candles(
            [candle_key(tick, interval, self.zone) for tick in ticks for interval in Interval]
        )
        with translated_errors():
            items = list(PriceItem.batch_get(keys, consistent_read=True))
        known = frozenset(tick_key(tick_of(item)) for item in items)
        return MarketSnapshot(quotes=quotes, candles=candles, ticks=known)

    def commit(self, update: MarketUpdate) -> None:
        """One TransactWriteItems: two write units for each tick, quote and candle."""
        with translated_errors(), TransactWrite(connection=self._connection) as transaction:
            for tick in update.ticks:
                transaction.save(price_item(tick), condition=PriceItem.symbol.does_not_exist())
            for quote in update.quotes:
                transaction.save(quote_item(quote.after, _version(quote.before)))
            for candle in update.candles:
                transaction.save(candle_item(candle.after, _version(candle.before)))

    def recorded(self, symbol: str, day: datetime) -> tuple[MarketSnapshot, Sequence[Tick]]:
        """Two BatchGetItem, then one query (a page for each MB), all consistent."""
        end = closing_of(day, Interval.DAY, self.zone)
        keys: list[CandleKey] = [(symbol, Interval.DAY, day)]
        hours = [day + hour * _HOUR for hour in range((end - day) // _HOUR)]
        keys += [(symbol, Interval.HOUR, hour) for hour in hours]
        snapshot = MarketSnapshot(quotes=self.quotes([symbol]), candles=_candles(keys))
        with translated_errors():
            items = PriceItem.query(
                symbol, within(PriceItem.observed_at, day, end), consistent_read=True
            )
            return snapshot, [tick_of(item) for item in items]

    def history(
        self,
        symbol: str,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Tick]:
        """One query."""
        end = _before_cursor(end, cursor)
        if is_empty_span(start, end):
            return Page(items=[], next_cursor=None)
        with translated_errors():
            items = PriceItem.query(
                symbol,
                within(PriceItem.observed_at, start, end),
                scan_index_forward=False,
                limit=limit + 1,
            )
            ticks = [tick_of(item) for item in items]
        return page_of(ticks, limit, lambda last: time_cursor(last.observed_at))

    def candles(
        self,
        symbol: str,
        interval: Interval,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Candle]:
        """One query."""
        end = _before_cursor(end, cursor)
        if is_empty_span(start, end):
            return Page(items=[], next_cursor=None)
        with translated_errors():
            items = CandleItem.query(
                _series(symbol, interval),
                within(CandleItem.opened_at, start, end),
                scan_index_forward=False,
                limit=limit + 1,
            )
            candles = [candle_of(item) for item in items]
        return page_of(candles, limit, lambda last: time_cursor(last.opened_at))

    def bars(
        self,
        symbol: str,
        length: Length,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Bar]:
        """One query of prices, or of stored candles (a page for each MB)."""
        start, end = whole_bars(start, _before_cursor(end, cursor), length, self.zone)
        if is_empty_span(start, end):
            return Page(items=[], next_cursor=None)
        with translated_errors():
            parts = _parts(symbol, SOURCES[length], start, end)
            read = 0

            def counted() -> Iterator[Bar]:
                nonlocal read
                for part in islice(parts, MAX_READ):
                    read += 1
                    yield part

            bars = join_bars(counted(), length, self.zone, limit + 1)
        if read == MAX_READ and len(bars) > 1:  # the oldest bar may not be whole
            limit = min(limit, len(bars) - 1)
        return page_of(bars, limit, lambda last: time_cursor(last.opened_at))


def _parts(
    symbol: str, source: Interval | None, start: datetime | None, end: datetime | None
) -> Iterator[Bar]:
    """Newest first."""
    if source is None:
        for price in PriceItem.query(
            symbol, within(PriceItem.observed_at, start, end), scan_index_forward=False
        ):
            yield bar_of_tick(tick_of(price))
    else:
        for candle in CandleItem.query(
            _series(symbol, source),
            within(CandleItem.opened_at, start, end),
            scan_index_forward=False,
        ):
            yield bar_of_candle(candle_of(candle))


def _candles(keys: Iterable[CandleKey]) -> dict[CandleKey, Candle]:
    item_keys = [(_series(symbol, interval), opened_at) for symbol, interval, opened_at in keys]
    if not item_keys:
        return {}
    with translated_errors():
        items = list(CandleItem.batch_get(item_keys, consistent_read=True))
    candles = [candle_of(item) for item in items]
    return {candle.key: candle for candle in candles}


def _version(before: Quote | Candle | None) -> int:
    return 0 if before is None else before.version


def _before_cursor(end: datetime | None, cursor: str | None) -> datetime | None:
    """The end of the next page: the time in the cursor, which only one item has."""
    if cursor is None:
        return end
    before, _ = parse_time_cursor(cursor)
    return before if end is None else min(before, end)


def quote_item(quote: Quote, version: int) -> QuoteItem:
    """The item of a quote that replaces that version; 0: there is none yet."""
    item = QuoteItem(
        symbol=quote.symbol,
        name=quote.name,
        price=quote.price,
        currency=quote.currency,
        source=quote.source,
        observed_at=quote.observed_at,
        received_at=quote.received_at,
        day_at=quote.day_at,
        open=quote.open,
        open_at=quote.open_at,
        high=quote.high,
        low=quote.low,
        previous_close=quote.previous_close,
        previous_close_at=quote.previous_close_at,
        closes=_serialize_closes(quote),
    )
    if version:
        item.version = version
    return item


def quote_of(item: QuoteItem) -> Quote:
    """The quote of an item.

    An item of a release that kept no market day counts as the only price of its day, until the
    next price comes. Both releases write while a deployment lasts.
    """
    is_old = item.day_at is None
    return Quote(
        symbol=item.symbol,
        name=item.name,
        price=item.price,
        currency=item.currency,
        source=item.source,
        observed_at=item.observed_at,
        received_at=item.received_at,
        day_at=item.observed_at if is_old else item.day_at,
        open=item.price if is_old else item.open,
        open_at=item.observed_at if is_old else item.open_at,
        high=item.price if is_old else item.high,
        low=item.price if is_old else item.low,
        previous_close=item.previous_close,
        previous_close_at=item.previous_close_at,
        closes=() if is_old else _parse_closes(item),
        version=item.version,
    )


def _serialize_closes(quote: Quote) -> str | None:
    """`3599:190.25 7180:191`: seconds since the day began, and closes; None for none.

    As a list of maps, the same 24 closes would take 1.3 kB, and each write of a quote a unit more.
    """
    parts = [f"{(c.at - quote.day_at) // _SECOND}:{money.plain(c.price)}" for c in quote.closes]
    return " ".join(parts) or None


def _parse_closes(item: QuoteItem) -> tuple[TrendPoint, ...]:
    pairs = [part.split(":") for part in (item.closes or "").split()]
    return tuple(
        TrendPoint(at=item.day_at + int(seconds) * _SECOND, price=Decimal(price))
        for seconds, price in pairs
    )


def price_item(tick: Tick) -> PriceItem:
    """The item of a tick."""
    return PriceItem(
        symbol=tick.symbol,
        observed_at=tick.observed_at,
        name=tick.name,
        price=tick.price,
        currency=tick.currency,
        source=tick.source,
        received_at=tick.received_at,
    )


def tick_of(item: PriceItem) -> Tick:
    """The tick of an item."""
    return Tick(
        symbol=item.symbol,
        name=item.name,
        price=item.price,
        currency=item.currency,
        source=item.source,
        observed_at=item.observed_at,
        received_at=item.received_at,
    )


def _series(symbol: str, interval: Interval) -> str:
    """Partition of a company's candles of one length. No symbol contains `#`."""
    return f"{symbol}#{interval}"


def candle_item(candle: Candle, version: int) -> CandleItem:
    """The item of a candle that replaces that version; 0: there is none yet."""
    sums = candle.sums
    item = CandleItem(
        series=_series(candle.symbol, candle.interval),
        opened_at=candle.opened_at,
        open=candle.open,
        high=candle.high,
        low=candle.low,
        close=candle.close,
        first_at=candle.first_at,
        last_at=candle.last_at,
        n=sums.n,
        x=sums.x,
        y=sums.y,
        xx=sums.xx,
        xy=sums.xy,
        yy=sums.yy,
    )
    if version:
        item.version = version
    return item


def candle_of(item: CandleItem) -> Candle:
    """The candle of an item."""
    symbol, interval = item.series.rsplit("#", 1)
    return Candle(
        symbol=symbol,
        interval=Interval(interval),
        opened_at=item.opened_at,
        open=item.open,
        high=item.high,
        low=item.low,
        close=item.close,
        first_at=item.first_at,
        last_at=item.last_at,
        sums=Sums(n=item.n, x=item.x, y=item.y, xx=item.xx, xy=item.xy, yy=item.yy),
        version=item.version,
    )
