"""The statement of a month: what it says follows from ledger, orders and prices."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from lambdas.domain.ledger import Line, LineAccount, PostingKind, post
from lambdas.domain.receipts import Language
from lambdas.domain.statements import Statement, month_bounds, parse_month
from lambdas.services.jobs import Task
from lambdas.services.market import store_prices
from lambdas.services.statement import Parameters, Shard, join, plan, statement_of, work
from tests.builders import ALICE, BRUNO, a_tick, an_accepted_order
from tests.fakes.sources import Sources, memory_sources
from tests.fakes.store import MemoryStore

SANTIAGO = ZoneInfo("America/Santiago")
LATER = datetime(2026, 12, 24, tzinfo=UTC)


def task(month: str = "2026-11", now: datetime = LATER) -> Task[Parameters]:
    parameters = Parameters(month=month, language=Language.ENGLISH)
    return Task(account_id=ALICE, parameters=parameters, now=now)


def put_in(store: MemoryStore, *times: datetime) -> None:
    """A deposit of 1.00 at each of these times."""
    for at in times:
        account = store.account(ALICE)
        lines = [Line(LineAccount.AVAILABLE, 100), Line(LineAccount.DEMO, -100)]
        store.post(post(account, PostingKind.DEPOSIT, lines, cause_id="d", now=at))


@pytest.fixture
def store() -> MemoryStore:
    """Deposits at both ends of November, as Santiago counts, to the second."""
    store = MemoryStore()
    start, end = month_bounds("2026-11", SANTIAGO)
    second = timedelta(seconds=1)
    put_in(store, start - second, start, start + second, end - second, end, end + second)
    return store


def of(store: MemoryStore, **given: object) -> Statement:
    return statement_of(task(**given), memory_sources(store))  # type: ignore[arg-type]


def test_the_month_is_that_of_the_home_zone() -> None:
    assert month_bounds("2026-11", SANTIAGO) == (
        datetime(2026, 11, 1, 3, tzinfo=UTC),
        datetime(2026, 12, 1, 3, tzinfo=UTC),
    )
    assert month_bounds("2026-12", SANTIAGO)[1] == datetime(2027, 1, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-1", "1999-01", "2026-01-01"])
def test_only_a_month_is_a_month(text: str) -> None:
    assert parse_month(text) is None


def test_postings_belong_to_their_month_to_the_second(store: MemoryStore) -> None:
    statement = of(store)
    assert [posting.number for posting in statement.postings] == [2, 3, 4]
    assert statement.opening.total_minor == 100
    assert statement.closing.total_minor == 400


def test_a_month_that_is_not_over_ends_with_the_request(store: MemoryStore) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    statement = of(store, now=now)
    assert [posting.number for posting in statement.postings] == [2, 3]
    assert (statement.end, statement.closing.total_minor) == (now, 300)


def test_a_month_without_postings_opens_and_closes_alike(store: MemoryStore) -> None:
    before, after = of(store, month="2026-09"), of(store, month="2027-01")
    assert (before.opening, before.postings, before.closing) == (before.closing, (), before.opening)
    assert before.closing.total_minor == 0
    later = datetime(2027, 2, 2, tzinfo=UTC)
    assert of(store, month="2027-01", now=later).opening.total_minor == 600
    assert after.postings == ()


def test_hundreds_of_postings_are_all_there() -> None:
    store = MemoryStore()
    start, _ = month_bounds("2026-11", SANTIAGO)
    put_in(store, *(start + timedelta(minutes=number) for number in range(350)))
    statement = of(store)
    assert [posting.number for posting in statement.postings] == list(range(1, 351))
    assert statement.closing.total_minor == 350_00


def test_shares_are_those_bought_before_the_months_end_at_the_last_price_before_it() -> None:
    store = MemoryStore()
    _, end = month_bounds("2026-11", SANTIAGO)
    hour = timedelta(hours=1)
    orders = [
        an_accepted_order(end - hour * 3, "one"),
        an_accepted_order(end - hour * 2, "two"),
        an_accepted_order(end + hour, "late"),
        an_accepted_order(end - hour, "bruno", account_id=BRUNO),
        an_accepted_order(end - hour, "msft", symbol="MSFT"),
    ]
    store.orders |= {order.order_id: order for order in orders}
    sources = memory_sources(store)
    for at, price in ((end - hour * 2, "200"), (end - hour, "210.5"), (end + hour, "999")):
        tick = a_tick(price=Decimal(price), observed_at=at, received_at=at)
        store_prices(sources.market, [tick])
    apple, microsoft = statement_of(task(), sources).holdings
    assert (apple.symbol, apple.quantity, apple.cost_minor) == ("AAPL", Decimal(18), 3_424_50)
    assert (apple.price, apple.value_minor) == (Decimal("210.5"), 3_789_00)
    assert (microsoft.symbol, microsoft.price, microsoft.value_minor) == ("MSFT", None, None)


def test_the_document_is_stored_under_a_key_that_the_plan_made_up(store: MemoryStore) -> None:
    sources: Sources = memory_sources(store)
    (shard,) = plan(task(), sources)
    assert shard == Shard(token=sources.new_key().hex)
    first, second = work(task(), shard, sources), work(task(), shard, sources)
    assert first == second
    assert first.key == f"{ALICE}/statements/2026-11-{shard.token}.en.pdf"
    files: dict[str, bytes] = vars(sources.documents)["files"]
    assert list(files) == [first.key]
    result = join(task(), [first], sources)
    assert (result.opening_minor, result.closing_minor, result.postings) == (100, 400, 3)
