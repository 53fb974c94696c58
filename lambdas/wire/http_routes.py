"""Every route of the HTTP API, as values: requests are brought to their endpoints by them, and the
OpenAPI file is made of them.
"""

import re
from typing import Final

from lambdas.wire import http, http_jobs, http_market
from lambdas.wire.http_errors import UnknownRoute, WrongMethod
from lambdas.wire.http_parameters import (
    CURSOR,
    FROM,
    IDEMPOTENCY_KEY,
    INTERVAL,
    JOB_ID,
    KEY,
    LIMIT,
    ORDER_ID,
    STATE,
    SYMBOL,
    TO,
)
from lambdas.wire.http_route import Route

MAX_CSV_ROWS: Final = 5_000


_OK: Final = {200: "Here it is."}

ROUTES: Final = (
    Route(
        method="GET",
        path="/heartbeat",
        name="get_heartbeat",
        summary="Whether the service is alive, and what it hears of the exchange",
        model=http.Heartbeat,
        answers=_OK,
        is_public=True,
    ),
    Route(
        method="GET",
        path="/openapi.json",
        name="get_openapi",
        summary="This document",
        model=None,
        answers=_OK,
        is_public=True,
        is_cached=True,
    ),
    Route(
        method="GET",
        path="/stocks",
        name="list_stocks",
        summary="The board: every company with its latest price, by symbol, on one page",
        model=http.Items[http_market.Stock],
        answers=_OK,
        is_cached=True,
    ),
    Route(
        method="GET",
        path="/stocks/{symbol}",
        name="get_stock",
        summary="One company",
        model=http_market.Stock,
        answers=_OK,
        failures=(404,),
        parameters=(SYMBOL,),
        is_cached=True,
    ),
    Route(
        method="GET",
        path="/stocks/{symbol}/prices",
        name="list_prices",
        summary="The history of a company's price",
        model=http.Items[http_market.Price],
        answers=_OK,
        failures=(404, 422),
        parameters=(SYMBOL, FROM, TO, LIMIT, CURSOR),
    ),
    Route(
        method="GET",
        path="/stocks/{symbol}/candles",
        name="list_candles",
        summary="First, highest, lowest and last price of each hour or day that has prices;"
        " `from` and `to` are about when a candle opens",
        model=http.Items[http_market.Candle],
        answers=_OK,
        failures=(404, 422),
        parameters=(SYMBOL, INTERVAL, FROM, TO, LIMIT, CURSOR),
    ),
    Route(
        method="GET",
        path="/stocks/{symbol}/activity",
        name="list_stock_activity",
        summary="What all groups asked to buy of a company, and what the exchange answered",
        model=http.Items[http_market.Trade],
        answers=_OK,
        failures=(404, 422),
        parameters=(SYMBOL, LIMIT, CURSOR),
    ),
    Route(
        method="GET",
        path="/activity",
        name="list_activity",
        summary="What the other groups asked to buy in the last seven days, of all companies",
        model=http.Items[http_market.Trade],
        answers=_OK,
        failures=(422,),
        parameters=(LIMIT, CURSOR),
    ),
    Route(
        method="GET",
        path="/wallet",
        name="get_wallet",
        summary="What can be spent, and what open orders hold",
        model=http.Wallet,
        answers=_OK,
    ),
    Route(
        method="POST",
        path="/wallet/deposits",
        name="make_deposit",
        summary="Put money into the wallet",
        model=http.Deposit,
        answers={201: "Deposited.", 200: "It was deposited before, under this key."},
        failures=(409, 413, 422),
        body=http.NewDeposit,
        parameters=(IDEMPOTENCY_KEY,),
    ),
    Route(
        method="GET",
        path="/wallet/postings",
        name="list_postings",
        summary="The ledger",
        model=http.Items[http.Posting],
        answers=_OK,
        failures=(422,),
        parameters=(LIMIT, CURSOR),
        has_csv=True,
    ),
    Route(
        method="POST",
        path="/orders",
        name="place_order",
        summary="Ask to buy shares of a company, by quantity or by amount",
        model=http.Order,
        answers={202: "Taken; the exchange decides.", 200: "It was placed before, as it is now."},
        failures=(404, 409, 413, 422),
        body=http.NewOrder,
        parameters=(IDEMPOTENCY_KEY,),
    ),
    Route(
        method="GET",
        path="/orders",
        name="list_orders",
        summary="My orders; with `state`, a page may be short, even empty, and yet go on",
        model=http.Items[http.Order],
        answers=_OK,
        failures=(422,),
        parameters=(STATE, KEY, LIMIT, CURSOR),
        has_csv=True,
    ),
    Route(
        method="GET",
        path="/orders/{order_id}",
        name="get_order",
        summary="One of my orders",
        model=http.Order,
        answers=_OK,
        failures=(404,),
        parameters=(ORDER_ID,),
    ),
    Route(
        method="GET",
        path="/portfolio",
        name="get_portfolio",
        summary="What I own, what it cost, and what it is worth at the latest prices",
        model=http.Portfolio,
        answers=_OK,
        has_csv=True,
    ),
    Route(
        method="POST",
        path="/jobs",
        name="create_job",
        summary="Ask for a projection of a price, or for what the account was worth day by day",
        model=http_jobs.Job,
        answers={
            202: "Taken; the workers compute it.",
            200: "It was asked for before, as it is now.",
        },
        failures=(409, 413, 422),
        body=http_jobs.NewJob,
        parameters=(IDEMPOTENCY_KEY,),
    ),
    Route(
        method="GET",
        path="/jobs",
        name="list_jobs",
        summary="My jobs, without their results",
        model=http.Items[http_jobs.Job],
        answers=_OK,
        failures=(422,),
        parameters=(LIMIT, CURSOR),
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}",
        name="get_job",
        summary="One of my jobs and, once it is finished, its result",
        model=http_jobs.JobWithResult,
        answers=_OK,
        failures=(404,),
        parameters=(JOB_ID,),
    ),
    Route(
        method="GET",
        path="/me",
        name="get_me",
        summary="Who I am, and what I may do",
        model=http.Me,
        answers=_OK,
    ),
)

_PATHS: Final = {
    path: re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))
    for path in {route.path for route in ROUTES}
}
_BY_PATH: Final = {
    path: {route.method: route for route in ROUTES if route.path == path} for path in _PATHS
}


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route of a request, and what the variable parts of its path hold, as they were sent.

    Raises UnknownRoute, and WrongMethod with the methods that the path does answer to.
    """
    for known, pattern in _PATHS.items():
        if found := pattern.fullmatch(path):
            routes = _BY_PATH[known]
            if method not in routes:
                raise WrongMethod(tuple(sorted(routes)))
            return routes[method], found.groupdict()
    raise UnknownRoute
