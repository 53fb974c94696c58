"""Which parts of a company's history a window consists of, so that little is read and none missed.

Whole days of UTC come from the sums of daily candles, whole hours at either edge from those of
hourly ones, the minutes that remain from the ticks themselves: exactly the window, tick by tick.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lambdas.domain.candles import LENGTHS, Interval, opened_at

MOST_ITEMS: Final = 100
"""What one worker reads, about: a month is one worker's work, a year that of five."""

_USUAL_INTERVAL: Final = timedelta(minutes=5)  # of the exchange's prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A span, start ≤ time < end, and the candles to read it from; None for the ticks themselves.

    A slice of candles begins and ends where candles do.
    """

    start: datetime
    end: datetime
    interval: Interval | None

    @property
    def items(self) -> int:
        """How many items of the table it takes, about."""
        length = _USUAL_INTERVAL if self.interval is None else LENGTHS[self.interval]
        return -((self.start - self.end) // length)


def slices(start: datetime, end: datetime) -> list[Slice]:
    """The window start ≤ time < end as slices, in order of time: at most five."""
    return list(_cut(start, end, (Interval.DAY, Interval.HOUR)))


def _cut(start: datetime, end: datetime, coarsest: tuple[Interval, ...]) -> Iterator[Slice]:
    if start >= end:
        return
    if not coarsest:
        yield Slice(start=start, end=end, interval=None)
        return
    interval, *finer = coarsest
    first, last = _next_opening(start, interval), opened_at(end, interval)
    if first >= last:  # not one of them lies wholly within
        yield from _cut(start, end, tuple(finer))
        return
    yield from _cut(start, first, tuple(finer))
    yield Slice(start=first, end=last, interval=interval)
    yield from _cut(last, end, tuple(finer))


def _next_opening(at: datetime, interval: Interval) -> datetime:
    """When the first candle opens at `at` or after it."""
    opening = opened_at(at, interval)
    return opening if opening == at else opening + LENGTHS[interval]


def parts(whole: list[Slice], most_items: int = MOST_ITEMS) -> list[list[Slice]]:
    """The slices dealt out to workers, none of whom reads more than about `most_items`."""
    dealt: list[list[Slice]] = [[]]
    room = most_items
    for piece in (piece for some in whole for piece in _pieces(some, most_items)):
        if piece.items > room and dealt[-1]:
            dealt.append([])
            room = most_items
        dealt[-1].append(piece)
        room -= piece.items
    return [part for part in dealt if part]


def _pieces(some: Slice, most_items: int) -> Iterator[Slice]:
    """The slice in pieces of at most `most_items` candles each."""
    if some.interval is None:  # less than an hour
        yield some
        return
    step = LENGTHS[some.interval] * most_items
    start = some.start
    while start < some.end:
        end = min(start + step, some.end)
        yield Slice(start=start, end=end, interval=some.interval)
        start = end
