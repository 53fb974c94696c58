"""The sums of a line are exact, whichever way the points come together."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.money import MAX_PRICE, STEP
from lambdas.domain.sums import MICROSECOND, Sums, millionths

ORIGIN = datetime(2026, 3, 4, tzinfo=UTC)
DAY_US = 86_400_000_000
DYNAMODB_DIGITS = 38

prices = st.decimals(STEP, MAX_PRICE, places=6)
times = st.integers(-400 * DAY_US, 400 * DAY_US).map(lambda us: ORIGIN + us * MICROSECOND)
points = st.lists(st.tuples(times, prices), max_size=30)


def by_definition(some: list[tuple[datetime, Decimal]], origin: datetime) -> Sums:
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
    assert Sums.of(some, ORIGIN) == by_definition(some, ORIGIN)


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
    moved = Sums.of(some, ORIGIN).moved(by_us)
    assert moved == Sums.of(some, there)
    assert moved.moved(-by_us) == Sums.of(some, ORIGIN)


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
