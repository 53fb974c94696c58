"""The board, one company, the history of its price, its candles. The same for every account."""

from typing import Final

import msgspec

from lambdas.domain.errors import NotFound
from lambdas.handlers.api_request import Request
from lambdas.handlers.api_response import Response, answer, cached, items
from lambdas.wire import http, http_out
from lambdas.wire.http_in import Faults, interval_in, page_in, period_in

# Prices change every few minutes. `private`, because the answer needed a token.
CACHE_CONTROL: Final = "private, max-age=10"


def list_stocks(request: Request) -> Response:
    """One query of the board."""
    stocks = [http_out.stock(quote) for quote in request.api.market.board()]
    board = http.Items(items=stocks, next_cursor=None)
    return cached(request, msgspec.json.encode(board).decode(), CACHE_CONTROL)


def get_stock(request: Request) -> Response:
    """One read."""
    quote = request.api.market.quote(request.symbol)
    if quote is None:
        raise NotFound("company")
    return cached(request, msgspec.json.encode(http_out.stock(quote)).decode(), CACHE_CONTROL)


def list_prices(request: Request) -> Response:
    """One query; a second read only where it found nothing, to tell 'unknown' from 'no prices'."""
    symbol, faults = request.symbol, Faults()
    part = page_in(request.query, faults)
    period = period_in(request.query, faults)
    faults.check()
    market = request.api.market
    page = market.history(symbol, period.start, period.end, part.limit, part.cursor)
    if not page.items:
        must_know(request, symbol)
    return answer(items(page, http_out.price))


def list_candles(request: Request) -> Response:
    """As `list_prices`."""
    symbol, faults = request.symbol, Faults()
    part = page_in(request.query, faults)
    period = period_in(request.query, faults)
    interval = interval_in(request.query, faults)
    faults.check()
    page = request.api.market.candles(
        symbol, interval, period.start, period.end, part.limit, part.cursor
    )
    if not page.items:
        must_know(request, symbol)
    return answer(items(page, http_out.candle))


def must_know(request: Request, symbol: str) -> None:
    """Raises NotFound where there is no such company."""
    if request.api.market.quote(symbol) is None:
        raise NotFound("company")
