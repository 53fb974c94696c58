"""The market, which is the same for every account: companies, prices, candles, activity."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final, NamedTuple, Self
from urllib.parse import unquote

import msgspec
from aws_lambda_powertools.event_handler import Response
from msgspec import Struct

from lambdas.api.requests import Faults, Request, invalid, parse_page
from lambdas.api.responses import cacheable_response, page_response
from lambdas.api.routing import CURSOR, LIMIT, TIME_SCHEMA, Parameter, Route, table
from lambdas.api.schemas import (
    Date,
    Decimals,
    Items,
    Time,
    optional_decimal,
    optional_time,
    percent,
)
from lambdas.domain import activity, charts, market, money
from lambdas.domain.charts import Length
from lambdas.domain.errors import NotFound
from lambdas.domain.times import format_utc, parse_utc
from lambdas.ports import Page

# Prices change every few minutes. `private`, because the response needs a token.
BOARD_CACHE: Final = "private, max-age=10"

SYMBOL: Final = Parameter(
    name="symbol",
    place="path",
    schema={"type": "string", "pattern": "^[A-Za-z0-9^][A-Za-z0-9.^=-]{0,15}$"},
    description="The company's symbol on the exchange.",
)

FROM: Final = Parameter(
    name="from", place="query", schema=TIME_SCHEMA, description="From this time on, inclusive."
)

TO: Final = Parameter(name="to", place="query", schema=TIME_SCHEMA, description="Before this time.")

INTERVAL: Final = Parameter(
    name="interval",
    place="query",
    schema={"type": "string", "enum": list(Length), "default": Length.HOUR},
    description="How long a candle lasts; `1d` is a market day, with which the others begin anew.",
)

VOLUME: Final = Parameter(
    name="volume",
    place="query",
    schema={"type": "boolean", "default": False},
    description="Whether to count what all groups bought during each candle.",
)

MAX_CANDLES: Final = 400
CANDLES_LIMIT: Final = LIMIT._replace(schema=LIMIT.schema | {"maximum": MAX_CANDLES})
MAX_PURCHASES: Final = 5_000
"""Maximum number of purchases that are read to count the volume of a page of candles."""


class TrendPoint(Struct, frozen=True, kw_only=True):
    """A price of the market day, and when it was observed."""

    at: Time
    price: Decimals


class Stock(Struct, frozen=True, kw_only=True):
    """A company, its latest price, and the market day of that price.

    `market_day` is a date in the market's time zone (`market_zone` of GET /me). Changes are since
    `previous_close`, the last price of the latest earlier market day. `trend` holds the day's first
    price, the last one of each hour, and the latest price, oldest first: it covers the span that
    `open`, `high` and `low` are of, and that `change` ends. Of two copies, the one with the
    greater `version` is newer.
    """

    symbol: str
    name: str
    price: Decimals
    currency: str
    change: Decimals | None
    change_percent: Decimals | None
    previous_close: Decimals | None
    previous_close_at: Time | None
    market_day: Date
    open: Decimals
    high: Decimals
    low: Decimals
    observed_at: Time
    source: str | None
    trend: list[TrendPoint]
    version: int

    @classmethod
    def from_quote(cls, quote: market.Quote, zone: tzinfo) -> Self:
        """One company of the board; `zone` is the market's."""
        return cls(
            symbol=quote.symbol,
            name=quote.name,
            price=money.plain(quote.price),
            currency=quote.currency,
            change=optional_decimal(quote.change),
            change_percent=percent(quote.change, quote.previous_close),
            previous_close=optional_decimal(quote.previous_close),
            previous_close_at=optional_time(quote.previous_close_at),
            market_day=market.market_date(quote.day_at, zone).isoformat(),
            open=money.plain(quote.open),
            high=money.plain(quote.high),
            low=money.plain(quote.low),
            observed_at=format_utc(quote.observed_at),
            source=quote.source,
            trend=[
                TrendPoint(at=format_utc(point.at), price=money.plain(point.price))
                for point in quote.trend
            ],
            version=quote.version,
        )


class Price(Struct, frozen=True, kw_only=True):
    """One price of one company at one time."""

    price: Decimals
    currency: str
    observed_at: Time
    source: str | None

    @classmethod
    def from_tick(cls, tick: market.Tick) -> Self:
        """One price of the history."""
        return cls(
            price=money.plain(tick.price),
            currency=tick.currency,
            observed_at=format_utc(tick.observed_at),
            source=tick.source,
        )


class Candle(Struct, frozen=True, kw_only=True):
    """First, highest, lowest and last price of a span. `count` is how many prices there are.

    `volume` is how many shares all groups bought during it, in `purchases` purchases; null where
    it was not asked for, or there are too many to count.
    """

    opened_at: Time
    open: Decimals
    high: Decimals
    low: Decimals
    close: Decimals
    count: int
    volume: Decimals | None
    purchases: int | None

    @classmethod
    def from_bar(cls, bar: charts.Bar, volume: charts.Volume | None) -> Self:
        """One candle; without a volume, that is not known."""
        return cls(
            opened_at=format_utc(bar.opened_at),
            open=money.plain(bar.open),
            high=money.plain(bar.high),
            low=money.plain(bar.low),
            close=money.plain(bar.close),
            count=bar.count,
            volume=None if volume is None else money.plain(volume.quantity),
            purchases=None if volume is None else volume.purchases,
        )


class Trade(Struct, frozen=True, kw_only=True):
    """A purchase request of a group, and whether the exchange found it valid.

    Of our own group (`own`) only accepted purchases are listed.
    """

    group_id: str
    own: bool
    symbol: str
    quantity: Decimals
    valid: bool
    requested_at: Time
    validated_at: Time

    @classmethod
    def from_trade(cls, trade: activity.Trade, own_group_id: str) -> Self:
        """A request of some group, without its id: our own ones are ids of orders."""
        return cls(
            group_id=trade.group_id,
            own=trade.group_id == own_group_id,
            symbol=trade.symbol,
            quantity=money.plain(trade.quantity),
            valid=trade.valid,
            requested_at=format_utc(trade.requested_at),
            validated_at=format_utc(trade.validated_at),
        )


def board_of(quotes: Sequence[market.Quote], zone: tzinfo) -> Items[Stock]:
    """The body of GET /stocks, which is also the content of the board's file."""
    return Items(items=[Stock.from_quote(quote, zone) for quote in quotes], next_cursor=None)


@table.add(
    Route(
        "GET",
        "/stocks",
        "The board: every company with its latest price, by symbol, on one page",
        Items[Stock],
        is_cacheable=True,
    )
)
def list_stocks(request: Request) -> Response[str]:
    """One query."""
    market = request.deps.market
    return _board_response(request, board_of(market.board(), market.zone))


@table.add(
    Route(
        "GET",
        "/stocks/{symbol}",
        "One company",
        Stock,
        errors=(404,),
        parameters=(SYMBOL,),
        is_cacheable=True,
    )
)
def get_stock(request: Request, symbol: str) -> Response[str]:
    """One read."""
    quote = request.deps.market.quote(_symbol(symbol))
    if quote is None:
        raise NotFound("company")
    return _board_response(request, Stock.from_quote(quote, request.deps.market.zone))


@table.add(
    Route(
        "GET",
        "/stocks/{symbol}/prices",
        "The history of a company's price",
        Items[Price],
        errors=(404, 422),
        parameters=(SYMBOL, FROM, TO, LIMIT, CURSOR),
    )
)
def list_prices(request: Request, symbol: str) -> Response[str]:
    """One query; a second read only for an empty page, which may be of an unknown company."""
    symbol, faults = _symbol(symbol), Faults()
    limit, cursor = parse_page(request.query, faults)
    start, end = parse_period(request.query, faults)
    faults.check()
    page = request.deps.market.history(symbol, start, end, limit, cursor)
    if not page.items:
        _check_company_exists(request, symbol)
    return page_response(page, Price.from_tick)


@table.add(
    Route(
        "GET",
        "/stocks/{symbol}/candles",
        "First, highest, lowest and last price of each span that has prices;"
        " `from` and `to` refer to a candle's opening time",
        Items[Candle],
        errors=(404, 422),
        parameters=(SYMBOL, INTERVAL, VOLUME, FROM, TO, CANDLES_LIMIT, CURSOR),
    )
)
def list_candles(request: Request, symbol: str) -> Response[str]:
    """One query, and one more for the volume; a further read only for an empty page."""
    symbol, faults = _symbol(symbol), Faults()
    limit, cursor = parse_page(request.query, faults, MAX_CANDLES)
    start, end = parse_period(request.query, faults)
    length = parse_interval(request.query, faults)
    with_volume = parse_flag(request.query, "volume", faults)
    faults.check()
    page = request.deps.market.bars(symbol, length, start, end, limit, cursor)
    if not page.items:
        _check_company_exists(request, symbol)
    volumes = _volumes(request, symbol, length, page.items) if with_volume else {}
    return page_response(page, lambda bar: Candle.from_bar(bar, volumes.get(bar.opened_at)))


def _volumes(
    request: Request, symbol: str, length: Length, bars: Sequence[charts.Bar]
) -> dict[datetime, charts.Volume]:
    """By the opening of a bar; none for the bars whose purchases were not all read."""
    if not bars:
        return {}
    zone = request.deps.market.zone
    end = charts.bar_closing(bars[0].opened_at, length, zone)
    trades = request.deps.activity.purchases(symbol, bars[-1].opened_at, end, MAX_PURCHASES)
    counted = charts.volumes(trades, bars, length, zone)
    if len(trades) < MAX_PURCHASES:
        return counted
    oldest_at = trades[-1].validated_at
    return {opened_at: volume for opened_at, volume in counted.items() if opened_at > oldest_at}


@table.add(
    Route(
        "GET",
        "/stocks/{symbol}/activity",
        "What all groups asked to buy of a company, and what the exchange answered",
        Items[Trade],
        errors=(404, 422),
        parameters=(SYMBOL, LIMIT, CURSOR),
    )
)
def list_stock_activity(request: Request, symbol: str) -> Response[str]:
    """One query; a second read only for an empty page."""
    symbol, faults = _symbol(symbol), Faults()
    limit, cursor = parse_page(request.query, faults)
    faults.check()
    page = request.deps.activity.of_symbol(symbol, limit, cursor)
    if not page.items:
        _check_company_exists(request, symbol)
    return _trades_response(request, page)


@table.add(
    Route(
        "GET",
        "/activity",
        "What all groups asked to buy in the last seven days, of all companies",
        Items[Trade],
        errors=(422,),
        parameters=(LIMIT, CURSOR),
    )
)
def list_activity(request: Request) -> Response[str]:
    """One query for each day that the page spans, at most eight."""
    faults = Faults()
    limit, cursor = parse_page(request.query, faults)
    faults.check()
    start = request.now - activity.DEMAND_WINDOW
    return _trades_response(request, request.deps.activity.feed(start, request.now, limit, cursor))


def _symbol(text: str) -> str:
    """The path's symbol, still percent-encoded where the gateway has not decoded it."""
    symbol = market.parse_symbol(unquote(text))
    if symbol is None:
        raise NotFound("company")
    return symbol


def _check_company_exists(request: Request, symbol: str) -> None:
    if request.deps.market.quote(symbol) is None:
        raise NotFound("company")


def _board_response(request: Request, body: msgspec.Struct) -> Response[str]:
    return cacheable_response(request, msgspec.json.encode(body).decode(), BOARD_CACHE)


def _trades_response(request: Request, page: Page[activity.Trade]) -> Response[str]:
    own = request.deps.config.group_id
    return page_response(page, lambda trade: Trade.from_trade(trade, own))


class Period(NamedTuple):
    """start ≤ time < end; None is no bound."""

    start: datetime | None
    end: datetime | None


def parse_period(query: Mapping[str, str], faults: Faults) -> Period:
    """`from` (included) and `to` (excluded)."""
    start = faults.collect(lambda: _time(query, "from"))
    end = faults.collect(lambda: _time(query, "to"))
    if start is not None and end is not None and end < start:
        faults.add("to", "before_from", "It must not be before `from`.")
    return Period(start=start, end=end)


def parse_interval(query: Mapping[str, str], faults: Faults) -> Length:
    """`interval`; an hour by default."""
    interval = query.get("interval", Length.HOUR)
    if interval not in list(Length):
        faults.add("interval", "not_an_interval", f"It must be {' or '.join(Length)}.")
        return Length.HOUR
    return Length(interval)


def parse_flag(query: Mapping[str, str], name: str, faults: Faults) -> bool:
    """true or false; false by default."""
    text = query.get(name, "false")
    if text not in ("true", "false"):
        faults.add(name, "not_a_boolean", "It must be true or false.")
    return text == "true"


def _time(query: Mapping[str, str], field: str) -> datetime | None:
    text = query.get(field)
    at = None if text is None else parse_utc(text)
    if text is not None and at is None:
        message = "It must be a time in ISO-8601, for example 2023-10-29T19:32:51Z."
        raise invalid(field, "not_a_time", message)
    return at
