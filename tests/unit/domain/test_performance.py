"""The worth of an account over time, and the time-weighted return.

Oracles are from the test suite of Portfolio Performance (ClientIndexTest).
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.market import Interval, opening_of
from lambdas.domain.performance import (
    MAX_POINTS,
    Flow,
    PriceAt,
    Range,
    Span,
    Step,
    annualised,
    flows_within,
    grid_of,
    prices_at,
    span_of,
    sums_at,
    time_weighted,
)
from tests.builders import NOW, ZONE

DAY = timedelta(days=1)

DAYS = [  # deposit in the morning, interest or fees during the day, withdrawal in the evening
    (10_000_00, 0, 0),
    (0, 230_00, 0),
    (200_00, 200_00, 0),
    (0, -234_41, 400_00),
    (0, 293_99, 0),
    (0, 293_99, 0),
    (5_400_00, 195_99, 0),
    (0, -882_52, 3_697_04),
    (0, -1_003_85, 0),
]
ACCUMULATED = [
    0,
    0.023,
    0.042616491,
    0.019624983,
    0.049614163,
    0.079603343,
    0.092841403,
    0.03323197,
    -0.056182678,
]


def evenings(days: list[tuple[int, int, int]]) -> list[Decimal | None]:
    """The return at the end of each day."""
    steps = []
    worth = 0
    for deposit, interest, withdrawal in days:
        steps.append(Step(worth_minor=worth, flow_minor=deposit))
        worth += deposit + interest
        steps.append(Step(worth_minor=worth, flow_minor=-withdrawal))
        worth -= withdrawal
    return time_weighted(0, steps)[1::2]


def test_the_returns_of_portfolio_performances_sample() -> None:
    assert [float(it or 0) for it in evenings(DAYS)] == pytest.approx(ACCUMULATED, abs=1e-8)


def test_a_deposit_on_the_last_day_is_neutral() -> None:
    after = evenings([*DAYS, (77_777_77, 0, 0)])[-1]
    assert float(after or 0) == pytest.approx(ACCUMULATED[-1], abs=1e-8)


def test_an_empty_account_has_a_return_of_zero() -> None:
    assert time_weighted(0, [Step(worth_minor=0)] * 3) == [0, 0, 0]


def test_after_a_flow_at_an_unknown_worth_no_return_is_known() -> None:
    steps = [
        Step(worth_minor=0, flow_minor=100),
        Step(worth_minor=None),
        Step(worth_minor=110),
        Step(worth_minor=None, flow_minor=5),
        Step(worth_minor=200),
    ]
    assert time_weighted(0, steps) == [0, None, Decimal("0.1"), None, None]


prices = st.lists(st.integers(50, 200), min_size=2, max_size=20)


@given(prices, st.data())
def test_an_investment_into_an_index_returns_what_the_index_does(
    index: list[int], data: st.DataObject
) -> None:
    """Whatever is added and taken out in between, as long as something stays."""
    shares = 1_000
    steps = [Step(worth_minor=0, flow_minor=shares * index[0])]
    for price in index[1:]:
        change = data.draw(st.integers(1 - shares, 5_000))
        steps.append(Step(worth_minor=shares * price, flow_minor=change * price))
        shares += change
    found = time_weighted(0, steps)
    for price, value in zip(index, found, strict=True):
        assert value is not None
        assert float(value) == pytest.approx(price / index[0] - 1, abs=1e-12)


def test_a_return_is_never_annualised_below_one_year() -> None:
    assert annualised(Decimal("0.05"), 365 * DAY - timedelta(seconds=1)) is None
    assert annualised(Decimal("0.05"), 365 * DAY) == Decimal("0.05")
    twice = annualised(Decimal("0.21"), 730 * DAY)
    assert twice is not None
    assert float(twice) == pytest.approx(0.1)
    assert annualised(Decimal(-1), 730 * DAY) is None


@pytest.mark.parametrize(
    ("asked", "age", "step"),
    [
        (Range.WEEK, 400 * DAY, timedelta(hours=1)),
        (Range.MONTH, 400 * DAY, timedelta(hours=2)),
        (Range.QUARTER, 400 * DAY, DAY),
        (Range.YEAR, 900 * DAY, DAY),
        (Range.ALL, 3 * DAY, timedelta(hours=1)),
        (Range.ALL, 900 * DAY, 3 * DAY),
    ],
)
def test_points_are_as_fine_as_fits(asked: Range, age: timedelta, step: timedelta) -> None:
    span = span_of(asked, NOW - age, NOW)
    grid = grid_of(span, ZONE)
    assert len(grid.times) <= MAX_POINTS - 2
    steps = {later - earlier for earlier, later in pairwise(grid.times)}
    assert max(steps) - step <= timedelta(hours=1)  # a day may have 25 hours
    assert step in steps


@given(st.integers(1, 2_000 * 24), st.sampled_from(Range))
def test_points_lie_within_the_span_at_ends_of_candles(hours: int, asked: Range) -> None:
    span = span_of(asked, NOW - timedelta(hours=hours, minutes=7), NOW)
    grid = grid_of(span, ZONE)
    assert len(grid.times) <= MAX_POINTS - 2
    assert all(span.start < at < span.now for at in grid.times)
    assert all(opening_of(at, grid.interval, ZONE) == at for at in grid.times)
    assert list(grid.times) == sorted(set(grid.times))


def test_a_range_begins_no_earlier_than_the_account() -> None:
    assert span_of(Range.WEEK, NOW - 3 * DAY, NOW) == Span(
        start=NOW - 3 * DAY, now=NOW, is_whole=True
    )
    assert span_of(Range.WEEK, NOW - 30 * DAY, NOW).is_whole is False
    assert span_of(Range.ALL, NOW - 30 * DAY, NOW).start == NOW - 30 * DAY


def test_the_flows_of_a_span_are_those_after_its_start_and_the_first_of_the_account() -> None:
    flows = [Flow(at=NOW - back * DAY, amount_minor=back) for back in (0, 7, 9)]
    assert [
        f.amount_minor for f in flows_within(flows, span_of(Range.WEEK, NOW - 9 * DAY, NOW))
    ] == [0]
    assert [
        f.amount_minor for f in flows_within(flows, span_of(Range.ALL, NOW - 9 * DAY, NOW))
    ] == [
        9,
        7,
        0,
    ]


def test_a_price_holds_until_the_next_one_is_known() -> None:
    known = [PriceAt(known_at=NOW + DAY, price=Decimal(2)), PriceAt(known_at=NOW, price=Decimal(1))]
    times = [NOW - DAY, NOW, NOW + DAY / 2, NOW + DAY]
    assert prices_at(known, times) == [None, 1, 1, 2]


def test_sums_include_the_changes_of_their_time() -> None:
    assert sums_at([(NOW, 5), (NOW - DAY, 3)], [NOW - 2 * DAY, NOW - DAY, NOW]) == [0, 3, 8]


def test_an_hour_of_history_has_no_day() -> None:
    start = datetime(2026, 3, 4, 15, 10, tzinfo=UTC)
    span = Span(start=start, now=start + timedelta(minutes=40), is_whole=True)
    assert grid_of(span, ZONE).times == ()
    assert grid_of(span, ZONE).interval is Interval.HOUR
