"""The projection by the formula of docs/projection.md, and the slices of history that it reads."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.market import INTERVAL_LENGTHS, Interval, opening_of
from lambdas.domain.projection import (
    CHART_POINTS,
    MAX_ITEMS,
    Projection,
    Slice,
    Window,
    coverage_of,
    deal_slices,
    enough_from,
    project,
    slices,
    weight_of,
)
from lambdas.domain.regression import MICROSECOND, NotEnoughHistory, Sums
from tests.builders import NOW, ZONE

WINDOW = Window(now=NOW, days=10)
START = NOW - timedelta(days=10)


def rising(*, purchases: int = 45, quantity: str = "2", latest: str = "110") -> Projection:
    """100 ten days ago, a dollar more with each day, never off the line."""
    points = [(START + timedelta(days=day), Decimal(100 + day)) for day in range(11)]
    return project(
        WINDOW,
        Sums.of(points, START),
        purchases=purchases,
        quantity=Decimal(quantity),
        latest=Decimal(latest),
    )


def test_a_line_goes_on_as_long_again_as_it_came() -> None:
    result = rising()
    assert (result.raw.at, result.raw.price) == (NOW + timedelta(days=10), Decimal(120))
    assert result.per_day == 1
    assert (result.raw.error, result.raw.low, result.raw.high) == (0, 120, 120)


@pytest.mark.parametrize(
    ("purchases", "expected"), [(0, "0.1"), (45, "1"), (46, "1.02"), (95, "2"), (1_000, "20.1")]
)
def test_demand_weighs_as_the_groups_have_agreed(purchases: int, expected: str) -> None:
    assert weight_of(purchases) == 1 + (5 + Decimal(purchases) - 50) / 50
    result = rising(purchases=purchases)
    assert result.weight == Decimal(expected)
    assert result.price == 120 * Decimal(expected)
    assert result.value_minor == 2 * 120_00 * Decimal(expected)


def test_the_gain_is_against_what_the_quantity_costs_now() -> None:
    result = rising(quantity="0.5", latest="118.999999")
    assert (result.value_minor, result.gain_minor) == (60_00, 50)


def test_a_fall_is_told_as_it_is_even_below_zero() -> None:
    points = [(START, Decimal(3)), (START + timedelta(days=5), Decimal(1))]
    result = project(
        WINDOW, Sums.of(points, START), purchases=45, quantity=Decimal(1), latest=Decimal(1)
    )
    assert result.raw.price == -5
    assert (result.value_minor, result.gain_minor) == (-5_00, -6_00)
    assert (result.raw.error, result.raw.low, result.raw.high) == (None, None, None)
    assert (result.raw_value_minor, result.raw_gain_minor) == (-5_00, -6_00)
    assert result.below_zero_from is not None
    below = [point.at for point in result.chart if point.price < 0]
    assert below == [point.at for point in result.chart if point.at >= result.below_zero_from]


def test_the_raw_gain_is_that_of_the_line_and_the_weighted_one_that_of_demand() -> None:
    result = rising(purchases=0, latest="110")
    assert (result.raw_value_minor, result.raw_gain_minor) == (240_00, 20_00)
    assert (result.value_minor, result.gain_minor) == (24_00, -196_00)
    assert result.below_zero_from is None


@pytest.mark.parametrize(
    ("hours", "days", "is_enough", "longest"),
    [
        (10 * 24, 10, True, 10),
        (9 * 24, 9, True, 10),
        (9 * 24 - 1, 8, False, 9),
        (24, 1, False, 1),
        (22, 0, False, 1),
        (21, 0, False, None),
        (0, 0, False, None),
    ],
)
def test_history_must_cover_most_of_the_asked_days(
    hours: int, days: int, is_enough: bool, longest: int | None
) -> None:
    found = coverage_of(WINDOW, NOW - timedelta(hours=hours))
    assert (found.days, found.is_enough, found.longest_days) == (days, is_enough, longest)
    if longest is not None:
        again = coverage_of(Window(now=NOW, days=longest), found.first_at)
        assert again.is_enough


def test_the_chart_spans_the_history_and_as_long_again() -> None:
    chart = rising().chart
    assert len(chart) == CHART_POINTS
    assert (chart[0].at, chart[-1].at) == (WINDOW.start, WINDOW.target)
    assert (chart[0].price, chart[-1].price) == (100, 120)


def test_the_window_holds_a_price_of_this_very_moment() -> None:
    assert WINDOW.end - MICROSECOND == NOW
    assert WINDOW.start == START


@pytest.mark.parametrize(("points", "minutes"), [(0, 10), (1, 5)])
def test_without_history_it_is_said_from_when_on_there_will_be(points: int, minutes: int) -> None:
    assert enough_from(NotEnoughHistory(points), NOW) == NOW + timedelta(minutes=minutes)


EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
times = st.integers(0, 800 * 86_400_000_000).map(lambda us: EPOCH + timedelta(microseconds=us))


@given(times, times)
def test_slices_are_the_window_and_nothing_twice(one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    whole = slices(start, end, ZONE)
    assert len(whole) <= 5
    if start == end:
        assert whole == []
        return
    assert (whole[0].start, whole[-1].end) == (start, end)
    assert all(a.end == b.start for a, b in pairwise(whole))
    assert all(piece.start < piece.end for piece in whole)


@given(times, times)
def test_candles_are_read_whole_and_only_minutes_as_ticks(one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    for piece in slices(start, end, ZONE):
        if piece.interval is None:
            assert piece.end - piece.start < 2 * INTERVAL_LENGTHS[Interval.HOUR]
        else:
            assert opening_of(piece.start, piece.interval, ZONE) == piece.start
            assert opening_of(piece.end, piece.interval, ZONE) == piece.end


@given(times, times, st.integers(1, 200))
def test_workers_get_all_of_it_and_none_gets_much(
    one: datetime, other: datetime, most: int
) -> None:
    start, end = sorted((one, other))
    dealt = deal_slices(slices(start, end, ZONE), most)
    flat = [piece for part in dealt for piece in part]
    assert all(a.end == b.start for a, b in pairwise(flat))
    if start != end:
        assert (flat[0].start, flat[-1].end) == (start, end)
    for part in dealt:
        assert len(part) == 1 or sum(piece.items for piece in part) <= most


def test_a_month_is_one_workers_work_and_a_year_that_of_five() -> None:
    now = datetime(2026, 11, 24, 17, 33, 21, 5, tzinfo=UTC)

    def workers(days: int) -> int:
        return len(deal_slices(slices(now - timedelta(days=days), now, ZONE), MAX_ITEMS))

    assert (workers(1), workers(30), workers(90), workers(365)) == (1, 1, 3, 5)


def test_a_window_within_an_hour_is_ticks_alone() -> None:
    start = EPOCH + timedelta(minutes=10)
    end = start + timedelta(minutes=20)
    assert slices(start, end, ZONE) == [Slice(start=start, end=end, interval=None)]
