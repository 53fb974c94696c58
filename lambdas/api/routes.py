"""The routes of the HTTP API. Another account's order or job is answered like an unknown one."""

from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import msgspec
from aws_lambda_powertools.event_handler import Response
from msgspec import UNSET

from lambdas.api import requests, schemas
from lambdas.api.health import RecentHealth
from lambdas.api.job_schemas import Job, JobWithResult, NewJob
from lambdas.api.requests import Faults, Request
from lambdas.api.responses import (
    cacheable_response,
    csv_response,
    json_response,
    page_response,
    read_pages,
)
from lambdas.api.routing import (
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
    Route,
    RouteTable,
)
from lambdas.domain import money
from lambdas.domain.activity import DEMAND_WINDOW, Trade
from lambdas.domain.errors import InvalidInput, NotFound
from lambdas.domain.market import parse_symbol
from lambdas.domain.orders import Order, order_id_for
from lambdas.names import Setting
from lambdas.observability import logger
from lambdas.ports import Page
from lambdas.services.jobs import submit_job
from lambdas.services.orders import list_orders as read_orders
from lambdas.services.orders import place_order as submit_order
from lambdas.services.wallet import make_deposit as deposit_money
from lambdas.services.wallet import value_portfolio

table: Final = RouteTable()

# Prices change every few minutes. `private`, because the response needs a token.
BOARD_CACHE: Final = "private, max-age=10"


# The service


@table.add(
    Route(
        "GET",
        "/heartbeat",
        "Whether the service is alive, and prices arrive from the exchange",
        schemas.Heartbeat,
        is_public=True,
    )
)
def get_heartbeat(request: Request) -> Response[str]:
    """Answers even if every dependency fails: what is unknown is null."""
    recent: RecentHealth = table.router.context["health"]
    body = schemas.Heartbeat.from_health(
        recent.market(request),
        recent.jobs(request),
        stage=request.deps.config.text(Setting.STAGE),
        now=request.now,
    )
    return json_response(body, headers={"Cache-Control": "public, max-age=5"})


@table.add(
    Route("GET", "/openapi.json", "This document", None, is_public=True, is_cacheable=True),
)
def get_openapi(request: Request) -> Response[str]:
    """The committed file."""
    return cacheable_response(request, _openapi_text(), "public, max-age=300")


@cache
def _openapi_text() -> str:
    return Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")


# The market: the same for every account


@table.add(
    Route(
        "GET",
        "/stocks",
        "The board: every company with its latest price, by symbol, on one page",
        schemas.Items[schemas.Stock],
        is_cacheable=True,
    )
)
def list_stocks(request: Request) -> Response[str]:
    """One query."""
    stocks = [schemas.Stock.from_quote(quote) for quote in request.deps.market.board()]
    return _board_response(request, schemas.Items(items=stocks, next_cursor=None))


@table.add(
    Route(
        "GET",
        "/stocks/{symbol}",
        "One company",
        schemas.Stock,
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
    return _board_response(request, schemas.Stock.from_quote(quote))


@table.add(
    Route(
        "GET",
        "/stocks/{symbol}/prices",
        "The history of a company's price",
        schemas.Items[schemas.Price],
        errors=(404, 422),
        parameters=(SYMBOL, FROM, TO, LIMIT, CURSOR),
    )
)
def list_prices(request: Request, symbol: str) -> Response[str]:
    """One query; a second read only for an empty page, which may be of an unknown company."""
    symbol, faults = _symbol(symbol), Faults()
    limit, cursor = requests.parse_page(request.query, faults)
    start, end = requests.parse_period(request.query, faults)
    faults.check()
    page = request.deps.market.history(symbol, start, end, limit, cursor)
    if not page.items:
        _check_company_exists(request, symbol)
    return page_response(page, schemas.Price.from_tick)


@table.add(
    Route(
        "GET",
        "/stocks/{symbol}/candles",
        "First, highest, lowest and last price of each hour or day that has prices;"
        " `from` and `to` refer to a candle's opening time",
        schemas.Items[schemas.Candle],
        errors=(404, 422),
        parameters=(SYMBOL, INTERVAL, FROM, TO, LIMIT, CURSOR),
    )
)
def list_candles(request: Request, symbol: str) -> Response[str]:
    """One query; a second read only for an empty page."""
    symbol, faults = _symbol(symbol), Faults()
    limit, cursor = requests.parse_page(request.query, faults)
    start, end = requests.parse_period(request.query, faults)
    interval = requests.parse_interval(request.query, faults)
    faults.check()
    page = request.deps.market.candles(symbol, interval, start, end, limit, cursor)
    if not page.items:
        _check_company_exists(request, symbol)
    return page_response(page, schemas.Candle.from_candle)


@table.add(
    Route(
        "GET",
        "/stocks/{symbol}/activity",
        "What all groups asked to buy of a company, and what the exchange answered",
        schemas.Items[schemas.Trade],
        errors=(404, 422),
        parameters=(SYMBOL, LIMIT, CURSOR),
    )
)
def list_stock_activity(request: Request, symbol: str) -> Response[str]:
    """One query; a second read only for an empty page."""
    symbol, faults = _symbol(symbol), Faults()
    limit, cursor = requests.parse_page(request.query, faults)
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
        schemas.Items[schemas.Trade],
        errors=(422,),
        parameters=(LIMIT, CURSOR),
    )
)
def list_activity(request: Request) -> Response[str]:
    """One query for each day that the page spans, at most eight."""
    faults = Faults()
    limit, cursor = requests.parse_page(request.query, faults)
    faults.check()
    start = request.now - DEMAND_WINDOW
    return _trades_response(request, request.deps.activity.feed(start, request.now, limit, cursor))


def _symbol(text: str) -> str:
    """The path's symbol, still percent-encoded where the gateway has not decoded it."""
    symbol = parse_symbol(unquote(text))
    if symbol is None:
        raise NotFound("company")
    return symbol


def _check_company_exists(request: Request, symbol: str) -> None:
    if request.deps.market.quote(symbol) is None:
        raise NotFound("company")


def _board_response(request: Request, body: msgspec.Struct) -> Response[str]:
    return cacheable_response(request, msgspec.json.encode(body).decode(), BOARD_CACHE)


def _trades_response(request: Request, page: Page[Trade]) -> Response[str]:
    own = request.deps.config.group_id
    return page_response(page, lambda trade: schemas.Trade.from_trade(trade, own))


# The wallet


@table.add(Route("GET", "/wallet", "What can be spent, and what open orders hold", schemas.Wallet))
def get_wallet(request: Request) -> Response[str]:
    """One read."""
    account = request.deps.accounts.get(request.account_id)
    return json_response(schemas.Wallet.from_account(account, _currency(request)))


@table.add(
    Route(
        "POST",
        "/wallet/deposits",
        "Put money into the wallet",
        schemas.Deposit,
        responses={201: "Deposited.", 200: "Deposited before under this key."},
        errors=(409, 413, 422),
        body=schemas.NewDeposit,
        parameters=(IDEMPOTENCY_KEY,),
    )
)
def make_deposit(request: Request) -> Response[str]:
    """201, or 200 with the same deposit for a retry."""
    amount_minor, key = requests.parse_deposit(
        request.body,
        request.header("idempotency-key"),
        max_minor=request.deps.config.integer(Setting.MAX_DEPOSIT_MINOR),
    )
    deposit, is_new = deposit_money(
        request.deps.accounts,
        account_id=request.account_id,
        key=key or request.deps.new_key(),
        amount_minor=amount_minor,
        now=request.now,
    )
    logger.info("deposit", deposit_id=deposit.deposit_id, is_new=is_new)
    body = schemas.Deposit.from_deposit(deposit, _currency(request))
    return json_response(body, status=201 if is_new else 200)


@table.add(
    Route(
        "GET",
        "/wallet/postings",
        "The ledger",
        schemas.Items[schemas.Posting],
        errors=(422,),
        parameters=(LIMIT, CURSOR),
        has_csv=True,
    )
)
def list_postings(request: Request) -> Response[str]:
    """A page, or all of them as CSV."""
    faults = Faults()
    limit, cursor = requests.parse_page(request.query, faults)
    faults.check()
    accounts, account_id = request.deps.accounts, request.account_id
    currency = _currency(request)
    if request.wants_csv:
        history = read_pages(lambda n, at: accounts.postings(account_id, n, at), cursor)
        rows = (schemas.Posting.from_posting(posting, currency) for posting in history.items)
        return csv_response("postings", schemas.Posting, rows, history.next_cursor)
    page = accounts.postings(account_id, limit, cursor)
    return page_response(page, lambda entry: schemas.Posting.from_posting(entry, currency))


def _currency(request: Request) -> str:
    return request.deps.config.text(Setting.CURRENCY)


# Orders


@table.add(
    Route(
        "POST",
        "/orders",
        "Ask to buy shares of a company, by quantity or by amount",
        schemas.Order,
        responses={
            202: "Stored; the exchange will accept or reject it.",
            200: "Placed before under this key; in its current state.",
        },
        errors=(404, 409, 413, 422),
        body=schemas.NewOrder,
        parameters=(IDEMPOTENCY_KEY,),
        has_location=True,
    )
)
def place_order(request: Request) -> Response[str]:
    """202, or 200 with the same order for a retry."""
    purchase, named = requests.parse_purchase(request.body, request.header("idempotency-key"))
    key = named or request.deps.new_key()
    logger.set_correlation_id(order_id_for(request.account_id, key))
    order, is_new = submit_order(
        request.deps.orders,
        account_id=request.account_id,
        key=key,
        purchase=purchase,
        policy=request.deps.config.policy,
        now=request.now,
    )
    logger.info("order placed" if is_new else "order repeated", state=order.state)
    return json_response(
        _order_body(request, order),
        status=202 if is_new else 200,
        headers={"Location": f"/orders/{order.order_id}"},
    )


@table.add(
    Route(
        "GET",
        "/orders",
        "My orders; with `state`, a page may be short, even empty, and not be the last one",
        schemas.Items[schemas.Order],
        errors=(422,),
        parameters=(STATE, KEY, LIMIT, CURSOR),
        has_csv=True,
    )
)
def list_orders(request: Request) -> Response[str]:
    """A page, or all of them as CSV; with `key` the order of that key, if any."""
    faults = Faults()
    limit, cursor = requests.parse_page(request.query, faults)
    is_open = requests.parse_order_state(request.query, faults)
    key = requests.parse_key(request.query, faults)
    faults.check()
    if key is not None:
        page = _orders_of_key(request, order_id_for(request.account_id, key), is_open)
    elif request.wants_csv:
        page = _all_orders(request, is_open, cursor)
    else:
        page = read_orders(
            request.deps.orders,
            account_id=request.account_id,
            is_open=is_open,
            limit=limit,
            cursor=cursor,
        )
    if request.wants_csv:
        rows = (_order_body(request, order) for order in page.items)
        return csv_response("orders", schemas.Order, rows, page.next_cursor)
    return page_response(page, lambda order: _order_body(request, order))


@table.add(
    Route(
        "GET",
        "/orders/{order_id}",
        "One of my orders",
        schemas.Order,
        errors=(404,),
        parameters=(ORDER_ID,),
    )
)
def get_order(request: Request, order_id: str) -> Response[str]:
    """One read."""
    order = _own_order(request, _path_id(order_id, "order"))
    if order is None:
        raise NotFound("order")
    return json_response(_order_body(request, order))


def _own_order(request: Request, order_id: str) -> Order | None:
    order = request.deps.orders.get(order_id)
    return order if order is not None and order.account_id == request.account_id else None


def _orders_of_key(request: Request, order_id: str, is_open: bool | None) -> Page[Order]:
    order = _own_order(request, order_id)
    is_match = order is not None and is_open in (None, order.is_open)
    return Page(items=[order] if order is not None and is_match else [], next_cursor=None)


def _all_orders(request: Request, is_open: bool | None, cursor: str | None) -> Page[Order]:
    """Filters what was read, so that a filter does not make an export read more orders."""
    orders, account_id = request.deps.orders, request.account_id
    history = read_pages(lambda n, at: orders.of_account(account_id, n, at), cursor)
    matches = [order for order in history.items if is_open in (None, order.is_open)]
    return Page(items=matches, next_cursor=history.next_cursor)


def _order_body(request: Request, order: Order) -> schemas.Order:
    overdue_after = request.deps.config.policy.overdue_after
    return schemas.Order.from_order(order, now=request.now, overdue_after=overdue_after)


# The portfolio


@table.add(
    Route(
        "GET",
        "/portfolio",
        "What I own, what it cost, and what it is worth at the latest prices",
        schemas.Portfolio,
        has_csv=True,
    )
)
def get_portfolio(request: Request) -> Response[str]:
    """Two reads, however many positions there are."""
    owned = value_portfolio(request.deps.accounts, request.deps.market, request.account_id)
    body = schemas.Portfolio.from_portfolio(owned, _currency(request))
    if request.wants_csv:
        return csv_response("portfolio", schemas.Holding, body.positions)
    return json_response(body)


# Jobs


@table.add(
    Route(
        "POST",
        "/jobs",
        "Request a projection of a price, or the account's value day by day",
        Job,
        responses={
            202: "Queued; workers compute it.",
            200: "Requested before under this key; in its current state.",
        },
        errors=(409, 413, 422),
        body=NewJob,
        parameters=(IDEMPOTENCY_KEY,),
        has_location=True,
    )
)
def create_job(request: Request) -> Response[str]:
    """202, or 200 with the same job for a retry."""
    asked, key = requests.parse_job(request.body, request.header("idempotency-key"))
    job, is_new, is_enqueued = submit_job(
        request.deps.jobs,
        request.deps.job_queue,
        account_id=request.account_id,
        key=key or request.deps.new_key(),
        job_type=asked.job_type,
        parameters=asked.parameters,
        now=request.now,
    )
    if not is_enqueued:
        logger.warning("job waits for the sweep", job_id=job.job_id)
    logger.info("job", job_id=job.job_id, kind=job.job_type, state=job.state, is_new=is_new)
    return json_response(
        Job.from_job(job),
        status=202 if is_new else 200,
        headers={"Location": f"/jobs/{job.job_id}"},
    )


@table.add(
    Route(
        "GET",
        "/jobs",
        "My jobs, without their results",
        schemas.Items[Job],
        errors=(422,),
        parameters=(LIMIT, CURSOR),
    )
)
def list_jobs(request: Request) -> Response[str]:
    """A page."""
    faults = Faults()
    limit, cursor = requests.parse_page(request.query, faults)
    faults.check()
    page = request.deps.jobs.of_account(request.account_id, limit, cursor)
    return page_response(page, Job.from_job)


@table.add(
    Route(
        "GET",
        "/jobs/{job_id}",
        "One of my jobs and, once it is finished, its result",
        JobWithResult,
        errors=(404,),
        parameters=(JOB_ID,),
    )
)
def get_job(request: Request, job_id: str) -> Response[str]:
    """One read."""
    job = request.deps.jobs.get(_path_id(job_id, "job"))
    if job is None or job.account_id != request.account_id:
        raise NotFound("job")
    return json_response(JobWithResult.from_job(job))


def _path_id(text: str, what: str) -> str:
    """A path's id in canonical form. Raises NotFound for a text that cannot be an id."""
    try:
        return str(requests.parse_uuid(text, field=f"{what}_id"))
    except InvalidInput:
        raise NotFound(what) from None


# The account


@table.add(Route("GET", "/me", "The account of the token, and its limits", schemas.Me))
def get_me(request: Request) -> Response[str]:
    """Reads nothing but the token and the settings."""
    config = request.deps.config
    email = request.claims.get("email")
    limits = schemas.Limits(
        max_deposit=money.major(config.integer(Setting.MAX_DEPOSIT_MINOR)),
        max_quantity=money.plain(money.MAX_QUANTITY),
        max_price_age_s=int(config.policy.max_price_age.total_seconds()),
    )
    body = schemas.Me(
        account_id=request.account_id,
        email=email if isinstance(email, str) else UNSET,
        group_id=config.group_id,
        currency=config.text(Setting.CURRENCY),
        limits=limits,
    )
    return json_response(body)
