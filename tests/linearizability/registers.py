"""Weaker promises of a single value: reads that may lag, but never show what was never written.

The values are those that a register had, in order, each with the time from which on it could be
seen. Linear in the number of readings after sorting.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value that a session read between two moments."""

    session: str
    value: Hashable
    call: float
    ret: float


def check_reading(
    written: Sequence[tuple[float, Hashable]],
    readings: Iterable[Reading],
    *,
    is_monotonic: bool = False,
    max_lag: float | None = None,
) -> tuple[Reading, str] | None:
    """The first reading that breaks the promise, and how; None if all keep it.

    `written`: the values by the time of their writing, the first one from the beginning. A reading
    may be of any of them that was written before it ended; with `is_monotonic` not older than an
    earlier one of its session; with `max_lag` not one that was replaced longer ago.
    """
    times = [at for at, _ in written]
    reached: dict[str, int] = {}
    for reading in sorted(readings, key=lambda one: one.ret):
        known = bisect_right(times, reading.ret)
        places = [n for n in range(known) if written[n][1] == reading.value]
        if not places:
            never = all(value != reading.value for _, value in written)
            return reading, "never written" if never else "from the future"
        if max_lag is not None and _replaced_at(times, places[-1]) + max_lag < reading.call:
            return reading, f"replaced more than {max_lag:g} before"
        if is_monotonic:
            least = reached.get(reading.session, 0)
            places = [n for n in places if n >= least]
            if not places:
                return reading, "older than this session has seen"
            reached[reading.session] = places[0]
    return None


def _replaced_at(times: Sequence[float], place: int) -> float:
    return times[place + 1] if place + 1 < len(times) else float("inf")
