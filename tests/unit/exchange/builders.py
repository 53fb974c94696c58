"""Builds exchanges without faults, for tests that change one thing, and runs them in test time."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from local.exchange.core import Exchange, Plan
from local.exchange.faults import FaultRates, Publication
from local.exchange.groups import Groups
from local.exchange.ledger import Ledger
from local.exchange.market import Bar, Market, open_market
from local.exchange.messages import MessageKind, PurchaseRequest
from local.exchange.verdicts import Rules

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BARS = [Bar(open=10, high=14, low=9, close=12), Bar(open=12, high=13, low=6, close=7)]


def a_market(seed: int = 1, speed: float = 1.0) -> Market:
    return open_market({"AAPL": BARS}, seed, speed)


def a_purchase(request_id: str = "r-1", group_id: int = 3, **changes: Any) -> PurchaseRequest:
    values = {"symbol": "AAPL", "quantity": Decimal("2.5"), **changes}
    return PurchaseRequest(request_id=request_id, group_id=group_id, **values)


def request(request_id: object = "r-1", **changes: Any) -> bytes:
    message = {
        "request_id": request_id,
        "group_id": "3",
        "symbol": "AAPL",
        "datetime": "2023-10-29T19:32:51.123Z",
        "deposit_token": "",
        "quantity": 2.5,
        "seller": 0,
    }
    return json.dumps({**message, **changes}).encode()


def an_exchange(
    *,
    rates: FaultRates | None = None,
    seed: int = 1,
    backfill: int = 0,
    groups: tuple[int, ...] = (),
    ledger: Ledger | None = None,
    **rules: Any,
) -> Exchange:
    market = a_market(seed)
    plan = Plan(
        seed=seed, interval_s=300, backfill=backfill, delay_s=0.3, rates=rates or FaultRates()
    )
    return Exchange(
        plan=plan,
        market=market,
        rules=Rules(seed=seed, symbols=frozenset(market.symbols), **rules),
        groups=Groups(numbers=groups, symbols=market.symbols, seed=seed, run="test", interval_s=10),
        ledger=Ledger() if ledger is None else ledger,
    )


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def run(exchange: Exchange, seconds: float, start: datetime = NOON) -> list[Publication]:
    """Everything published in that time, stepping from each due time to the next."""
    published, now, end = [], start, start + timedelta(seconds=seconds)
    while now <= end:
        published += exchange.due(now)
        next_at = exchange.next_at
        if next_at is None:
            break
        now = max(next_at, now + timedelta(milliseconds=1))
    return published


def payloads(published: list[Publication], kind: MessageKind) -> list[Any]:
    return [json.loads(p.payload) for p in published if p.kind is kind]
