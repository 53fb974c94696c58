"""One example of each body, for the OpenAPI file: values of the models, so that they fit."""

from typing import Any, Final

from msgspec import Struct

from lambdas.domain import jobs
from lambdas.domain.ledger import PostingKind
from lambdas.domain.orders import State
from lambdas.wire import http, http_jobs, http_market

_ORDER_ID: Final = "be0e538d-c983-53e8-957b-391746eb4236"

STOCK: Final = http_market.Stock(
    symbol="AAPL",
    name="Apple Inc.",
    price="189.5",
    currency="USD",
    change="-1.25",
    change_percent="-0.66",
    previous_price="190.75",
    observed_at="2023-10-29T19:32:51.123000Z",
    source="Nasdaq Real Time Price",
    trend=["190.2", "189.9", "189.5"],
)
PRICE: Final = http_market.Price(
    price="189.5",
    currency="USD",
    observed_at="2023-10-29T19:32:51.123000Z",
    source="Nasdaq Real Time Price",
)
CANDLE: Final = http_market.Candle(
    opened_at="2023-10-29T19:00:00.000000Z",
    open="189.9",
    high="190.05",
    low="189.2",
    close="189.5",
    count=7,
)
TRADE: Final = http_market.Trade(
    group_id="13",
    own=False,
    symbol="AAPL",
    quantity="2.5",
    valid=True,
    requested_at="2023-10-29T19:32:58.000000Z",
    validated_at="2023-10-29T19:32:58.430000Z",
)
POSTING: Final = http.Posting(
    posting_id=f"{_ORDER_ID}#HOLD",
    kind=PostingKind.HOLD,
    available="-94.75",
    held="94.75",
    currency="USD",
    order_id=_ORDER_ID,
    symbol="AAPL",
    recorded_at="2023-10-29T19:33:02.000000Z",
)
ORDER: Final = http.Order(
    order_id=_ORDER_ID,
    symbol="AAPL",
    quantity="0.5",
    price="189.5",
    cost="94.75",
    currency="USD",
    state=State.SENT,
    overdue=False,
    asks=0,
    created_at="2023-10-29T19:33:02.000000Z",
    sent_at="2023-10-29T19:33:02.410000Z",
    ended_at=None,
    reason=None,
    released=None,
)
HOLDING: Final = http.Holding(
    symbol="AAPL",
    name="Apple Inc.",
    quantity="0.5",
    average_cost="189.5",
    cost="94.75",
    price="191",
    price_at="2023-10-30T14:32:51.123000Z",
    value="95.50",
    gain="0.75",
    gain_percent="0.79",
    day_change="0.75",
    allocation="1",
)
_JOB: Final[dict[str, Any]] = {
    "job_id": "2b9a7c64-1f0e-5c0e-8e0b-5a3b7a3c4d44",
    "kind": "projection",
    "question": http_jobs.JobQuestion(days=30, symbol="AAPL", quantity="2.5"),
    "created_at": "2023-10-29T19:40:00.000000Z",
    "reason": None,
}
QUEUED_JOB: Final = http_jobs.Job(**_JOB, state=jobs.State.QUEUED, started_at=None, ended_at=None)
PROJECTION: Final = http_jobs.Projection(
    symbol="AAPL",
    currency="USD",
    quantity="2.5",
    days=30,
    from_at="2023-09-29T19:40:00.000000Z",
    asked_at="2023-10-29T19:40:00.000000Z",
    target_at="2023-11-28T19:40:00.000000Z",
    prices=8640,
    per_day="0.05",
    raw_price="192.125",
    standard_error="2.5",
    low="187.224477",
    high="197.025523",
    purchases=45,
    weight="1",
    weighted_price="192.125",
    latest_price="190.25",
    latest_price_at="2023-10-29T19:39:51.123000Z",
    expected_value="480.31",
    expected_gain="4.68",
    chart=[
        http_jobs.ChartPoint(
            at="2023-09-29T19:40:00.000000Z", price="189.125", low="184.224", high="194.026"
        )
    ],
)
FINISHED_JOB: Final = http_jobs.JobWithResult(
    **_JOB,
    state=jobs.State.FINISHED,
    started_at="2023-10-29T19:40:00.310000Z",
    ended_at="2023-10-29T19:40:00.690000Z",
    result=PROJECTION,
)

ANSWERS: Final[dict[str, Struct]] = {
    "get_heartbeat": http.Heartbeat(
        alive=True,
        stage="prod",
        exchange=http.Exchange(link_alive=True),
        jobs=http.JobService(
            alive=True,
            last_finished_at="2023-10-29T19:32:10.000000Z",
            last_failed_at=None,
        ),
        newest_price_at="2023-10-29T19:32:51.123000Z",
        newest_price_age_s=74,
    ),
    "list_stocks": http.Items(items=[STOCK], next_cursor=None),
    "get_stock": STOCK,
    "list_prices": http.Items(items=[PRICE], next_cursor="eyJhIjoiMSJ9"),
    "list_candles": http.Items(items=[CANDLE], next_cursor=None),
    "list_stock_activity": http.Items(items=[TRADE], next_cursor=None),
    "list_activity": http.Items(items=[TRADE], next_cursor=None),
    "get_wallet": http.Wallet(available="905.25", held="94.75", total="1000.00", currency="USD"),
    "make_deposit": http.Deposit(
        deposit_id="8f7b9a52-6c3b-5f5e-9a53-3b6a2f0f9e22",
        amount="1000.00",
        currency="USD",
        recorded_at="2023-10-29T19:31:00.000000Z",
    ),
    "list_postings": http.Items(items=[POSTING], next_cursor=None),
    "place_order": ORDER,
    "list_orders": http.Items(items=[ORDER], next_cursor=None),
    "get_order": ORDER,
    "get_portfolio": http.Portfolio(
        currency="USD",
        cost="94.75",
        value="95.50",
        gain="0.75",
        gain_percent="0.79",
        day_change="0.75",
        positions=[HOLDING],
    ),
    "create_job": QUEUED_JOB,
    "list_jobs": http.Items(items=[QUEUED_JOB], next_cursor=None),
    "get_job": FINISHED_JOB,
    "get_me": http.Me(
        account_id="5f1c3c86-9f0e-4b0e-8f0a-0c7b7a3c1d11",
        email="ana@example.com",
        group_id="3",
        currency="USD",
        limits=http.Limits(
            max_deposit="100000.00", max_quantity="1000000000", max_price_age_s=3600
        ),
    ),
}
"""By the route's name."""

BODIES: Final[dict[str, dict[str, Any]]] = {
    "make_deposit": {"amount": "1000.00"},
    "create_job": {"kind": "projection", "symbol": "AAPL", "days": 30, "quantity": "2.5"},
    "place_order": {"symbol": "AAPL", "amount": "100", "max_price": "190"},
}
"""By the route's name."""
