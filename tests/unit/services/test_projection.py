"""A projection read from candles and a few ticks equals that of all ticks of its window."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.domain.activity import GroupRequest, Trade, Validation
from lambdas.domain.errors import NotFound
from lambdas.domain.jobs import CannotFinish
from lambdas.domain.market import Tick
from lambdas.domain.projection import Projection, Window, project
from lambdas.domain.regression import MICROSECOND, Sums
from lambdas.services import projection
from lambdas.services.jobs import JobSources, Task
from lambdas.services.market import store_prices
from lambdas.services.projection import Parameters
from tests.builders import ALICE, NOW, a_tick
from tests.fakes.memory import MemoryActivityLog, MemoryStore
from tests.fakes.sources import memory_sources


def with_ticks(*ticks: Tick) -> JobSources:
    sources = memory_sources(MemoryStore())
    store_prices(sources.market, ticks)
    return sources


def task(days: int, now: datetime = NOW, quantity: str = "2") -> Task[Parameters]:
    parameters = Parameters(symbol="AAPL", days=days, quantity=Decimal(quantity))
    return Task(account_id=ALICE, parameters=parameters, now=now)


def projected(asked: Task[Parameters], sources: JobSources) -> Projection:
    """All steps, one after the other."""
    parts = projection.plan(asked, sources)
    partials = [projection.work(asked, part, sources) for part in parts]
    return projection.join(asked, partials, sources).projection


def from_all_ticks(asked: Task[Parameters], ticks: Sequence[Tick], latest: Decimal) -> Projection:
    window = Window(now=asked.now, days=asked.parameters.days)
    inside = [t for t in ticks if window.start <= t.observed_at <= window.now]
    return project(
        window,
        Sums.of([(t.observed_at, t.price) for t in inside], window.start),
        purchases=0,
        quantity=asked.parameters.quantity,
        latest=latest,
    )


def a_history(start: datetime, end: datetime, step: timedelta, seed: int) -> list[Tick]:
    chance = random.Random(seed)
    ticks, at = [], start
    while at <= end:
        price = Decimal(chance.randint(180_000_000, 200_000_000)).scaleb(-6)
        ticks.append(a_tick(observed_at=at, received_at=at, price=price))
        at += step + timedelta(microseconds=chance.randint(0, 10**8))
    return ticks


@pytest.mark.parametrize("days", [1, 2, 30])
def test_it_equals_the_projection_of_all_ticks_of_the_window(days: int) -> None:
    start = NOW - timedelta(days=days + 2)
    ticks = a_history(start, NOW + timedelta(minutes=4), timedelta(minutes=17), days)
    sources = with_ticks(*ticks)
    assert projected(task(days), sources) == from_all_ticks(task(days), ticks, ticks[-1].price)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 86_400_000_000), st.integers(1, 3), st.integers(0, 10**6))
def test_at_any_time_of_request(microseconds: int, days: int, seed: int) -> None:
    now = NOW + timedelta(microseconds=microseconds)
    ticks = a_history(now - timedelta(days=4), now, timedelta(hours=1), seed)
    # On both edges of the window, and just outside of it.
    edges = (now, now - timedelta(days=days), now - timedelta(days=days) - MICROSECOND)
    known = {tick.observed_at for tick in ticks}
    ticks += [a_tick(observed_at=at, received_at=at) for at in edges if at not in known]
    sources = with_ticks(*ticks)
    latest = max(ticks, key=lambda tick: tick.observed_at).price
    asked = task(days, now)
    assert projected(asked, sources) == from_all_ticks(asked, ticks, latest)


def test_late_and_repeated_ticks_count_once() -> None:
    ticks = a_history(NOW - timedelta(days=3), NOW, timedelta(hours=2), 1)
    shuffled = random.Random(2).sample(ticks, len(ticks))
    sources = with_ticks(*shuffled, *ticks[::3])
    assert projected(task(2), sources) == from_all_ticks(task(2), ticks, ticks[-1].price)


def bought(store: MemoryStore, number: int, ago: timedelta, symbol: str = "AAPL") -> None:
    """A purchase, by us or by group 13."""
    name = str(number)
    if number % 2:
        store.trades[name] = Trade(
            request_id=name,
            group_id="3",
            symbol=symbol,
            quantity=Decimal(9),
            valid=True,
            requested_at=NOW - ago,
            validated_at=NOW - ago,
        )
    else:
        record(store, name, ago, symbol, valid=True)


def record(store: MemoryStore, name: str, ago: timedelta, symbol: str, *, valid: bool) -> None:
    at = NOW - ago
    store.requests[name] = GroupRequest(
        request_id=name, group_id="13", symbol=symbol, quantity=Decimal(9), requested_at=at
    )
    store.validations[name] = Validation(
        request_id=name, group_id="13", valid=valid, received_at=at
    )


def test_demand_is_the_valid_purchases_of_all_groups_in_seven_days() -> None:
    week = timedelta(days=7)
    sources = with_ticks(*a_history(NOW - timedelta(days=2), NOW, timedelta(hours=5), 1))
    assert isinstance(sources.activity, MemoryActivityLog)
    store = sources.activity.store
    for number in (1, 2):  # of each, we buy one and another group the other
        bought(store, number, timedelta(0))
        bought(store, number + 10, week)
        bought(store, number + 20, week + MICROSECOND)
        bought(store, number + 30, timedelta(days=1), "MSFT")
        bought(
            store, number + 40, -MICROSECOND
        )  # after it was asked for: a later run counts the same
    record(store, "refused", timedelta(days=1), "AAPL", valid=False)
    found = projected(task(1), sources)
    assert found.purchases == 4
    assert found.weight == Decimal("0.18")  # (5 + 4) / 50


@pytest.mark.parametrize("count", [0, 1])
def test_too_little_history_names_the_time_when_there_will_be_enough(count: int) -> None:
    before = NOW - timedelta(days=50)
    ticks = [a_tick(observed_at=before), *[a_tick() for _ in range(count)]]
    with pytest.raises(CannotFinish) as error:
        projected(task(30), with_ticks(*ticks))
    reason = error.value.reason
    assert reason.code == "not_enough_history"
    assert "not enough history" in reason.message
    assert reason.retry_at == NOW + (2 - count) * timedelta(minutes=5)
    assert f"{reason.retry_at:%H:%M} UTC" in reason.message


def test_an_unknown_company_fails_before_any_worker_starts() -> None:
    with pytest.raises(NotFound):
        projection.plan(task(1), with_ticks())


@pytest.mark.parametrize("days", [1, 3, 30])
def test_the_coverage_counts_from_the_first_price_of_the_window(days: int) -> None:
    ticks = a_history(NOW - timedelta(days=20), NOW, timedelta(minutes=43), days)
    sources, asked = with_ticks(*ticks), task(days)
    partials = [projection.work(asked, part, sources) for part in projection.plan(asked, sources)]
    found = projection.join(asked, partials, sources).coverage
    start = NOW - timedelta(days=days)
    assert found.first_at == min(t.observed_at for t in ticks if t.observed_at >= start)
    assert found.is_enough is (days < 30)
    assert found.longest_days == min(days, 22)
