"""A candle is a function of the ticks of its span, whatever their order, and of nothing else."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.candles import LENGTHS, Candle, Interval, joined, key_of, opened_at, with_tick
from lambdas.domain.market import Tick
from lambdas.domain.money import MAX_PRICE, STEP
from lambdas.domain.sums import MICROSECOND, Sums
from tests.builders import a_tick

MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
spans = {Interval.HOUR: 3_600_000_000, Interval.DAY: 86_400_000_000}


def ticks_of(interval: Interval) -> st.SearchStrategy[list[Tick]]:
    """Ticks of one candle, edges of the span included, no two at one time."""
    at = st.integers(0, spans[interval] - 1).map(lambda us: MIDNIGHT + us * MICROSECOND)
    price = st.decimals(STEP, MAX_PRICE, places=6)
    tick = st.builds(lambda at, price: a_tick(observed_at=at, price=price), at, price)
    return st.lists(tick, min_size=1, max_size=20, unique_by=lambda tick: tick.observed_at)


def candle_of(ticks: Sequence[Tick], interval: Interval) -> Candle:
    candle = None
    for tick in ticks:
        candle = with_tick(candle, tick, interval)
    assert candle is not None
    return candle


def by_definition(ticks: Sequence[Tick], interval: Interval) -> Candle:
    """From the whole history at once, as a chart book says it."""
    history = sorted(ticks, key=lambda tick: tick.observed_at)
    return Candle(
        symbol="AAPL",
        interval=interval,
        opened_at=MIDNIGHT,
        open=history[0].price,
        high=max(tick.price for tick in history),
        low=min(tick.price for tick in history),
        close=history[-1].price,
        first_at=history[0].observed_at,
        last_at=history[-1].observed_at,
        sums=Sums.of([(tick.observed_at, tick.price) for tick in history], MIDNIGHT),
    )


@pytest.mark.parametrize("interval", Interval)
@given(st.data())
def test_a_candle_is_what_the_whole_history_says_in_any_order(
    interval: Interval, data: st.DataObject
) -> None:
    ticks = data.draw(ticks_of(interval))
    shuffled = data.draw(st.permutations(ticks))
    assert candle_of(shuffled, interval) == by_definition(ticks, interval)


@given(ticks_of(Interval.DAY), st.data())
def test_candles_of_parts_join_to_the_candle_of_all(ticks: list[Tick], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(ticks)))
    parts = [candle_of(part, Interval.DAY) for part in (ticks[:cut], ticks[cut:]) if part]
    assert reduce(joined, parts) == by_definition(ticks, Interval.DAY)
    assert reduce(joined, reversed(parts)) == by_definition(ticks, Interval.DAY)


def test_candles_of_different_spans_do_not_join() -> None:
    early, late = (
        candle_of([a_tick(observed_at=MIDNIGHT + timedelta(hours=n))], Interval.HOUR)
        for n in (1, 2)
    )
    with pytest.raises(AssertionError):
        joined(early, late)


@pytest.mark.parametrize("interval", Interval)
def test_a_span_has_its_start_and_not_its_end(interval: Interval) -> None:
    end = MIDNIGHT + LENGTHS[interval]
    assert opened_at(MIDNIGHT, interval) == MIDNIGHT
    assert opened_at(end - MICROSECOND, interval) == MIDNIGHT
    assert opened_at(end, interval) == end
    assert key_of(a_tick(observed_at=end), interval) == ("AAPL", interval, end)
