"""Values of the domain for tests: everything has a default, a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from lambdas.domain.deposits import DepositDecision, deposit_demo_money
from lambdas.domain.ledger import Account
from lambdas.domain.market import (
    Interval,
    MarketUpdate,
    Quote,
    Replacement,
    Tick,
    opening_of,
)
from lambdas.domain.orders import Decision, Order, Policy, Purchase, Snapshot, State, place

ZONE = ZoneInfo("America/New_York")
"""The market's: NOW is 10:00 there."""

NOW = datetime(2026, 3, 4, 15, 0, 0, 123456, tzinfo=UTC)
ALICE = "11111111-1111-4111-8111-111111111111"
BRUNO = "22222222-2222-4222-8222-222222222222"

POLICY = Policy(
    max_price_age=timedelta(minutes=60),
    first_retry_after=timedelta(minutes=2),
    max_retry_interval=timedelta(hours=1),
    overdue_after=timedelta(minutes=15),
    retry_orders=True,
)


def key(number: int) -> UUID:
    """The Idempotency-Key of a client's n-th purchase."""
    return UUID(int=number)


def a_tick(**changes: Any) -> Tick:
    """A price of AAPL, observed a minute before NOW and received a second later."""
    values: dict[str, Any] = {
        "symbol": "AAPL",
        "name": "Apple Inc.",
        "price": Decimal("190.25"),
        "currency": "USD",
        "source": None,
        "observed_at": NOW - timedelta(seconds=60),
        "received_at": NOW - timedelta(seconds=59),
    }
    return Tick(**(values | changes))


def a_quote(**changes: Any) -> Quote:
    """The quote of that tick, the only one of its day."""
    values: dict[str, Any] = {
        "symbol": "AAPL",
        "name": "Apple Inc.",
        "price": Decimal("190.25"),
        "currency": "USD",
        "source": None,
        "observed_at": NOW - timedelta(seconds=60),
        "received_at": NOW - timedelta(seconds=59),
    } | changes
    day: dict[str, Any] = dict.fromkeys(("open", "high", "low"), values["price"])
    day |= {
        "open_at": values["observed_at"],
        "day_at": opening_of(values["observed_at"], Interval.DAY, ZONE),
    }
    return Quote(**(day | values))


def a_board(*quotes: Quote) -> MarketUpdate:
    """The update that puts quotes on a board which does not have these companies."""
    changes = tuple(Replacement(before=None, after=quote) for quote in quotes)
    return MarketUpdate(ticks=(), quotes=changes, candles=())


def a_purchase(**changes: Any) -> Purchase:
    """Two shares of AAPL."""
    values: dict[str, Any] = {"symbol": "AAPL", "quantity": Decimal(2)}
    return Purchase(**(values | changes))


def a_placing(
    snapshot: Snapshot, *, order_id: str, purchase: Purchase | None = None, now: datetime = NOW
) -> Decision:
    """The decision that places a new order."""
    decision = place(purchase or a_purchase(), snapshot, order_id=order_id, now=now, policy=POLICY)
    assert decision is not None, "the order exists already"
    return decision


def an_accepted_order(at: datetime, order_id: str = "ours", **changes: Any) -> Order:
    """Alice's order of nine shares, accepted at that time."""
    values: dict[str, Any] = {
        "order_id": order_id,
        "account_id": ALICE,
        "symbol": "AAPL",
        "quantity": Decimal(9),
        "price": Decimal("190.25"),
        "cost_minor": 1_712_25,
        "currency": "USD",
        "state": State.ACCEPTED,
        "created_at": at,
        "request_fingerprint": "symbol=AAPL quantity=9",
        "next_attempt_at": at + POLICY.first_retry_after,
        "account_version": 3,
        "ended_at": at,
    }
    return Order(**(values | changes))


def a_deposit(
    account_id: str = ALICE,
    amount_minor: int = 1_000_00,
    number: int = 1,
    account: Account | None = None,
) -> DepositDecision:
    """A deposit into a new account, or into `account`; another number is another deposit."""
    deposit_id = f"00000000-0000-4000-8000-{number:012d}"
    into = Account(account_id=account_id) if account is None else account
    return deposit_demo_money(into, deposit_id, amount_minor, NOW)
