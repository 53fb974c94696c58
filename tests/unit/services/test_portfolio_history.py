"""An account's value day by day: its cash, and its shares at each day's close."""

from datetime import datetime, timedelta
from decimal import Decimal

from lambdas.domain.ledger import Line, LineAccount, Position, Posting, PostingKind
from lambdas.domain.orders import Order, State
from lambdas.services import portfolio_history
from lambdas.services.jobs import Task
from lambdas.services.market import store_prices
from lambdas.services.portfolio_history import Parameters
from tests.builders import ALICE, BRUNO, NOW, a_tick
from tests.fakes.memory import MemoryMarket, MemoryStore
from tests.fakes.sources import memory_sources

DAY = timedelta(days=1)
Days = list[tuple[str, int, int | None]]


def history(store: MemoryStore, days: int, now: datetime = NOW) -> Days:
    """All steps, one after the other: day, money, shares."""
    sources = memory_sources(store)
    task = Task(account_id=ALICE, parameters=Parameters(days=days), now=now)
    partials = [
        portfolio_history.work(task, shard, sources)
        for shard in portfolio_history.plan(task, sources)
    ]
    return [
        (f"{value.day:%d}", value.cash_minor, value.holdings_minor)
        for value in portfolio_history.join(task, partials, sources)
    ]


def book(store: MemoryStore, at: datetime, available: int, held: int, who: str = ALICE) -> None:
    """Stores a posting that changes the balances by these amounts."""
    account = store.account(who)
    lines = (
        Line(LineAccount.AVAILABLE, available),
        Line(LineAccount.HELD, held),
        Line(LineAccount.DEMO, -available - held),
    )
    store.post(
        Posting(
            account_id=who,
            number=account.version + 1,
            kind=PostingKind.DEPOSIT,
            lines=lines,
            available_after_minor=account.available_minor + available,
            held_after_minor=account.held_minor + held,
            cause_id="cause",
            recorded_at=at,
        )
    )


def buy(store: MemoryStore, symbol: str, quantity: str, at: datetime, **changes: State) -> None:
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


def test_cash_is_the_sum_of_changes_until_the_end_of_each_day_held_money_included() -> None:
    store = MemoryStore()
    book(store, NOW - 9 * DAY, 100_00, 0)
    book(store, NOW - 1 * DAY, -30_00, 30_00)
    book(store, NOW, 0, -30_00)
    book(store, NOW - 1 * DAY, 5_00, 0, who=BRUNO)
    assert history(store, 3) == [("02", 100_00, 0), ("03", 100_00, 0), ("04", 70_00, 0)]


def test_shares_count_from_the_day_the_exchange_accepted_at_each_days_close() -> None:
    store = MemoryStore()
    buy(store, "AAPL", "2", NOW - 1 * DAY)
    buy(store, "AAPL", "1", NOW)
    buy(store, "AAPL", "50", NOW - 2 * DAY, state=State.REJECTED)
    for back, price in ((2, "9"), (1, "10"), (0, "12.345")):
        set_price(store, "AAPL", NOW - back * DAY - timedelta(hours=1), "1")
        set_price(store, "AAPL", NOW - back * DAY, price)
    assert history(store, 3) == [("02", 0, 0), ("03", 0, 20_00), ("04", 0, 37_04)]


def test_a_day_without_prices_keeps_the_last_close_even_one_before_the_span() -> None:
    store = MemoryStore()
    buy(store, "AAPL", "1", NOW - 9 * DAY)
    set_price(store, "AAPL", NOW - 9 * DAY, "7")
    set_price(store, "AAPL", NOW - 1 * DAY, "8")
    assert [shares for _, _, shares in history(store, 4)] == [7_00, 7_00, 8_00, 8_00]


def test_the_value_of_shares_without_any_price_is_unknown_and_not_zero() -> None:
    store = MemoryStore()
    buy(store, "AAPL", "1", NOW - 1 * DAY)
    buy(store, "MSFT", "1", NOW - 1 * DAY)
    set_price(store, "AAPL", NOW - 1 * DAY, "7")
    set_price(store, "MSFT", NOW, "5")
    assert [shares for _, _, shares in history(store, 3)] == [0, None, 12_00]


def test_many_companies_are_shared_among_workers_and_add_up() -> None:
    store = MemoryStore()
    for number in range(45):
        buy(store, f"S{number:02d}", "1", NOW - 1 * DAY)
        set_price(store, f"S{number:02d}", NOW - 1 * DAY, "2")
    sources = memory_sources(store)
    task = Task(account_id=ALICE, parameters=Parameters(days=1), now=NOW)
    sizes = [len(shard.symbols) for shard in portfolio_history.plan(task, sources)]
    assert sizes == [0, 20, 20, 5]
    assert history(store, 1) == [("04", 0, 90_00)]


def test_what_happened_after_the_request_is_left_out() -> None:
    store = MemoryStore()
    book(store, NOW, 1_00, 0)
    book(store, NOW + timedelta(seconds=1), 50_00, 0)
    assert history(store, 1) == [("04", 1_00, 0)]
