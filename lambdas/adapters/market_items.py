"""Items of prices and of what is traded, and values of the domain, in both directions."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from lambdas.adapters.market_tables import CandleItem, PriceItem, QuoteItem
from lambdas.domain import money
from lambdas.domain.candles import Candle, Interval
from lambdas.domain.market import Close, Quote, Tick
from lambdas.domain.sums import Sums

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_KEPT_TRENDS: Final = 512
"""About 3 kB each; a board of so many companies is read from them whole."""


def quote_item(quote: Quote) -> QuoteItem:
    """The item of a quote."""
    return QuoteItem(
        symbol=quote.symbol,
        name=quote.name,
        price=quote.price,
        currency=quote.currency,
        source=quote.source,
        observed_at=quote.observed_at,
        received_at=quote.received_at,
        previous_price=quote.previous_price,
        previous_at=quote.previous_at,
        closes=closes_out(quote.closes),
    )


def quote_of(item: QuoteItem) -> Quote:
    """The quote in an item."""
    return Quote(
        symbol=item.symbol,
        name=item.name,
        price=item.price,
        currency=item.currency,
        source=item.source,
        observed_at=item.observed_at,
        received_at=item.received_at,
        previous_price=item.previous_price,
        previous_at=item.previous_at,
        closes=_closes_in(item.closes),
    )


def quote_in(item: Mapping[str, Mapping[str, str]]) -> Quote:
    """The quote in an item as DynamoDB answers it: as `quote_of`, at a fifth of the CPU."""
    previous_price, previous_at = item.get("previous_price"), item.get("previous_at")
    return Quote(
        symbol=item["symbol"]["S"],
        name=item["name"]["S"],
        price=Decimal(item["price"]["N"]),
        currency=item["currency"]["S"],
        source=item["source"]["S"] if "source" in item else None,
        observed_at=datetime.fromisoformat(item["observed_at"]["S"]),
        received_at=datetime.fromisoformat(item["received_at"]["S"]),
        previous_price=None if previous_price is None else Decimal(previous_price["N"]),
        previous_at=None if previous_at is None else datetime.fromisoformat(previous_at["S"]),
        closes=_closes_in(item["closes"]["S"] if "closes" in item else None),
    )


def closes_out(closes: tuple[Close, ...]) -> str | None:
    """`492712:190.25 492713:191`: the hour since 1970 and its close; None for none.

    As a list of maps the same 24 closes would take 1.3 kB, and each write of a quote a unit more.
    """
    parts = [f"{(c.opened_at - _EPOCH) // _HOUR}:{money.plain(c.price)}" for c in closes]
    return " ".join(parts) or None


@lru_cache(maxsize=_KEPT_TRENDS)
def _closes_in(text: str | None) -> tuple[Close, ...]:
    # The board is read far more often than a close changes, and this was a third of its CPU.
    pairs = [part.split(":") for part in (text or "").split()]
    return tuple(
        Close(opened_at=_EPOCH + int(hour) * _HOUR, price=Decimal(price)) for hour, price in pairs
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
    """The tick in an item."""
    return Tick(
        symbol=item.symbol,
        name=item.name,
        price=item.price,
        currency=item.currency,
        source=item.source,
        observed_at=item.observed_at,
        received_at=item.received_at,
    )


def series_of(symbol: str, interval: Interval) -> str:
    """The partition of a company's candles of one length. No symbol has a `#` in it."""
    return f"{symbol}#{interval}"


def candle_item(candle: Candle) -> CandleItem:
    """The item of a candle."""
    sums = candle.sums
    return CandleItem(
        series=series_of(candle.symbol, candle.interval),
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


def candle_of(item: CandleItem) -> Candle:
    """The candle in an item."""
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
    )
