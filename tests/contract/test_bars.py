"""What the port `Market` promises about bars, and `ActivityLog` about purchases."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from lambdas.domain.activity import Trade
from lambdas.domain.charts import Bar, Length, bar_closing, bar_opening
from lambdas.services.market import store_prices
from tests.builders import ZONE, a_tick
from tests.contract.conftest import Ports

MIDNIGHT = datetime(2026, 3, 8, tzinfo=ZONE)
"""Of a day in New York that has 23 hours."""
MINUTE = timedelta(minutes=1)


def store(ports: Ports, hours: int = 30) -> list[tuple[datetime, Decimal]]:
    """A price every ten minutes from 20:00 on the day before."""
    start = MIDNIGHT.timestamp() - 4 * 3600
    prices = [
        (datetime.fromtimestamp(start + 600 * step, ZONE), Decimal(100 + step * 7 % 11))
        for step in range(6 * hours)
    ]
    store_prices(ports.market, [a_tick(observed_at=at, price=price) for at, price in prices])
    return prices


def expected(prices: list[tuple[datetime, Decimal]], length: Length) -> list[Bar]:
    """From all prices at once, newest first."""
    grouped: dict[datetime, list[Decimal]] = {}
    for at, price in prices:
        grouped.setdefault(bar_opening(at, length, ZONE), []).append(price)
    return [
        Bar(
            opened_at=at,
            open=found[0],
            high=max(found),
            low=min(found),
            close=found[-1],
            count=len(found),
        )
        for at, found in sorted(grouped.items(), reverse=True)
    ]


@pytest.mark.parametrize("length", Length)
def test_bars_are_what_the_prices_say_page_by_page(ports: Ports, length: Length) -> None:
    whole = expected(store(ports), length)
    found: list[Bar] = []
    cursor = None
    while True:
        page = ports.market.bars("AAPL", length, None, None, 7, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == whole


def test_a_page_that_would_read_too_much_is_shorter_and_nothing_is_lost(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdas.storage.market.MAX_READ", 8)
    whole = expected(store(ports, hours=5), Length.HALF_HOUR)  # three prices in each
    found: list[Bar] = []
    cursor = None
    while True:
        page = ports.market.bars("AAPL", Length.HALF_HOUR, None, None, 100, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == whole


@pytest.mark.parametrize("length", Length)
def test_a_span_has_the_bars_that_open_in_it_and_each_is_whole(
    ports: Ports, length: Length
) -> None:
    whole = expected(store(ports), length)
    start, end = MIDNIGHT + 7 * MINUTE, MIDNIGHT + 15 * 60 * MINUTE + 7 * MINUTE
    page = ports.market.bars("AAPL", length, start, end, 400, None)
    assert list(page.items) == [bar for bar in whole if start <= bar.opened_at < end]
    assert ports.market.bars("AAPL", length, end, end, 5, None).items == []


def test_every_day_begins_with_a_bar_of_its_own() -> None:
    before, after = MIDNIGHT - MINUTE, MIDNIGHT + 24 * 60 * MINUTE
    for length in Length:
        assert bar_closing(bar_opening(before, length, ZONE), length, ZONE) == MIDNIGHT
        assert bar_opening(MIDNIGHT, length, ZONE) == MIDNIGHT
        assert bar_opening(after, length, ZONE) == after


def test_purchases_are_the_valid_ones_of_a_span_newest_first(ports: Ports) -> None:
    def buy(number: int, **changes: object) -> Trade:
        values = {
            "request_id": f"r{number}",
            "group_id": "13",
            "symbol": "AAPL",
            "quantity": Decimal(number),
            "valid": True,
            "requested_at": MIDNIGHT,
            "validated_at": MIDNIGHT + number * MINUTE,
        }
        trade = Trade(**(values | changes))  # type: ignore[arg-type]
        ports.activity.record_trade(trade)
        return trade

    trades = [buy(number) for number in range(1, 6)]
    buy(7, valid=False, validated_at=trades[2].validated_at)
    buy(8, symbol="IBM", validated_at=trades[2].validated_at)
    start, end = MIDNIGHT + 2 * MINUTE, MIDNIGHT + 5 * MINUTE
    found = ports.activity.purchases("AAPL", start, end, 10)
    assert [trade.request_id for trade in found] == ["r4", "r3", "r2"]
    assert len(ports.activity.purchases("AAPL", start, end, 2)) == 2
