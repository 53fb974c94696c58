"""The exact sums, and the line, its error and its band against numpy and scipy."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add, mul

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lambdas.domain.money import MAX_PRICE, STEP
from lambdas.domain.regression import (
    MICROSECOND,
    Line,
    NotEnoughHistory,
    Sums,
    millionths,
    price_of,
    rounded,
    student_half_width,
)

ORIGIN = datetime(2026, 3, 4, tzinfo=UTC)
DAY_US = 86_400_000_000
DYNAMODB_DIGITS = 38

prices = st.decimals(STEP, MAX_PRICE, places=6)
times = st.integers(-400 * DAY_US, 400 * DAY_US).map(lambda us: ORIGIN + us * MICROSECOND)
points = st.lists(st.tuples(times, prices), max_size=30)


def expected_sums(some: list[tuple[datetime, Decimal]], origin: datetime) -> Sums:
    """Straight from what each sum is called, point by point."""
    total = Sums()
    for at, price in some:
        gone = at - origin
        x = (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds
        y = int(price * 1_000_000)
        total += Sums(n=1, x=x, y=y, xx=x * x, xy=x * y, yy=y * y)
    return total


@given(points)
def test_the_sums_are_what_they_are_called(some: list[tuple[datetime, Decimal]]) -> None:
    assert Sums.of(some, ORIGIN) == expected_sums(some, ORIGIN)


@given(points, st.data())
def test_parts_add_up_to_the_whole_in_any_cut_and_order(
    some: list[tuple[datetime, Decimal]], data: st.DataObject
) -> None:
    parts: list[list[tuple[datetime, Decimal]]] = [[] for _ in range(4)]
    for point in data.draw(st.permutations(some)):
        parts[data.draw(st.integers(0, 3))].append(point)
    assert reduce(add, [Sums.of(part, ORIGIN) for part in parts], Sums()) == Sums.of(some, ORIGIN)


@given(points, st.integers(-800 * DAY_US, 800 * DAY_US))
def test_another_origin_gives_what_counting_from_there_gives(
    some: list[tuple[datetime, Decimal]], by_us: int
) -> None:
    there = ORIGIN + by_us * MICROSECOND
    shifted = Sums.of(some, ORIGIN).shifted(by_us)
    assert shifted == Sums.of(some, there)
    assert shifted.shifted(-by_us) == Sums.of(some, ORIGIN)


def test_no_sum_of_a_day_outgrows_dynamodbs_digits() -> None:
    last, most = DAY_US - 1, millionths(MAX_PRICE)
    ticks = 24 * 60 * 60 * 1000  # one every millisecond, all at the day's end and the highest price
    worst = Sums(
        n=ticks,
        x=ticks * last,
        y=ticks * most,
        xx=ticks * last * last,
        xy=ticks * last * most,
        yy=ticks * most * most,
    )
    one = Sums.of([(ORIGIN + timedelta(days=1) - MICROSECOND, MAX_PRICE)], ORIGIN)
    assert (one.x, one.y) == (last, most)
    digits = {name: len(str(getattr(worst, name))) for name in Sums.__slots__}
    assert max(digits.values()) <= DYNAMODB_DIGITS
    assert digits["yy"] == DYNAMODB_DIGITS  # the first to run out; nothing here is wider than need


def test_a_price_finer_than_we_keep_is_refused_and_never_rounded() -> None:
    assert millionths(Decimal("0.000001")) == 1
    with pytest.raises(ValueError, match="at most 6"):
        millionths(Decimal("0.0000001"))


PRECISE = 1e-9


def sums_of(xs: list[int], ys: list[int]) -> Sums:
    return Sums(
        n=len(xs),
        x=sum(xs),
        y=sum(ys),
        xx=sum(map(mul, xs, xs)),
        xy=sum(map(mul, xs, ys)),
        yy=sum(map(mul, ys, ys)),
    )


def agrees(xs: list[int], ys: list[int], at: int) -> None:
    """The estimate at `at` is the textbook's, computed by numpy in long doubles from the points.

    Both are moved near zero first, in whole numbers, so that the reference itself loses nothing.
    """
    x0, y0 = xs[0], ys[0]
    x = np.array([x - x0 for x in xs], dtype=np.longdouble)
    y = np.array([y - y0 for y in ys], dtype=np.longdouble)
    n, mean_x, mean_y = len(xs), x.mean(), y.mean()
    sxx = ((x - mean_x) ** 2).sum()
    slope = ((x - mean_x) * (y - mean_y)).sum() / sxx
    away = np.longdouble(at - x0) - mean_x
    expected = mean_y + slope * away
    residuals = y - mean_y - slope * (x - mean_x)
    variance = (residuals**2).sum() / (n - 2)
    error = np.sqrt(variance * (1 + 1 / np.longdouble(n) + away**2 / sxx))
    reach = np.longdouble(stats.t.ppf(0.975, n - 2)) * error

    estimate = Line.through(sums_of(xs, ys)).at(at)

    assert estimate.error is not None
    assert estimate.low is not None
    assert estimate.high is not None
    assert float(estimate.price) == pytest.approx(float(expected + y0), rel=PRECISE)
    assert estimate.error == pytest.approx(float(error), rel=PRECISE)
    assert float(estimate.high - estimate.price) == pytest.approx(float(reach), rel=PRECISE)
    assert estimate.price - estimate.low == estimate.high - estimate.price


@pytest.mark.parametrize("seed", range(100))
def test_a_hundred_random_histories(seed: int) -> None:
    chance = random.Random(seed)
    n = chance.randint(3, 2_000)
    xs = sorted(chance.sample(range(30 * DAY_US), n))
    price, ys = chance.uniform(1, 1_000), []
    for _ in xs:
        price = max(0.01, price * (1 + chance.gauss(0, 0.01)))
        ys.append(round(price * 1_000_000))
    agrees(xs, ys, 60 * DAY_US)


def test_a_million_points() -> None:
    rng = np.random.default_rng(7)
    xs = [int(x) for x in np.sort(rng.integers(0, 365 * DAY_US, 1_000_000))]
    ys = [int(y) for y in 190_250_000 + rng.normal(0, 2_000_000, 1_000_000).cumsum() / 1_000]
    agrees(xs, ys, 730 * DAY_US)


def test_prices_that_hardly_move() -> None:
    chance = random.Random(3)
    xs = [minutes * 300_000_000 for minutes in range(8_640)]
    agrees(xs, [190_250_000 + chance.randint(-1, 1) for _ in xs], 60 * DAY_US)


def test_prices_of_a_billion_that_hardly_move() -> None:
    chance = random.Random(4)
    xs = [minutes * 300_000_000 for minutes in range(8_640)]
    agrees(xs, [10**15 + chance.randint(-1, 1) for _ in xs], 60 * DAY_US)


def test_times_far_from_zero() -> None:
    chance = random.Random(5)
    start = (datetime(2199, 1, 1, tzinfo=UTC) - datetime(1, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )
    xs = [start + chance.randint(0, DAY_US) for _ in range(300)]
    agrees(xs, [chance.randint(1, 10**9) for _ in xs], start + 2 * DAY_US)


def test_another_librarys_fit_says_the_same() -> None:
    chance = random.Random(6)
    days = [chance.uniform(0, 30) for _ in range(500)]
    xs = [round(day * DAY_US) for day in days]
    ys = [chance.randint(180_000_000, 200_000_000) for _ in xs]
    fit = stats.linregress(np.array(xs, dtype=float) / DAY_US, np.array(ys, dtype=float))
    at = Line.through(sums_of(xs, ys)).price_at(60 * DAY_US)
    assert float(at) == pytest.approx(fit.intercept + fit.slope * 60, rel=PRECISE)


def test_constant_prices_are_projected_without_doubt() -> None:
    estimate = Line.through(sums_of([0, 5, 9], [7, 7, 7])).at(1_000)
    assert (estimate.price, estimate.error) == (7, 0)
    assert estimate.low == estimate.high == 7


def test_two_points_make_a_line_without_a_band() -> None:
    estimate = Line.through(sums_of([0, 10], [100, 200])).at(20)
    assert estimate.price == 300
    assert (estimate.error, estimate.low, estimate.high) == (None, None, None)


@pytest.mark.parametrize(("xs", "points"), [([], 0), ([5], 1), ([5, 5, 5], 1)])
def test_fewer_than_two_distinct_times_are_no_history(xs: list[int], points: int) -> None:
    with pytest.raises(NotEnoughHistory, match="not enough history") as error:
        Line.through(sums_of(xs, [1] * len(xs)))
    assert error.value.points == points


def test_halves_are_rounded_away_from_zero() -> None:
    halves = [Fraction(k, 2) for k in (-3, -1, 1, 3)]
    assert [rounded(half) for half in halves] == [-2, -1, 1, 2]
    assert price_of(Fraction(190_250_000_5, 10)) == Decimal("190.250001")


FEW = range(1, 60)
AROUND_THE_SWITCH = range(990, 1010)
MANY = (1_999, 8_638, 105_118, 1_000_000, 10**9)


@pytest.mark.parametrize("degrees", [*FEW, 120, 365, *AROUND_THE_SWITCH, *MANY])
def test_the_quantile_is_students(degrees: int) -> None:
    assert student_half_width(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-12)


def test_the_band_narrows_with_every_degree_of_freedom() -> None:
    widths = [student_half_width(degrees) for degrees in range(1, 2_000)]
    assert widths == sorted(widths, reverse=True)
