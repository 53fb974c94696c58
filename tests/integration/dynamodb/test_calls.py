"""What each operation asks of DynamoDB, call by call: calls per request are cost and speed.

Counted below pynamodb, at the requests that leave, so that nothing hidden is missed.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from pynamodb.connection import Connection

from lambdas.adapters.activity import DynamoActivityLog
from lambdas.adapters.cursors import cursor_out
from lambdas.adapters.jobs import DynamoJobs
from lambdas.adapters.market import DynamoMarket
from lambdas.adapters.market_tables import CandleItem
from lambdas.adapters.orders import DynamoOrders
from lambdas.adapters.wallets import DynamoWallets
from lambdas.domain.activity import GroupRequest, Verdict
from lambdas.domain.candles import Interval
from lambdas.domain.errors import InvalidInput
from lambdas.domain.orders import Event
from lambdas.usecases.advance_order import advance_order
from lambdas.usecases.ask_again import ask_again
from lambdas.usecases.hear_reminders import hear_reminders
from lambdas.usecases.list_orders import list_orders
from lambdas.usecases.make_deposit import make_deposit
from lambdas.usecases.place_order import Placed, place_order
from lambdas.usecases.rebuild_candles import rebuild_candles
from lambdas.usecases.update_market import update_market
from lambdas.usecases.value_portfolio import value_portfolio
from tests.builders import ALICE, NOW, POLICY, a_board, a_deposit, a_purchase, a_quote, a_tick
from tests.fakes.aws import heard
from tests.fakes.dynamo import tables
from tests.fakes.memory import MemoryDeadLetters
from tests.fakes.reminders import MemoryReminders


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with tables(monkeypatch) as connection:
        DynamoWallets(connection).deposit(a_deposit())
        DynamoMarket(connection).commit(a_board(a_quote()))
        yield connection


@pytest.fixture
def calls(connection: Connection) -> Iterator[list[str]]:
    """The operations asked for since the test began."""
    seen: list[str] = []
    with heard(lambda operation, _: seen.append(operation)):
        yield seen


def place(connection: Connection, number: int = 1) -> Placed:
    return place_order(
        DynamoOrders(connection),
        account_id=ALICE,
        key=UUID(int=number),
        purchase=a_purchase(),
        policy=POLICY,
        now=NOW,
    )


def test_placing_is_one_batch_read_and_one_transaction(
    connection: Connection, calls: list[str]
) -> None:
    assert place(connection).is_new
    assert calls == ["BatchGetItem", "TransactWriteItems"]


def test_a_retry_of_placing_is_one_batch_read(connection: Connection, calls: list[str]) -> None:
    place(connection)
    calls.clear()
    assert not place(connection).is_new
    assert calls == ["BatchGetItem"]


@pytest.mark.parametrize("event", [Event.ACCEPT, Event.REJECT, Event.VOID])
def test_settling_is_one_read_and_one_transaction(
    connection: Connection, calls: list[str], event: Event
) -> None:
    order_id = place(connection).order.order_id
    calls.clear()
    advance_order(DynamoOrders(connection), order_id, event, now=NOW)
    assert calls == ["GetItem", "TransactWriteItems"]


def test_an_answer_that_repeats_is_one_read(connection: Connection, calls: list[str]) -> None:
    order_id = place(connection).order.order_id
    orders = DynamoOrders(connection)
    advance_order(orders, order_id, Event.ACCEPT, now=NOW)
    calls.clear()
    advance_order(orders, order_id, Event.ACCEPT, now=NOW)
    assert calls == ["GetItem"]


def test_a_request_seen_is_one_read_and_one_write(connection: Connection, calls: list[str]) -> None:
    order_id = place(connection).order.order_id
    calls.clear()
    advance_order(DynamoOrders(connection), order_id, Event.SEEN, now=NOW)
    assert calls == ["GetItem", "PutItem"]


def test_the_board_is_one_query(connection: Connection, calls: list[str]) -> None:
    assert len(DynamoMarket(connection).board()) == 1
    assert calls == ["Query"]


def test_a_board_of_many_pages_is_read_whole(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = DynamoMarket(connection)
    more = [a_quote(symbol=f"S{number}", previous_price=Decimal("1.5")) for number in range(4)]
    market.commit(a_board(*more))
    monkeypatch.setattr(connection, "query", partial(connection.query, limit=2))
    board = market.board()
    assert [quote.symbol for quote in board] == ["AAPL", "S0", "S1", "S2", "S3"]
    assert board == [market.quote(quote.symbol) for quote in board]


def test_a_deposit_is_one_transaction(connection: Connection, calls: list[str]) -> None:
    make_deposit(
        DynamoWallets(connection), account_id=ALICE, key=UUID(int=9), amount_minor=1, now=NOW
    )
    assert calls == ["TransactWriteItems"]


def test_a_portfolio_is_two_reads(connection: Connection, calls: list[str]) -> None:
    advance_order(DynamoOrders(connection), place(connection).order.order_id, Event.ACCEPT, now=NOW)
    calls.clear()
    value_portfolio(DynamoWallets(connection), DynamoMarket(connection), ALICE)
    assert calls == ["GetItem", "BatchGetItem"]


def test_a_page_of_the_ledger_is_two_queries_and_a_read_of_its_orders(
    connection: Connection, calls: list[str]
) -> None:
    for number in (1, 2):
        place(connection, number)
    calls.clear()
    page = DynamoWallets(connection).postings(ALICE, 25, None)
    assert len(page.items) == 3
    assert calls == ["Query", "Query", "BatchGetItem"]


def test_a_page_of_orders_is_two_reads_however_long(
    connection: Connection, calls: list[str]
) -> None:
    for number in (1, 2):
        place(connection, number)
    calls.clear()
    page = list_orders(
        DynamoOrders(connection), account_id=ALICE, is_open=True, limit=100, cursor=None
    )
    assert len(page.items) == 2
    assert calls == ["Query", "BatchGetItem"]


@pytest.mark.parametrize(("prices", "portions"), [(1, 1), (25, 1), (51, 3)])
def test_a_batch_of_prices_is_a_read_and_a_transaction_for_each_25(
    connection: Connection, calls: list[str], prices: int, portions: int
) -> None:
    ticks = [a_tick(symbol=f"S{number:03d}") for number in range(prices)]
    update_market(DynamoMarket(connection), ticks)
    assert calls == ["BatchGetItem", "TransactWriteItems"] * portions


def test_a_batch_of_prices_that_repeats_is_one_read(
    connection: Connection, calls: list[str]
) -> None:
    ticks = [a_tick(symbol=f"S{number:03d}") for number in range(25)]
    update_market(DynamoMarket(connection), ticks)
    calls.clear()
    update_market(DynamoMarket(connection), ticks)
    assert calls == ["BatchGetItem"]


def test_a_page_of_candles_is_one_query(connection: Connection, calls: list[str]) -> None:
    market = DynamoMarket(connection)
    update_market(market, [a_tick(observed_at=NOW - timedelta(hours=hour)) for hour in range(30)])
    calls.clear()
    start = NOW - timedelta(days=2)
    assert len(market.candles("AAPL", Interval.HOUR, start, NOW, 25, None).items) == 25
    assert calls == ["Query"]


def test_a_day_of_candles_is_rebuilt_by_three_reads_and_one_transaction(
    connection: Connection, calls: list[str]
) -> None:
    market = DynamoMarket(connection)
    update_market(market, [a_tick()])
    for item in CandleItem.scan():
        item.delete()
    calls.clear()
    assert rebuild_candles(market, "AAPL").candles == 2
    look = ["Query"]
    assert calls == [*look, "BatchGetItem", "Query", "TransactWriteItems", *look]


def test_a_sweep_is_a_call_for_each_ten_reminders_and_one_for_each_order_asked(
    connection: Connection, calls: list[str]
) -> None:
    order_id = place(connection).order.order_id
    orders, reminders = DynamoOrders(connection), MemoryReminders(lambda: NOW)
    reminders.send([order_id] * 15, timedelta(0))
    calls.clear()
    heard = hear_reminders(orders, reminders, MemoryDeadLetters(), clock=lambda: NOW)
    later = NOW + timedelta(minutes=3)
    swept = ask_again(orders, heard.open.values(), policy=POLICY, now=later, at_most=10)
    assert swept.asked == (order_id,)
    assert calls == ["BatchGetItem", "BatchGetItem", "PutItem"]


def test_what_other_groups_do_is_one_write_each(connection: Connection, calls: list[str]) -> None:
    hear(1)
    assert calls == ["UpdateItem", "UpdateItem"]


def hear(number: int) -> None:
    """A request of another group and its answer, `number` hours ago."""
    log, at = DynamoActivityLog(), NOW - timedelta(hours=number)
    request_id = f"r{number}"
    log.request(
        GroupRequest(
            request_id=request_id,
            group_id="13",
            symbol="AAPL",
            quantity=Decimal(1),
            requested_at=at,
        )
    )
    log.verdict(Verdict(request_id=request_id, group_id="13", valid=True, received_at=at))


def test_a_cursor_that_names_no_item_is_none_of_ours(connection: Connection) -> None:
    cursor = cursor_out(NOW)  # as for prices, which have no ids
    for page in (
        partial(DynamoOrders(connection).of_account, ALICE),
        partial(DynamoActivityLog().feed, NOW - timedelta(days=1), NOW + timedelta(days=1)),
        partial(DynamoJobs(connection).of_account, ALICE),
    ):
        with pytest.raises(InvalidInput):
            page(10, cursor)


def test_the_feed_behind_the_end_of_time_is_the_feed(connection: Connection) -> None:
    hear(1)
    cursor = cursor_out(datetime.max.replace(tzinfo=UTC), "x")
    page = DynamoActivityLog().feed(NOW - timedelta(days=1), NOW + timedelta(days=1), 10, cursor)
    assert len(page.items) == 1


def test_demand_is_two_queries_that_only_count(connection: Connection, calls: list[str]) -> None:
    for number in range(1, 31):
        hear(number)
    asked: list[str] = []
    calls.clear()
    with heard(lambda _, request: asked.append(request["Select"])):
        assert DynamoActivityLog().demand("AAPL", NOW - timedelta(days=7), NOW) == 30
    assert calls == ["Query", "Query"]
    assert asked == ["COUNT", "COUNT"]


def test_activity_is_two_queries_of_a_company_and_one_a_day_of_all(
    connection: Connection, calls: list[str]
) -> None:
    for number in range(1, 31):
        hear(number)
    calls.clear()
    assert len(DynamoActivityLog().of_symbol("AAPL", 25, None).items) == 25
    assert calls == ["Query", "Query"]
    calls.clear()
    week_ago = NOW - timedelta(days=7)
    assert len(DynamoActivityLog().feed(week_ago, NOW, 10, None).items) == 10
    assert calls == ["Query"]
    calls.clear()
    assert len(DynamoActivityLog().feed(week_ago, NOW, 100, None).items) == 30
    assert calls == ["Query"] * 8  # seven days touch eight dates
