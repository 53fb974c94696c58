"""What the ports `Market` and `ActivityLog` promise."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from lambdas.domain.errors import StaleDecision
from tests.builders import NOW, a_quote, a_tick
from tests.contract.conftest import Ports


def test_the_board_is_all_quotes_by_symbol(ports: Ports) -> None:
    quotes = [a_quote(symbol=symbol) for symbol in ("MSFT", "AAPL", "BRK.B")]
    ports.market.replace([(None, quote) for quote in quotes])
    assert [quote.symbol for quote in ports.market.board()] == ["AAPL", "BRK.B", "MSFT"]
    assert ports.market.quote("MSFT") == quotes[0]
    assert ports.market.quote("NONE") is None
    assert ports.market.quotes(["AAPL", "NONE"]) == {"AAPL": quotes[1]}
    assert ports.market.quotes([]) == {}


def test_every_field_of_a_quote_survives(ports: Ports) -> None:
    quote = a_quote(
        name='A "name", with commas',
        source="Nasdaq",
        price=Decimal("0.000001"),
        previous_price=Decimal("999999.999999"),
        previous_at=NOW - timedelta(days=3),
    )
    ports.market.replace([(None, quote)])
    assert ports.market.quote("AAPL") == quote


def test_a_quote_that_changed_meanwhile_is_not_replaced_nor_is_any_beside_it(ports: Ports) -> None:
    before = a_quote()
    newer = replace(before, observed_at=NOW, price=Decimal(200))
    ports.market.replace([(None, before)])
    ports.market.replace([(before, newer)])
    beside = a_quote(symbol="MSFT")
    with pytest.raises(StaleDecision):
        ports.market.replace([(None, beside), (before, replace(before, price=Decimal(1)))])
    assert list(ports.market.board()) == [newer]


def test_more_quotes_than_one_transaction_takes_are_replaced(ports: Ports) -> None:
    quotes = [a_quote(symbol=f"S{number:03d}") for number in range(230)]
    ports.market.replace([(None, quote) for quote in quotes])
    assert list(ports.market.board()) == quotes
    assert len(ports.market.quotes([quote.symbol for quote in quotes])) == 230


def test_history_is_newest_first_between_two_times_by_pages(ports: Ports) -> None:
    ticks = [a_tick(observed_at=NOW - timedelta(minutes=minute)) for minute in range(60)]
    ports.market.record([*ticks, a_tick(symbol="MSFT")])
    start, end = NOW - timedelta(minutes=40), NOW - timedelta(minutes=10)
    first = ports.market.history("AAPL", start, end, 20, None)
    second = ports.market.history("AAPL", start, end, 20, first.next_cursor)
    assert [*first.items, *second.items] == ticks[11:41]
    assert second.next_cursor is None
    assert ports.market.history("AAPL", None, None, 1, None).items == [ticks[0]]
    assert ports.market.history("AAPL", None, end, 1, None).items == [ticks[11]]
    assert ports.market.history("AAPL", NOW, None, 5, None).items == [ticks[0]]


def test_the_same_ticks_again_change_nothing(ports: Ports) -> None:
    ticks = [a_tick(), a_tick(price=Decimal(7)), a_tick()]
    ports.market.record(ticks)
    ports.market.record(ticks)
    assert list(ports.market.history("AAPL", None, None, 10, None).items) == ticks[:1]
