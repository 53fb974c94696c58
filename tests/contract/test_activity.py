"""What the port `ActivityLog` promises: each half of a request is kept once, in either order, and
what is known from end to end can be counted and listed.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, permutations

import pytest

from lambdas.domain import trading
from lambdas.domain.activity import GroupRequest, Trade, Verdict
from lambdas.domain.errors import InvalidInput
from lambdas.domain.orders import Event, order_id_for
from lambdas.domain.sums import MICROSECOND
from lambdas.domain.trading import Decision
from tests.builders import ALICE, NOW, a_board, a_deposit, a_placing, a_quote, key
from tests.contract.conftest import Ports

REQUEST = GroupRequest(
    request_id="r", group_id="13", symbol="AAPL", quantity=Decimal("2.5"), requested_at=NOW
)
VERDICT = Verdict(request_id="r", group_id="13", valid=True, received_at=NOW)
TRADE = Trade(
    request_id="r",
    group_id="13",
    symbol="AAPL",
    quantity=Decimal("2.5"),
    valid=True,
    requested_at=NOW,
    validated_at=NOW,
)
LONG_AGO = NOW - timedelta(days=400)
AFTERWARDS = NOW + timedelta(hours=1)


def heard(ports: Ports, *messages: GroupRequest | Verdict) -> None:
    for message in messages:
        if isinstance(message, GroupRequest):
            ports.activity.request(message)
        else:
            ports.activity.verdict(message)


def answered(
    ports: Ports, request_id: str, at: datetime = NOW, symbol: str = "AAPL", valid: bool = True
) -> None:
    heard(
        ports,
        replace(REQUEST, request_id=request_id, symbol=symbol),
        replace(VERDICT, request_id=request_id, received_at=at, valid=valid),
    )


@pytest.mark.parametrize("order", list(permutations([REQUEST, VERDICT])))
def test_request_and_verdict_are_kept_whichever_comes_first(
    ports: Ports, order: tuple[GroupRequest | Verdict, ...]
) -> None:
    heard(ports, *order, *order)
    assert list(ports.activity.of_symbol("AAPL", 10, None).items) == [TRADE]


@pytest.mark.parametrize("half", [REQUEST, VERDICT])
def test_a_half_alone_is_neither_listed_nor_counted(
    ports: Ports, half: GroupRequest | Verdict
) -> None:
    heard(ports, half)
    assert ports.activity.of_symbol("AAPL", 10, None).items == []
    assert ports.activity.feed(NOW - timedelta(days=1), NOW + timedelta(1), 10, None).items == []
    assert ports.activity.demand("AAPL", LONG_AGO, AFTERWARDS) == 0


def test_the_first_of_each_stays(ports: Ports) -> None:
    heard(
        ports,
        REQUEST,
        replace(REQUEST, symbol="MSFT", quantity=Decimal(9)),
        VERDICT,
        replace(VERDICT, valid=False, received_at=NOW + timedelta(hours=1)),
    )
    assert list(ports.activity.of_symbol("AAPL", 10, None).items) == [TRADE]
    assert ports.activity.of_symbol("MSFT", 10, None).items == []


def test_demand_counts_the_valid_purchases_of_a_company_in_a_span(ports: Ports) -> None:
    week_ago = NOW - timedelta(days=7)
    for number in range(4):
        answered(ports, f"in-{number}", week_ago + timedelta(days=number))
    answered(ports, "before", week_ago - MICROSECOND)
    answered(ports, "last", NOW - MICROSECOND)
    answered(ports, "after", NOW)
    answered(ports, "refused", NOW - MICROSECOND, valid=False)
    answered(ports, "another", symbol="MSFT")
    assert ports.activity.demand("AAPL", week_ago, NOW) == 5
    assert ports.activity.demand("MSFT", week_ago, AFTERWARDS) == 1
    assert ports.activity.demand("NONE", week_ago, AFTERWARDS) == 0


def pages(ports: Ports, symbol: str | None, limit: int) -> list[list[str]]:
    """The ids on each page: of a company, or of all in the last week."""
    seen: list[list[str]] = []
    cursor = None
    while True:
        if symbol is None:
            page = ports.activity.feed(NOW - timedelta(days=7), NOW, limit, cursor)
        else:
            page = ports.activity.of_symbol(symbol, limit, cursor)
        seen.append([trade.request_id for trade in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return seen


def test_a_companys_activity_is_newest_first_by_pages(ports: Ports) -> None:
    for number in range(5):
        answered(ports, f"r{number}", NOW - timedelta(days=30 * (5 - number)), valid=number != 2)
    answered(ports, "another", symbol="MSFT")
    assert pages(ports, "AAPL", 2) == [["r4", "r3"], ["r2", "r1"], ["r0"]]


def test_the_feed_is_all_companies_newest_first_over_days_by_pages(ports: Ports) -> None:
    times = [timedelta(seconds=1), timedelta(hours=20), timedelta(days=3), timedelta(days=7)]
    for number, ago in enumerate(times):
        answered(ports, f"r{number}", NOW - ago, symbol=f"S{number}", valid=number != 1)
    answered(ports, "too old", NOW - timedelta(days=7, microseconds=1))
    answered(ports, "to come", NOW)
    heard(ports, replace(VERDICT, request_id="of an unknown request", received_at=NOW - times[0]))
    assert pages(ports, None, 3) == [["r0", "r1", "r2"], ["r3"]]
    assert pages(ports, None, 1) == [["r0"], ["r1"], ["r2"], ["r3"]]
    assert pages(ports, None, 4) == [["r0", "r1", "r2", "r3"]]


def test_answers_of_one_moment_are_all_in_the_feed_whatever_the_page(ports: Ports) -> None:
    for number in range(5):
        answered(ports, f"r{number}", NOW - timedelta(microseconds=1))
    for limit in (1, 2, 4):
        for symbol in (None, "AAPL"):
            found = chain.from_iterable(pages(ports, symbol, limit))
            assert sorted(found) == [f"r{number}" for number in range(5)]


def test_a_page_that_is_asked_for_too_late_is_empty(ports: Ports) -> None:
    for number in range(3):
        answered(ports, f"r{number}", NOW - timedelta(hours=number + 1))
    start = NOW - timedelta(days=1)
    cursor = ports.activity.feed(start, NOW, 2, None).next_cursor
    later = NOW + timedelta(days=2)
    assert ports.activity.feed(later - timedelta(days=1), later, 2, cursor).items == []


@pytest.mark.parametrize("cursor", ["x", "%%%", "AAAA", "é", "a" * 4000])
def test_a_cursor_that_is_none_is_the_callers_mistake(ports: Ports, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        ports.activity.of_symbol("AAPL", 5, cursor)
    with pytest.raises(InvalidInput):
        ports.activity.feed(NOW - timedelta(days=1), NOW, 5, cursor)


@pytest.fixture
def order(ports: Ports) -> Decision:
    ports.wallets.deposit(a_deposit())
    ports.market.commit(a_board(a_quote()))
    order_id = order_id_for(ALICE, key(1))
    decision = a_placing(ports.orders.snapshot(ALICE, "AAPL", order_id), order_id=order_id)
    ports.orders.commit(decision)
    return decision


def test_what_our_own_group_buys_counts_and_is_told_of_its_company(
    ports: Ports, order: Decision
) -> None:
    assert ports.activity.demand("AAPL", LONG_AGO, AFTERWARDS) == 0
    ports.orders.commit(trading.apply(order.after, Event.ACCEPT, now=NOW))
    (trade,) = ports.activity.of_symbol("AAPL", 10, None).items
    assert trade == Trade(
        request_id=order.after.order_id,
        group_id=None,
        symbol="AAPL",
        quantity=order.after.quantity,
        valid=True,
        requested_at=order.after.created_at,
        validated_at=NOW,
    )
    assert ports.activity.feed(NOW, NOW + timedelta(hours=1), 10, None).items == []  # of others
    assert ports.activity.demand("AAPL", NOW, AFTERWARDS) == 1


@pytest.mark.parametrize("event", [Event.REJECT, Event.VOID])
def test_what_our_own_group_could_not_buy_is_no_activity(
    ports: Ports, order: Decision, event: Event
) -> None:
    ports.orders.commit(trading.apply(order.after, event, now=NOW))
    assert ports.activity.of_symbol("AAPL", 10, None).items == []


def test_ours_and_theirs_are_one_list_by_time_whatever_the_page(
    ports: Ports, order: Decision
) -> None:
    ports.orders.commit(trading.apply(order.after, Event.ACCEPT, now=NOW))
    for number in range(3):
        answered(ports, f"before-{number}", NOW - timedelta(minutes=number + 1))
        answered(ports, f"same-{number}", NOW)
        answered(ports, f"after-{number}", NOW + timedelta(minutes=number + 1))
    whole = list(chain.from_iterable(pages(ports, "AAPL", 100)))
    assert whole[:3] == ["after-2", "after-1", "after-0"]
    assert whole[-3:] == ["before-0", "before-1", "before-2"]
    assert set(whole[3:-3]) == {order.after.order_id, "same-0", "same-1", "same-2"}
    for limit in (1, 2, 3, 7, 9):
        assert list(chain.from_iterable(pages(ports, "AAPL", limit))) == whole


def test_nobody_else_can_say_what_became_of_our_own_request(ports: Ports, order: Decision) -> None:
    ours = order.after.order_id
    lie = replace(VERDICT, request_id=ours, valid=False)
    heard(ports, replace(REQUEST, request_id=ours, symbol="MSFT", quantity=Decimal(9)), lie)
    ports.orders.commit(trading.apply(order.after, Event.ACCEPT, now=NOW))
    heard(ports, replace(REQUEST, request_id=ours), lie)
    (trade,) = ports.activity.of_symbol("AAPL", 10, None).items
    assert (trade.group_id, trade.valid, trade.quantity) == (None, True, order.after.quantity)
    assert ports.activity.demand("AAPL", LONG_AGO, AFTERWARDS) == 1
    assert ports.activity.demand("MSFT", LONG_AGO, AFTERWARDS) == 0
