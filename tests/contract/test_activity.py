"""The port `ActivityLog`: requests and answers are recorded once, in any order of arrival, and
answered requests can be counted and listed.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, permutations

import pytest

from lambdas.domain.activity import GroupRequest, Trade, Validation
from lambdas.domain.errors import InvalidInput
from lambdas.domain.regression import MICROSECOND
from tests.builders import NOW
from tests.contract.conftest import Ports

REQUEST = GroupRequest(
    request_id="r", group_id="13", symbol="AAPL", quantity=Decimal("2.5"), requested_at=NOW
)
VALIDATION = Validation(request_id="r", group_id="13", valid=True, received_at=NOW)
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


def record(ports: Ports, *messages: GroupRequest | Validation) -> None:
    for message in messages:
        if isinstance(message, GroupRequest):
            ports.activity.record_request(message)
        else:
            ports.activity.record_validation(message)


def answered(
    ports: Ports, request_id: str, at: datetime = NOW, symbol: str = "AAPL", valid: bool = True
) -> None:
    record(
        ports,
        replace(REQUEST, request_id=request_id, symbol=symbol),
        replace(VALIDATION, request_id=request_id, received_at=at, valid=valid),
    )


@pytest.mark.parametrize("order", list(permutations([REQUEST, VALIDATION])))
def test_request_and_answer_are_stored_whichever_comes_first(
    ports: Ports, order: tuple[GroupRequest | Validation, ...]
) -> None:
    record(ports, *order, *order)
    assert list(ports.activity.of_symbol("AAPL", 10, None).items) == [TRADE]


@pytest.mark.parametrize("half", [REQUEST, VALIDATION])
def test_a_request_or_an_answer_alone_is_neither_listed_nor_counted(
    ports: Ports, half: GroupRequest | Validation
) -> None:
    record(ports, half)
    assert ports.activity.of_symbol("AAPL", 10, None).items == []
    assert ports.activity.feed(NOW - timedelta(days=1), NOW + timedelta(1), 10, None).items == []
    assert ports.activity.demand("AAPL", LONG_AGO, AFTERWARDS) == 0


def test_the_first_of_each_stays(ports: Ports) -> None:
    record(
        ports,
        REQUEST,
        replace(REQUEST, symbol="MSFT", quantity=Decimal(9)),
        VALIDATION,
        replace(VALIDATION, valid=False, received_at=NOW + timedelta(hours=1)),
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
    record(ports, replace(VALIDATION, request_id="unknown request", received_at=NOW - times[0]))
    assert pages(ports, None, 3) == [["r0", "r1", "r2"], ["r3"]]
    assert pages(ports, None, 1) == [["r0"], ["r1"], ["r2"], ["r3"]]
    assert pages(ports, None, 4) == [["r0", "r1", "r2", "r3"]]


def test_answers_at_the_same_time_are_all_listed_whatever_the_page_size(ports: Ports) -> None:
    for number in range(5):
        answered(ports, f"r{number}", NOW - timedelta(microseconds=1))
    for limit in (1, 2, 4):
        for symbol in (None, "AAPL"):
            found = chain.from_iterable(pages(ports, symbol, limit))
            assert sorted(found) == [f"r{number}" for number in range(5)]


def test_a_cursor_before_the_span_gives_an_empty_page(ports: Ports) -> None:
    for number in range(3):
        answered(ports, f"r{number}", NOW - timedelta(hours=number + 1))
    start = NOW - timedelta(days=1)
    cursor = ports.activity.feed(start, NOW, 2, None).next_cursor
    later = NOW + timedelta(days=2)
    assert ports.activity.feed(later - timedelta(days=1), later, 2, cursor).items == []


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "AAAA", "é", "a" * 4000])
def test_an_invalid_cursor_is_invalid_input(ports: Ports, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        ports.activity.of_symbol("AAPL", 5, cursor)
    with pytest.raises(InvalidInput):
        ports.activity.feed(NOW - timedelta(days=1), NOW, 5, cursor)


OURS = replace(TRADE, request_id="ours", group_id="3")


def test_our_trade_is_recorded_once_and_counts_as_demand(ports: Ports) -> None:
    for _ in range(2):
        ports.activity.record_trade(OURS)
    assert list(ports.activity.of_symbol("AAPL", 10, None).items) == [OURS]
    assert list(ports.activity.feed(NOW, AFTERWARDS, 10, None).items) == [OURS]
    assert ports.activity.demand("AAPL", NOW, AFTERWARDS) == 1


def test_our_trades_and_those_of_others_are_one_list_by_time_whatever_the_page(
    ports: Ports,
) -> None:
    ports.activity.record_trade(OURS)
    for number in range(3):
        answered(ports, f"before-{number}", NOW - timedelta(minutes=number + 1))
        answered(ports, f"same-{number}", NOW)
        answered(ports, f"after-{number}", NOW + timedelta(minutes=number + 1))
    everything = list(chain.from_iterable(pages(ports, "AAPL", 100)))
    assert everything[:3] == ["after-2", "after-1", "after-0"]
    assert everything[-3:] == ["before-0", "before-1", "before-2"]
    assert set(everything[3:-3]) == {"ours", "same-0", "same-1", "same-2"}
    for limit in (1, 2, 3, 7, 9):
        assert list(chain.from_iterable(pages(ports, "AAPL", limit))) == everything


def test_nobody_else_can_record_what_became_of_our_request(ports: Ports) -> None:
    lie = replace(VALIDATION, request_id="ours", valid=False)
    request = replace(REQUEST, request_id="ours", symbol="MSFT", quantity=Decimal(9))
    record(ports, request, lie)
    ports.activity.record_trade(OURS)
    record(ports, request, lie)
    assert list(ports.activity.of_symbol("AAPL", 10, None).items) == [OURS]
    assert ports.activity.of_symbol("MSFT", 10, None).items == []
    assert ports.activity.demand("AAPL", LONG_AGO, AFTERWARDS) == 1
    assert ports.activity.demand("MSFT", LONG_AGO, AFTERWARDS) == 0
