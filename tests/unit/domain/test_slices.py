"""Whatever the window, its slices are the window."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.candles import LENGTHS, Interval, opened_at
from lambdas.domain.slices import MOST_ITEMS, Slice, parts, slices

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
times = st.integers(0, 800 * 86_400_000_000).map(lambda us: EPOCH + timedelta(microseconds=us))


@given(times, times)
def test_slices_are_the_window_and_nothing_twice(one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    whole = slices(start, end)
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
    for piece in slices(start, end):
        if piece.interval is None:
            assert piece.end - piece.start < 2 * LENGTHS[Interval.HOUR]
        else:
            assert opened_at(piece.start, piece.interval) == piece.start
            assert opened_at(piece.end, piece.interval) == piece.end


@given(times, times, st.integers(1, 200))
def test_workers_get_all_of_it_and_none_gets_much(
    one: datetime, other: datetime, most: int
) -> None:
    start, end = sorted((one, other))
    dealt = parts(slices(start, end), most)
    flat = [piece for part in dealt for piece in part]
    assert all(a.end == b.start for a, b in pairwise(flat))
    if start != end:
        assert (flat[0].start, flat[-1].end) == (start, end)
    for part in dealt:
        assert len(part) == 1 or sum(piece.items for piece in part) <= most


def test_a_month_is_one_workers_work_and_a_year_that_of_five() -> None:
    now = datetime(2026, 11, 24, 17, 33, 21, 5, tzinfo=UTC)

    def workers(days: int) -> int:
        return len(parts(slices(now - timedelta(days=days), now), MOST_ITEMS))

    assert (workers(1), workers(30), workers(90), workers(365)) == (1, 1, 3, 5)


def test_a_window_within_an_hour_is_ticks_alone() -> None:
    start = EPOCH + timedelta(minutes=10)
    end = start + timedelta(minutes=20)
    assert slices(start, end) == [Slice(start=start, end=end, interval=None)]
