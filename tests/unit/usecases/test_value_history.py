"""What an account was worth day by day: its money, and its shares at each day's close."""

from datetime import datetime, timedelta
from decimal import Decimal

from lambdas.domain.ledger import Position, Posting, PostingKind
from lambdas.domain.orders import Order, State
from lambdas.usecases import value_history
from lambdas.usecases.job_sources import Sources, Task
from lambdas.usecases.update_market import update_market
from lambdas.usecases.value_history import Question
from tests.builders import ALICE, BRUNO, NOW, a_tick
from tests.fakes.memory import (
    MemoryActivityLog,
    MemoryMarket,
    MemoryOrders,
    MemoryStore,
    MemoryWallets,
)

DAY = timedelta(days=1)
Told = list[tuple[str, int, int | None]]


def told(store: MemoryStore, days: int, now: datetime = NOW) -> Told:
    """All steps, one after the other: day, money, shares."""
    sources = Sources(
        market=MemoryMarket(store),
        activity=MemoryActivityLog(store),
        orders=MemoryOrders(store),
        wallets=MemoryWallets(store),
    )
    task = Task(account_id=ALICE, question=Question(days=days), now=now)
    partials = [
        value_history.work(task, part, sources) for part in value_history.plan(task, sources)
    ]
    return [
        (f"{value.day:%d}", value.cash_minor, value.holdings_minor)
        for value in value_history.join(task, partials, sources)
    ]


def moved(store: MemoryStore, at: datetime, available: int, held: int, who: str = ALICE) -> None:
    number = len(store.postings)
    store.postings[(who, str(number))] = Posting(
        account_id=who,
        posting_id=str(number),
        kind=PostingKind.DEPOSIT,
        available_minor=available,
        held_minor=held,
        cause_id=str(number),
        recorded_at=at,
    )


def bought(store: MemoryStore, symbol: str, quantity: str, at: datetime, **changes: State) -> None:
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
        asked_for="",
        ask_at=at,
        ended_at=at,
    )
    store.positions[(ALICE, symbol)] = Position(
        account_id=ALICE, symbol=symbol, quantity=Decimal(quantity), cost_minor=1
    )


def priced(store: MemoryStore, symbol: str, at: datetime, price: str) -> None:
    tick = a_tick(symbol=symbol, observed_at=at, received_at=at, price=Decimal(price))
    update_market(MemoryMarket(store), [tick])


def test_money_is_what_came_and_went_until_the_end_of_each_day_held_money_included() -> None:
    store = MemoryStore()
    moved(store, NOW - 9 * DAY, 100_00, 0)
    moved(store, NOW - 1 * DAY, -30_00, 30_00)
    moved(store, NOW, 0, -30_00)
    moved(store, NOW - 1 * DAY, 5_00, 0, who=BRUNO)
    assert told(store, 3) == [("02", 100_00, 0), ("03", 100_00, 0), ("04", 70_00, 0)]


def test_shares_count_from_the_day_the_exchange_accepted_at_each_days_close() -> None:
    store = MemoryStore()
    bought(store, "AAPL", "2", NOW - 1 * DAY)
    bought(store, "AAPL", "1", NOW)
    bought(store, "AAPL", "50", NOW - 2 * DAY, state=State.REJECTED)
    for back, price in ((2, "9"), (1, "10"), (0, "12.345")):
        priced(store, "AAPL", NOW - back * DAY - timedelta(hours=1), "1")
        priced(store, "AAPL", NOW - back * DAY, price)
    assert told(store, 3) == [("02", 0, 0), ("03", 0, 20_00), ("04", 0, 37_04)]


def test_a_day_without_prices_keeps_the_last_close_even_one_before_the_span() -> None:
    store = MemoryStore()
    bought(store, "AAPL", "1", NOW - 9 * DAY)
    priced(store, "AAPL", NOW - 9 * DAY, "7")
    priced(store, "AAPL", NOW - 1 * DAY, "8")
    assert [shares for _, _, shares in told(store, 4)] == [7_00, 7_00, 8_00, 8_00]


def test_shares_that_never_had_a_price_are_not_worth_nothing_but_unknown() -> None:
    store = MemoryStore()
    bought(store, "AAPL", "1", NOW - 1 * DAY)
    bought(store, "MSFT", "1", NOW - 1 * DAY)
    priced(store, "AAPL", NOW - 1 * DAY, "7")
    priced(store, "MSFT", NOW, "5")
    assert [shares for _, _, shares in told(store, 3)] == [0, None, 12_00]


def test_many_companies_are_shared_among_workers_and_add_up() -> None:
    store = MemoryStore()
    for number in range(45):
        bought(store, f"S{number:02d}", "1", NOW - 1 * DAY)
        priced(store, f"S{number:02d}", NOW - 1 * DAY, "2")
    sources = Sources(
        market=MemoryMarket(store),
        activity=MemoryActivityLog(store),
        orders=MemoryOrders(store),
        wallets=MemoryWallets(store),
    )
    task = Task(account_id=ALICE, question=Question(days=1), now=NOW)
    sizes = [len(part.symbols) for part in value_history.plan(task, sources)]
    assert sizes == [0, 20, 20, 5]
    assert told(store, 1) == [("04", 0, 90_00)]


def test_what_came_after_the_job_was_asked_for_is_not_in_it() -> None:
    store = MemoryStore()
    moved(store, NOW, 1_00, 0)
    moved(store, NOW + timedelta(seconds=1), 50_00, 0)
    assert told(store, 1) == [("04", 1_00, 0)]
