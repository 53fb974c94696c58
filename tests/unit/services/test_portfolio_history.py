"""What an account was worth over a range, and its returns: all steps of the job."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lambdas.domain.jobs import CannotFinish
from lambdas.domain.ledger import Line, LineAccount, Position, Posting, PostingKind
from lambdas.domain.orders import Order, State
from lambdas.domain.performance import Range
from lambdas.services import portfolio_history
from lambdas.services.jobs import Task
from lambdas.services.market import store_prices
from lambdas.services.money_weighted import NoRate
from lambdas.services.portfolio_history import Parameters, Result
from tests.builders import ALICE, BRUNO, NOW, a_tick
from tests.fakes.memory import MemoryMarket, MemoryStore
from tests.fakes.sources import memory_sources

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 3, 4, 5, tzinfo=UTC)  # in New York


def history(store: MemoryStore, asked: Range = Range.ALL, now: datetime = NOW) -> Result:
    """All steps, one after the other."""
    sources = memory_sources(store)
    task = Task(account_id=ALICE, parameters=Parameters(range=asked), now=now)
    partials = [
        portfolio_history.work(task, shard, sources)
        for shard in portfolio_history.plan(task, sources)
    ]
    return portfolio_history.join(task, partials, sources)


def worth_at(result: Result, at: datetime) -> tuple[int, int | None]:
    """Cash and shares."""
    (point,) = [point for point in result.points if point.at == at]
    return point.cash_minor, point.holdings_minor


def book(
    store: MemoryStore,
    at: datetime,
    available: int,
    held: int,
    who: str = ALICE,
    kind: PostingKind = PostingKind.DEPOSIT,
) -> None:
    """Stores a posting that changes the balances by these amounts."""
    other = LineAccount.DEMO if kind is PostingKind.DEPOSIT else LineAccount.EXCHANGE
    account = store.account(who)
    lines = (
        Line(LineAccount.AVAILABLE, available),
        Line(LineAccount.HELD, held),
        Line(other, -available - held),
    )
    store.post(
        Posting(
            account_id=who,
            number=account.version + 1,
            kind=kind,
            lines=lines,
            available_after_minor=account.available_minor + available,
            held_after_minor=account.held_minor + held,
            cause_id="cause",
            recorded_at=at,
        )
    )


def buy(store: MemoryStore, symbol: str, quantity: str, at: datetime, **changes: Any) -> None:
    number = len(store.orders)
    store.orders[str(number)] = Order(
        order_id=str(number),
        account_id=ALICE,
        symbol=symbol,
        quantity=Decimal(quantity),
        price=Decimal(1),
        cost_minor=1,
        currency="USD",
        state=changes.get("state", State.ACCEPTED),
        created_at=at - timedelta(days=1),
        request_fingerprint="",
        next_attempt_at=at,
        account_version=1,
        ended_at=at,
    )
    store.positions[(ALICE, symbol)] = Position(
        account_id=ALICE, symbol=symbol, quantity=Decimal(quantity), cost_minor=1
    )


def set_price(store: MemoryStore, symbol: str, at: datetime, price: str) -> None:
    tick = a_tick(symbol=symbol, observed_at=at, received_at=at, price=Decimal(price))
    store_prices(MemoryMarket(store), [tick])


def test_cash_and_shares_at_each_time_and_the_last_point_is_now() -> None:
    store = MemoryStore()
    book(store, NOW - 9 * DAY, 100_00, 0)
    book(store, NOW - 1 * DAY, -30_00, 30_00, kind=PostingKind.HOLD)
    book(store, NOW - 1 * DAY, 0, -30_00, kind=PostingKind.SPEND)
    book(store, NOW - 1 * DAY, 5_00, 0, who=BRUNO)
    set_price(store, "AAPL", NOW - 1 * DAY, "15")
    buy(store, "AAPL", "2", NOW - 1 * DAY)
    buy(store, "AAPL", "50", NOW - 2 * DAY, state=State.REJECTED)
    set_price(store, "AAPL", MIDNIGHT - timedelta(minutes=5), "20")
    set_price(store, "AAPL", NOW - timedelta(minutes=1), "21")

    result = history(store)

    assert worth_at(result, result.span.start) == (100_00, 0)
    assert worth_at(result, MIDNIGHT) == (70_00, 40_00)
    assert result.points[-1].at == NOW
    assert worth_at(result, NOW) == (70_00, 42_00)
    assert result.points[-1].total_minor == 112_00
    assert {point.net_deposits_minor for point in result.points} == {100_00}
    assert (result.opening_minor, result.gain_minor) == (0, 12_00)
    assert result.time_weighted == result.points[-1].time_weighted == Decimal("0.12")
    assert result.money_weighted is not None
    assert float(result.money_weighted.period or 0) == pytest.approx(0.12)
    assert (result.time_weighted_yearly, result.money_weighted_yearly) == (None, None)


def test_a_purchase_moves_money_within_the_account_and_changes_no_return() -> None:
    store = MemoryStore()
    book(store, NOW - 2 * DAY, 100_00, 0)
    book(store, NOW - 1 * DAY, -100_00, 100_00, kind=PostingKind.HOLD)
    book(store, NOW - 1 * DAY, 0, -100_00, kind=PostingKind.SPEND)
    set_price(store, "AAPL", NOW - 2 * DAY, "50")
    buy(store, "AAPL", "2", NOW - 1 * DAY)
    result = history(store)
    assert {point.time_weighted for point in result.points} == {0}
    assert [flow.amount_minor for flow in result.flows] == [100_00]


def test_returns_differ_by_when_money_came_and_the_index_is_met() -> None:
    """All in AAPL from the start; after it has doubled, as much again; then it falls by half."""
    store = MemoryStore()
    for at, price in ((6, "10"), (3, "20"), (0, "10")):
        set_price(store, "AAPL", NOW - at * DAY, price)
    for at, shares, cost in ((6, "10", 100_00), (3, "5", 100_00)):
        book(store, NOW - at * DAY, cost, 0)
        book(store, NOW - at * DAY, -cost, cost, kind=PostingKind.HOLD)
        book(store, NOW - at * DAY, 0, -cost, kind=PostingKind.SPEND)
        buy(store, "AAPL", shares, NOW - at * DAY)
    result = history(store)
    assert result.gain_minor == -50_00
    assert result.time_weighted == result.benchmark == 0
    assert result.companies == 1
    assert result.sub_periods == 2
    assert result.money_weighted is not None
    assert float(result.money_weighted.period or 0) == pytest.approx((7**0.5 - 1) ** 2 / 4 - 1)


def test_a_range_counts_from_what_the_account_was_worth_at_its_start() -> None:
    store = MemoryStore()
    set_price(store, "AAPL", NOW - 20 * DAY, "10")
    book(store, NOW - 20 * DAY, 200_00, 0)
    book(store, NOW - 20 * DAY, -100_00, 0, kind=PostingKind.SPEND)
    buy(store, "AAPL", "10", NOW - 20 * DAY)
    set_price(store, "AAPL", NOW - 8 * DAY, "30")
    book(store, NOW - 2 * DAY, 50_00, 0)
    set_price(store, "AAPL", NOW - 1 * DAY, "33")
    result = history(store, Range.WEEK)
    assert (result.span.start, result.opening_minor) == (NOW - 7 * DAY, 400_00)
    assert result.gain_minor == 30_00
    assert result.time_weighted is not None
    assert float(result.time_weighted) == pytest.approx(480 / 450 - 1)
    assert result.points[0].net_deposits_minor == 200_00
    assert result.points[-1].net_deposits_minor == 250_00


def test_the_benchmark_is_equal_amounts_in_every_company_of_the_board() -> None:
    store = MemoryStore()
    book(store, NOW - 3 * DAY, 1_00, 0)
    for number in range(12):  # three shards
        set_price(store, f"S{number:02d}", NOW - 4 * DAY, "10")
        set_price(store, f"S{number:02d}", NOW, str(10 + number))
    set_price(store, "NEW", NOW, "7")  # has no price at the start
    result = history(store)
    assert result.companies == 12
    assert float(result.benchmark or 0) == pytest.approx(sum(range(12)) / 120)
    assert result.time_weighted == 0


def test_the_value_of_shares_without_any_price_is_unknown_and_not_zero() -> None:
    store = MemoryStore()
    book(store, NOW - 2 * DAY, 1_00, 0)
    buy(store, "AAPL", "1", NOW - 1 * DAY)
    result = history(store)
    assert worth_at(result, NOW) == (1_00, None)
    assert (result.gain_minor, result.money_weighted, result.time_weighted) == (None, None, None)


def test_companies_are_shared_among_workers() -> None:
    store = MemoryStore()
    book(store, NOW - 1 * DAY, 1_00, 0)
    for number in range(11):
        set_price(store, f"S{number:02d}", NOW - 1 * DAY, "2")
    sources = memory_sources(store)
    task = Task(account_id=ALICE, parameters=Parameters(range=Range.ALL), now=NOW)
    sizes = [len(shard.symbols) for shard in portfolio_history.plan(task, sources)]
    assert sizes == [0, 5, 5, 1]


def test_with_too_many_flows_there_is_no_time_weighted_return() -> None:
    store = MemoryStore()
    for number in reversed(range(portfolio_history.MAX_FLOWS + 1)):
        book(store, NOW - timedelta(hours=number + 1), 1_00, 0)
    result = history(store)
    assert result.time_weighted is None
    assert result.gain_minor == 0


def test_what_happened_after_the_request_is_left_out() -> None:
    store = MemoryStore()
    book(store, NOW, 1_00, 0)
    book(store, NOW + timedelta(seconds=1), 50_00, 0)
    result = history(store)
    assert [(point.at, point.cash_minor) for point in result.points] == [(NOW, 1_00)]
    assert result.money_weighted is not None
    assert result.money_weighted.reason is NoRate.TOO_SHORT


def test_an_account_without_any_posting_has_no_history() -> None:
    with pytest.raises(CannotFinish) as failed:
        history(MemoryStore())
    assert failed.value.reason.code == "no_history"
