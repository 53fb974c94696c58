"""The calls to DynamoDB of each use case: they are its cost and its speed.

Counted below pynamodb, at the requests that leave, so that nothing hidden is missed.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from pynamodb.connection import Connection

from lambdas.domain.activity import GroupRequest, Trade, Validation
from lambdas.domain.errors import InvalidInput
from lambdas.domain.market import Interval
from lambdas.domain.orders import Event
from lambdas.names import OPEN_ORDER_SHARDS
from lambdas.services.market import rebuild_candles, store_prices
from lambdas.services.orders import (
    Placed,
    advance_order,
    list_orders,
    place_order,
    sweep_orders,
)
from lambdas.services.portfolio import view_portfolio
from lambdas.services.wallet import make_deposit
from lambdas.storage.accounts import DynamoAccounts
from lambdas.storage.activity import DynamoActivityLog
from lambdas.storage.jobs import DynamoJobs
from lambdas.storage.market import DynamoMarket
from lambdas.storage.models import CandleItem
from lambdas.storage.orders import DynamoOrders
from lambdas.storage.pagination import time_cursor
from tests.builders import ALICE, NOW, POLICY, ZONE, a_board, a_deposit, a_purchase, a_quote, a_tick
from tests.fakes.aws import heard
from tests.fakes.dynamo import tables


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with tables(monkeypatch) as connection:
        DynamoAccounts(connection).commit_deposit(a_deposit())
        DynamoMarket(connection, ZONE).commit(a_board(a_quote()))
        yield connection


@pytest.fixture
def calls(connection: Connection) -> Iterator[list[str]]:
    """The operations called since the test began."""
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


def advance(connection: Connection, order_id: str, event: Event) -> None:
    orders, accounts = DynamoOrders(connection), DynamoAccounts(connection)
    advance_order(orders, accounts, order_id, event, now=NOW)


def test_placing_is_one_transaction_to_read_and_one_to_write(
    connection: Connection, calls: list[str]
) -> None:
    assert place(connection).is_new
    assert calls == ["TransactGetItems", "TransactWriteItems"]


def test_a_repeated_placing_is_one_transaction_to_read(
    connection: Connection, calls: list[str]
) -> None:
    place(connection)
    calls.clear()
    assert not place(connection).is_new
    assert calls == ["TransactGetItems"]


@pytest.mark.parametrize("event", [Event.ACCEPT, Event.REJECT, Event.VOID])
def test_settling_is_two_reads_and_one_transaction(
    connection: Connection, calls: list[str], event: Event
) -> None:
    order_id = place(connection).order.order_id
    calls.clear()
    advance(connection, order_id, event)
    assert calls == ["GetItem", "GetItem", "TransactWriteItems"]


def test_an_answer_that_repeats_is_one_read(connection: Connection, calls: list[str]) -> None:
    order_id = place(connection).order.order_id
    advance(connection, order_id, Event.ACCEPT)
    calls.clear()
    advance(connection, order_id, Event.ACCEPT)
    assert calls == ["GetItem"]


def test_an_echo_is_one_read_and_one_write(connection: Connection, calls: list[str]) -> None:
    order_id = place(connection).order.order_id
    calls.clear()
    advance(connection, order_id, Event.ECHOED)
    assert calls == ["GetItem", "UpdateItem"]


def test_the_board_is_one_query(connection: Connection, calls: list[str]) -> None:
    assert len(DynamoMarket(connection, ZONE).board()) == 1
    assert calls == ["Query"]


def test_a_board_of_many_pages_is_read_whole(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = DynamoMarket(connection, ZONE)
    more = [a_quote(symbol=f"S{number}", previous_close=Decimal("1.5")) for number in range(4)]
    market.commit(a_board(*more))
    monkeypatch.setattr(connection, "query", partial(connection.query, limit=2))
    board = market.board()
    assert [quote.symbol for quote in board] == ["AAPL", "S0", "S1", "S2", "S3"]
    assert board == [market.quote(quote.symbol) for quote in board]


def test_a_deposit_is_one_transaction_to_read_and_one_to_write(
    connection: Connection, calls: list[str]
) -> None:
    make_deposit(
        DynamoAccounts(connection), account_id=ALICE, key=UUID(int=9), amount_minor=1, now=NOW
    )
    assert calls == ["TransactGetItems", "TransactWriteItems"]


def test_a_portfolio_is_five_reads(connection: Connection, calls: list[str]) -> None:
    advance(connection, place(connection).order.order_id, Event.ACCEPT)
    calls.clear()
    accounts, market = DynamoAccounts(connection), DynamoMarket(connection, ZONE)
    portfolio = view_portfolio(accounts, DynamoOrders(connection), market, ALICE)
    assert portfolio.holdings[0].day.bought == portfolio.holdings[0].position.quantity
    assert calls == ["GetItem", "Query", "BatchGetItem", "Query", "BatchGetItem"]


def test_a_page_of_the_ledger_is_one_query(connection: Connection, calls: list[str]) -> None:
    for number in (1, 2):
        place(connection, number)
    calls.clear()
    page = DynamoAccounts(connection).postings(ALICE, 25, None)
    assert len(page.items) == 3
    assert calls == ["Query"]


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
def test_a_batch_of_prices_is_three_reads_and_a_transaction_for_each_25(
    connection: Connection, calls: list[str], prices: int, portions: int
) -> None:
    ticks = [a_tick(symbol=f"S{number:03d}") for number in range(prices)]
    store_prices(DynamoMarket(connection, ZONE), ticks)
    assert calls == [*["BatchGetItem"] * 3, "TransactWriteItems"] * portions


def test_a_repeated_batch_of_prices_is_three_reads(
    connection: Connection, calls: list[str]
) -> None:
    ticks = [a_tick(symbol=f"S{number:03d}") for number in range(25)]
    store_prices(DynamoMarket(connection, ZONE), ticks)
    calls.clear()
    store_prices(DynamoMarket(connection, ZONE), ticks)
    assert calls == ["BatchGetItem"] * 3


def test_a_page_of_candles_is_one_query(connection: Connection, calls: list[str]) -> None:
    market = DynamoMarket(connection, ZONE)
    store_prices(market, [a_tick(observed_at=NOW - timedelta(hours=hour)) for hour in range(30)])
    calls.clear()
    start = NOW - timedelta(days=2)
    assert len(market.candles("AAPL", Interval.HOUR, start, NOW, 25, None).items) == 25
    assert calls == ["Query"]


def test_a_day_of_candles_is_rebuilt_by_four_reads_and_one_transaction(
    connection: Connection, calls: list[str]
) -> None:
    market = DynamoMarket(connection, ZONE)
    store_prices(market, [a_tick()])
    for item in CandleItem.scan():
        item.delete()
    calls.clear()
    assert rebuild_candles(market, "AAPL").candles == 2
    newest = ["Query"]
    day = ["BatchGetItem", "BatchGetItem", "Query", "TransactWriteItems"]
    assert calls == [*newest, *day, *newest]


def test_a_sweep_is_a_query_for_each_shard_a_read_and_a_write_for_each_retry(
    connection: Connection, calls: list[str]
) -> None:
    ids = [place(connection, number).order.order_id for number in (1, 2)]
    calls.clear()
    later = NOW + timedelta(minutes=3)
    swept = sweep_orders(DynamoOrders(connection), policy=POLICY, now=later, max_retries=10)
    assert set(swept.retried) == set(ids)
    shards = ["Query"] * OPEN_ORDER_SHARDS
    assert calls == [*shards, "BatchGetItem", "UpdateItem", "UpdateItem"]


def test_a_sweep_with_nothing_due_only_queries_the_index(
    connection: Connection, calls: list[str]
) -> None:
    place(connection)
    calls.clear()
    sweep_orders(DynamoOrders(connection), policy=POLICY, now=NOW, max_retries=10)
    assert calls == ["Query"] * OPEN_ORDER_SHARDS


def test_requests_answers_and_trades_are_one_write_each(
    connection: Connection, calls: list[str]
) -> None:
    record(connection, 1)
    DynamoActivityLog(connection).record_trade(TRADE)
    assert calls == ["UpdateItem"] * 3


TRADE = Trade(
    request_id="ours",
    group_id="3",
    symbol="AAPL",
    quantity=Decimal(1),
    valid=True,
    requested_at=NOW,
    validated_at=NOW,
)


def record(connection: Connection, number: int) -> None:
    """A request of another group and its answer, `number` hours ago."""
    log, at = DynamoActivityLog(connection), NOW - timedelta(hours=number)
    request_id = f"r{number}"
    log.record_request(
        GroupRequest(
            request_id=request_id,
            group_id="13",
            symbol="AAPL",
            quantity=Decimal(1),
            requested_at=at,
        )
    )
    log.record_validation(
        Validation(request_id=request_id, group_id="13", valid=True, received_at=at)
    )


def test_a_cursor_without_an_id_is_invalid_input_where_ids_are_needed(
    connection: Connection,
) -> None:
    cursor = time_cursor(NOW)  # as for prices, which have no ids
    for page in (
        partial(DynamoOrders(connection).of_account, ALICE),
        partial(
            DynamoActivityLog(connection).feed, NOW - timedelta(days=1), NOW + timedelta(days=1)
        ),
        partial(DynamoJobs(connection).of_account, ALICE),
    ):
        with pytest.raises(InvalidInput):
            page(10, cursor)


def test_the_feed_behind_the_end_of_time_is_the_feed(connection: Connection) -> None:
    record(connection, 1)
    cursor = time_cursor(datetime.max.replace(tzinfo=UTC), "x")
    page = DynamoActivityLog(connection).feed(
        NOW - timedelta(days=1), NOW + timedelta(days=1), 10, cursor
    )
    assert len(page.items) == 1


def test_demand_is_one_query_that_only_counts(connection: Connection, calls: list[str]) -> None:
    for number in range(1, 31):
        record(connection, number)
    selected: list[str] = []
    calls.clear()
    with heard(lambda _, request: selected.append(request["Select"])):
        assert DynamoActivityLog(connection).demand("AAPL", NOW - timedelta(days=7), NOW) == 30
    assert calls == ["Query"]
    assert selected == ["COUNT"]


def test_activity_is_one_query_of_a_company_and_one_a_day_of_all(
    connection: Connection, calls: list[str]
) -> None:
    for number in range(1, 31):
        record(connection, number)
    calls.clear()
    assert len(DynamoActivityLog(connection).of_symbol("AAPL", 25, None).items) == 25
    assert calls == ["Query"]
    calls.clear()
    week_ago = NOW - timedelta(days=7)
    assert len(DynamoActivityLog(connection).feed(week_ago, NOW, 10, None).items) == 10
    assert calls == ["Query"]
    calls.clear()
    assert len(DynamoActivityLog(connection).feed(week_ago, NOW, 100, None).items) == 30
    assert calls == ["Query"] * 8  # seven days touch eight dates
