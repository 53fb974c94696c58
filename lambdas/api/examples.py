"""One example of every response, for the OpenAPI file.

They are made of values of the domain, as responses are: a new field of a schema is in them.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from lambdas.api import account, job_schemas, schemas, service, wallet
from lambdas.api import live as live_api
from lambdas.api import market as market_api
from lambdas.api import orders as orders_api
from lambdas.api import portfolio as portfolio_api
from lambdas.api import receipts as receipts_api
from lambdas.domain import (
    activity,
    charts,
    deposits,
    jobs,
    ledger,
    market,
    money,
    orders,
    portfolio,
    profile,
    projection,
    receipts,
)
from lambdas.domain.times import format_utc
from lambdas.ports import JobsPulse
from lambdas.services import projection as projections
from lambdas.services.health import JobsHealth, MarketHealth

T = TypeVar("T")


def _at(time: str, day: str = "2023-10-29") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC)


_ACCOUNT_ID: Final = "5f1c3c86-9f0e-4b0e-8f0a-0c7b7a3c1d11"
_ORDER_ID: Final = "be0e538d-c983-53e8-957b-391746eb4236"
_GROUP_ID: Final = "3"
_USD: Final = "USD"
ZONE: Final = ZoneInfo("America/New_York")
QUOTE: Final = market.Quote(
    symbol="AAPL",
    name="Apple Inc.",
    price=Decimal("189.5"),
    currency=_USD,
    source="Nasdaq Real Time Price",
    observed_at=_at("19:32:51.123"),
    received_at=_at("19:32:52"),
    day_at=_at("04:00"),
    open=Decimal("190.2"),
    open_at=_at("17:02:51"),
    high=Decimal("190.35"),
    low=Decimal("189.2"),
    previous_close=Decimal("190.75"),
    previous_close_at=_at("23:57:51", "2023-10-28"),
    version=288,
    closes=tuple(
        market.TrendPoint(at=_at(time), price=Decimal(price))
        for time, price in (("17:57:51", "190"), ("18:57:51", "189.9"), ("19:32:51", "189.5"))
    ),
)
_TICK: Final = market.Tick(
    symbol=QUOTE.symbol,
    name=QUOTE.name,
    price=QUOTE.price,
    currency=_USD,
    source=QUOTE.source,
    observed_at=QUOTE.observed_at,
    received_at=QUOTE.received_at,
)
_BAR: Final = charts.Bar(
    opened_at=_at("19:00"),
    open=Decimal("189.9"),
    high=Decimal("190.05"),
    low=Decimal("189.2"),
    close=Decimal("189.5"),
    count=7,
)
_TRADE: Final = activity.Trade(
    request_id="9b2e1d4c-0000-4000-8000-000000000000",
    group_id="13",
    symbol="AAPL",
    quantity=Decimal("2.5"),
    valid=True,
    requested_at=_at("19:32:58"),
    validated_at=_at("19:32:58.430"),
)
DEPOSIT: Final = deposits.deposit_demo_money(
    ledger.Account(account_id=_ACCOUNT_ID),
    "8f7b9a52-6c3b-5f5e-9a53-3b6a2f0f9e22",
    1_000_00,
    _at("19:31"),
)
assert DEPOSIT.posting is not None, "demo money is credited at once"
_POLICY: Final = orders.Policy(
    max_price_age=timedelta(hours=1),
    first_retry_after=timedelta(minutes=2),
    max_retry_interval=timedelta(hours=1),
    overdue_after=timedelta(minutes=15),
    retry_orders=True,
)
_PLACED: Final = orders.place(
    orders.Purchase(symbol="AAPL", quantity=Decimal("0.5")),
    orders.Snapshot(account=DEPOSIT.posting.account_after, quote=QUOTE, order=None),
    order_id=_ORDER_ID,
    now=_at("19:33:02"),
    policy=_POLICY,
)
assert _PLACED is not None, "a new order needs a decision"
assert _PLACED.posting is not None, "a new order holds its cost"
PLACED: Final = _PLACED.posting
ORDER: Final = replace(_PLACED.after, state=orders.State.SENT, sent_at=_at("19:33:02.410"))
_PORTFOLIO: Final = portfolio.value_positions(
    [
        ledger.Position(
            account_id=_ACCOUNT_ID, symbol="AAPL", quantity=Decimal("0.5"), cost_minor=94_75
        )
    ],
    {
        "AAPL": replace(
            QUOTE,
            price=Decimal(191),
            previous_close=Decimal("189.5"),
            observed_at=_at("14:32:51.123", "2023-10-30"),
            day_at=_at("04:00", "2023-10-30"),
        )
    },
    cash_minor=905_25,
    bought={},
)
_JOB: Final = jobs.Job(
    job_id="2b9a7c64-1f0e-5c0e-8e0b-5a3b7a3c4d44",
    account_id=_ACCOUNT_ID,
    job_type="projection",
    parameters=msgspec.json.encode({"days": 30, "symbol": "AAPL", "quantity": "2.5"}).decode(),
    state=jobs.State.QUEUED,
    created_at=_at("19:40"),
    deadline_at=_at("19:55"),
    next_check_at=_at("19:42"),
)
_WINDOW: Final = projection.Window(now=_JOB.created_at, days=30)
_PROJECTION: Final = job_schemas.Projection.from_result(
    projections.Result(
        parameters=projections.Parameters(symbol="AAPL", days=30, quantity=Decimal("2.5")),
        window=_WINDOW,
        latest=replace(QUOTE, price=Decimal("190.25"), observed_at=_at("19:39:51.123")),
        coverage=projection.coverage_of(_WINDOW, _WINDOW.start + timedelta(minutes=2)),
        projection=projection.Projection(
            points=8640,
            per_day=Decimal("0.05"),
            raw=projection.Point(
                at=_WINDOW.target,
                price=Decimal("192.125"),
                error=Decimal("2.5"),
                low=Decimal("187.224477"),
                high=Decimal("197.025523"),
            ),
            raw_value_minor=480_31,
            raw_gain_minor=4_68,
            below_zero_from=None,
            purchases=45,
            weight=Decimal(1),
            price=Decimal("192.125"),
            value_minor=480_31,
            gain_minor=4_68,
            chart=(
                projection.Point(
                    at=_WINDOW.start,
                    price=Decimal("189.125"),
                    error=Decimal("2.5"),
                    low=Decimal("184.224"),
                    high=Decimal("194.026"),
                ),
            ),
        ),
    )
)
_FINISHED_JOB: Final = replace(
    _JOB,
    state=jobs.State.FINISHED,
    started_at=_at("19:40:00.310"),
    ended_at=_at("19:40:00.690"),
    result=msgspec.json.encode(_PROJECTION).decode(),
)
_HEARTBEAT: Final = service.Heartbeat.from_health(
    MarketHealth(link_alive=True, newest_price_at=QUOTE.observed_at),
    JobsHealth(
        alive=True,
        pulse=JobsPulse(last_finished_at=_at("19:32:10"), last_failed_at=None, due_since=None),
    ),
    stage="prod",
    now=QUOTE.observed_at + timedelta(seconds=74),
)
_ME: Final = account.Me(
    account_id=_ACCOUNT_ID,
    email="ana@example.com",
    group_id=_GROUP_ID,
    currency=_USD,
    limits=account.Limits(
        max_deposit="100000.00",
        max_quantity=money.plain(money.MAX_QUANTITY),
        max_price_age_s=int(_POLICY.max_price_age.total_seconds()),
    ),
    market_zone=ZONE.key,
    deposit_methods=["demo"],
    settings=account.Settings.from_profile(
        profile.Profile(
            account_id=_ACCOUNT_ID,
            favourites=("AAPL", "MSFT"),
            language=profile.Language.SPANISH,
            mails_on_orders=True,
        )
    ),
)


_RECEIPT: Final = receipts.new_receipt(
    replace(ORDER, state=orders.State.ACCEPTED, ended_at=_at("19:33")), UUID(int=1), UUID(int=2)
)
_RECEIPT_LINK: Final = receipts_api.ReceiptLink(
    number=_RECEIPT.number,
    url="https://documents.s3.us-east-1.amazonaws.com/a/receipts/b.pdf?X-Amz-Signature=c",
    expires_at=format_utc(_at("19:45")),
)


def _page(item: Struct, next_cursor: str | None = None) -> schemas.Items[Struct]:
    return schemas.Items(items=[item], next_cursor=next_cursor)


_STOCK_BODY: Final = market_api.Stock.from_quote(QUOTE, ZONE)
_TRADES_BODY: Final = _page(market_api.Trade.from_trade(_TRADE, _GROUP_ID))
_ORDER_BODY: Final = orders_api.Order.from_order(
    ORDER, now=ORDER.created_at, overdue_after=_POLICY.overdue_after
)
_JOB_BODY: Final = job_schemas.Job.from_job(_JOB)

_TICKET: Final = live_api.LiveTicket(
    url="wss://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/live",
    ticket="rY89ZbA7JbOPwdO3nXfjsdlkn3zeLf02uFldFq5dz40",
    expires_at=format_utc(_at("19:34:02")),
)

EXAMPLES: Final[dict[str, Struct]] = {
    "issue_live_ticket": _TICKET,
    "get_heartbeat": _HEARTBEAT,
    "list_stocks": _page(_STOCK_BODY),
    "get_stock": _STOCK_BODY,
    "list_prices": _page(market_api.Price.from_tick(_TICK), next_cursor="eyJhIjoiMSJ9"),
    "list_candles": _page(
        market_api.Candle.from_bar(_BAR, charts.Volume(purchases=3, quantity=Decimal("4.5")))
    ),
    "list_stock_activity": _TRADES_BODY,
    "list_activity": _TRADES_BODY,
    "get_wallet": wallet.Wallet.from_account(PLACED.account_after, _USD),
    "make_deposit": wallet.Deposit.from_deposit(DEPOSIT.after, _USD),
    "list_postings": _page(wallet.Posting.from_posting(PLACED, _USD)),
    "place_order": _ORDER_BODY,
    "list_orders": _page(_ORDER_BODY),
    "get_order": _ORDER_BODY,
    "get_portfolio": portfolio_api.Portfolio.from_portfolio(_PORTFOLIO, currency=_USD, zone=ZONE),
    "create_job": _JOB_BODY,
    "list_jobs": _page(_JOB_BODY),
    "get_job": job_schemas.JobWithResult.from_job(_FINISHED_JOB),
    "get_me": _ME,
    "update_me": _ME,
    "get_receipt": _RECEIPT_LINK,
    "get_receipt 202": receipts_api.ReceiptInPreparation(),
    "confirm_receipt": receipts_api.GenuineReceipt.from_receipt(_RECEIPT),
}
"""By operation id; with the status, where its body is another."""
