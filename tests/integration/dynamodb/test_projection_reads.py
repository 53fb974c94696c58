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

from lambdas.adapters.activity import DynamoActivityLog
from lambdas.adapters.market import DynamoMarket
from lambdas.adapters.market_items import candle_item, price_item
from lambdas.adapters.orders import DynamoOrders
from lambdas.adapters.wallets import DynamoWallets
from lambdas.domain import candles
from lambdas.domain.candles import Interval
from lambdas.domain.projections import Window
from lambdas.domain.slices import parts, slices
from lambdas.domain.sums import Sums
from lambdas.usecases import project_price
from lambdas.usecases.job_sources import Sources, Task
from lambdas.usecases.project_price import Question
from lambdas.usecases.update_market import update_market
from tests.builders import ALICE, NOW, a_tick
from tests.fakes.aws import heard
from tests.fakes.capacity import size_of
from tests.fakes.dynamo import tables

EVERY = timedelta(minutes=5)
TICK = a_tick(price=Decimal("1234.567891"), source="Nasdaq Real Time Price")
MOMENTS = [NOW.replace(hour=0, minute=1) + k * timedelta(minutes=17) for k in range(85)]
"""All over a day: what a window's edges take depends on the time."""


def bytes_of_tick() -> int:
    return size_of(price_item(TICK).serialize())


def bytes_of_candle(interval: Interval) -> int:
    """A candle full of ticks."""
    candle = candles.with_tick(None, TICK, interval)
    count = candles.LENGTHS[interval] // EVERY
    points = [(candle.opened_at + k * EVERY, TICK.price) for k in range(count)]
    full = replace(candle, sums=Sums.of(points, candle.opened_at))
    return size_of(candle_item(full).serialize())


def units(size: int) -> float:
    return math.ceil(size / 4096) / 2


def units_of_ticks(span: timedelta) -> float:
    return units(span // EVERY * bytes_of_tick())


def units_of_projection(now: datetime, days: int) -> float:
    window = Window(now=now, days=days)
    total = 0.0
    for part in parts(slices(window.start, window.end)):
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
    """The real adapters over a history of three days, and what they ask for."""
    with tables(monkeypatch) as connection:
        found = Sources(
            market=DynamoMarket(connection),
            activity=DynamoActivityLog(),
            orders=DynamoOrders(connection),
            wallets=DynamoWallets(connection),
        )
        ticks = [a_tick(observed_at=NOW - k * timedelta(minutes=47)) for k in range(90)]
        update_market(found.market, ticks)
        asked: list[str] = []
        with heard(lambda operation, _: asked.append(operation)):
            yield found, asked


def test_a_worker_asks_once_for_each_slice_and_joining_for_price_and_demand(
    sources: tuple[Sources, list[str]],
) -> None:
    ports, asked = sources
    question = Question(symbol="AAPL", days=2, quantity=Decimal(1))
    task = Task(account_id=ALICE, question=question, now=NOW)
    (part,) = project_price.plan(task, ports)
    assert asked == ["GetItem"]
    asked.clear()
    partial = project_price.work(task, part, ports)
    assert asked == ["Query"] * len(part) == ["Query"] * 5
    asked.clear()
    answer = project_price.join(task, [partial], ports)
    assert asked == ["GetItem", "Query", "Query"]
    assert answer.projection.points == 2 * 24 * 60 // 47 + 1
