"""What all groups buy on the exchange. The same for every account; no request is named."""

from lambdas.domain.activity import DEMAND_WINDOW, Trade
from lambdas.handlers.api_request import Request
from lambdas.handlers.api_response import Response, answer, items
from lambdas.handlers.api_stocks import must_know
from lambdas.ports import Page
from lambdas.wire import http_out
from lambdas.wire.http_in import Faults, page_in


def list_stock_activity(request: Request) -> Response:
    """One query; a second read only where it found nothing, to tell 'unknown' from 'none'."""
    symbol, faults = request.symbol, Faults()
    part = page_in(request.query, faults)
    faults.check()
    page = request.api.activity.of_symbol(symbol, part.limit, part.cursor)
    if not page.items:
        must_know(request, symbol)
    return _answer(request, page)


def list_activity(request: Request) -> Response:
    """One query for each day that the page spans: eight at most."""
    faults = Faults()
    part = page_in(request.query, faults)
    faults.check()
    start = request.now - DEMAND_WINDOW
    return _answer(request, request.api.activity.feed(start, request.now, part.limit, part.cursor))


def _answer(request: Request, page: Page[Trade]) -> Response:
    return answer(items(page, lambda trade: http_out.trade(trade, request.api.group_id)))
