"""What a projection reads, in DynamoDB's own units: at most a tenth of reading its ticks.

An eventually consistent query costs half a unit for each 4 kB of what it reads, rounded up.
Items are measured as they are really written; a history of a year is counted, not stored.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from lambdas.domain.market import INTERVAL_LENGTHS, Interval, candle_with_tick
from lambdas.domain.projection import Window, deal_slices, slices
from lambdas.domain.regression import Sums
from lambdas.services import projection
from lambdas.services.jobs import Task
from lambdas.services.market import store_prices
from lambdas.services.projection import Parameters
from lambdas.storage.accounts import DynamoAccounts
from lambdas.storage.activity import DynamoActivityLog
from lambdas.storage.market import DynamoMarket, candle_item, price_item
from lambdas.storage.orders import DynamoOrders
from tests.builders import ALICE, NOW, ZONE, a_tick
from tests.fakes.aws import heard
from tests.fakes.capacity import size_of
from tests.fakes.dynamo import tables
from tests.fakes.memory import MemoryStore
from tests.fakes.sources import Sources, memory_sources

EVERY = timedelta(minutes=5)
TICK = a_tick(price=Decimal("1234.567891"), source="Nasdaq Real Time Price")
MOMENTS = [NOW.replace(hour=0, minute=1) + k * timedelta(minutes=17) for k in range(85)]
"""All over a day: what a window's edges take depends on the time."""


def bytes_of_tick() -> int:
    return size_of(price_item(TICK).serialize())


def bytes_of_candle(interval: Interval) -> int:
    """A candle full of ticks."""
    candle = candle_with_tick(None, TICK, interval, ZONE)
    count = INTERVAL_LENGTHS[interval] // EVERY
    points = [(candle.opened_at + k * EVERY, TICK.price) for k in range(count)]
    full = replace(candle, sums=Sums.of(points, candle.opened_at))
    return size_of(candle_item(full, version=0).serialize())


def units(size: int) -> float:
    return math.ceil(size / 4096) / 2


def units_of_ticks(span: timedelta) -> float:
    return units(span // EVERY * bytes_of_tick())


def units_of_projection(now: datetime, days: int) -> float:
    window = Window(now=now, days=days)
    total = 0.0
    for part in deal_slices(slices(window.start, window.end, ZONE)):
        for piece in part:
            if piece.interval is None:
                total += units_of_ticks(piece.end - piece.start)
            else:
                total += units(piece.items * bytes_of_candle(piece.interval))
    return total


@pytest.mark.parametrize(("days", "at_most"), [(30, 4), (90, 6), (365, 14)])
def test_a_projection_reads_at_most_a_tenth_of_its_ticks(days: int, at_most: float) -> None:
    worst = max(units_of_projection(moment, days) for moment in MOMENTS)
    raw = units_of_ticks(timedelta(days=days))
    assert worst <= at_most
    assert worst <= raw / 10


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Sources, list[str]]]:
    """The DynamoDB ports over a history of three days, and their calls."""
    with tables(monkeypatch) as connection:
        ports = replace(
            memory_sources(MemoryStore()),
            market=DynamoMarket(connection, ZONE),
            activity=DynamoActivityLog(connection),
            orders=DynamoOrders(connection),
            accounts=DynamoAccounts(connection),
        )
        ticks = [a_tick(observed_at=NOW - k * timedelta(minutes=47)) for k in range(90)]
        store_prices(ports.market, ticks)
        calls: list[str] = []
        with heard(lambda operation, _: calls.append(operation)):
            yield ports, calls


def test_a_worker_makes_one_query_for_each_slice_and_joining_reads_price_and_demand(
    sources: tuple[Sources, list[str]],
) -> None:
    ports, calls = sources
    parameters = Parameters(symbol="AAPL", days=2, quantity=Decimal(1))
    task = Task(account_id=ALICE, parameters=parameters, now=NOW)
    (part,) = projection.plan(task, ports)
    assert calls == ["GetItem"]
    calls.clear()
    partial = projection.work(task, part, ports)
    assert calls == ["Query"] * len(part) == ["Query"] * 5
    calls.clear()
    answer = projection.join(task, [partial], ports)
    assert calls == ["GetItem", "Query"]
    assert answer.projection.points == 2 * 24 * 60 // 47 + 1
