"""The board, one company, and the history of its price. The same for every account."""

from typing import Any, Final

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response

from lambdas.domain.errors import NotFound
from lambdas.handlers.api_request import Request
from lambdas.handlers.api_response import answer, cached, items
from lambdas.wire import http, http_out
from lambdas.wire.http_in import Faults, page_in, period_in

# Prices change every few minutes. `private`, because the answer needed a token.
CACHE_CONTROL: Final = "private, max-age=10"


def list_stocks(request: Request) -> Response[Any]:
    """One query of the board."""
    stocks = [http_out.stock(quote) for quote in request.api.market.board()]
    board = http.Items(items=stocks, next_cursor=None)
    return cached(request, msgspec.json.encode(board).decode(), CACHE_CONTROL)


def get_stock(request: Request) -> Response[Any]:
    """One read."""
    quote = request.api.market.quote(request.symbol)
    if quote is None:
        raise NotFound("company")
    return cached(request, msgspec.json.encode(http_out.stock(quote)).decode(), CACHE_CONTROL)


def list_prices(request: Request) -> Response[Any]:
    """One query; a second read only where it found nothing, to tell 'unknown' from 'no prices'."""
    symbol, faults = request.symbol, Faults()
    part = page_in(request.query, faults)
    period = period_in(request.query, faults)
    faults.check()
    market = request.api.market
    page = market.history(symbol, period.start, period.end, part.limit, part.cursor)
    if not page.items and market.quote(symbol) is None:
        raise NotFound("company")
    return answer(items(page, http_out.price))
