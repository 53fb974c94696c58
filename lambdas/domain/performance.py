"""Performance of an account: its worth over time, and the time-weighted return.

An account's worth is its cash and its shares. Only money that comes in or goes out is a flow: a
purchase moves money within the account.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate
from typing import Final

from lambdas.domain import money
from lambdas.domain.market import Interval, closing_of, opening_of

MAX_POINTS: Final = 400
YEAR: Final = timedelta(days=365)
ONE: Final = Decimal(1)


class Range(StrEnum):
    """How far back a history reaches."""

    WEEK = "1w"
    MONTH = "1m"
    QUARTER = "3m"
    YEAR = "1y"
    ALL = "all"


_LENGTHS: Final = {
    Range.WEEK: timedelta(days=7),
    Range.MONTH: timedelta(days=31),
    Range.QUARTER: timedelta(days=92),
    Range.YEAR: YEAR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Money that came in (positive) or went out."""

    at: datetime
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A history from `start` to `now`; `is_whole` if the account has nothing before it."""

    start: datetime
    now: datetime
    is_whole: bool


def span_of(asked: Range, first_at: datetime, now: datetime) -> Span:
    """The asked range; from the account's first posting on, where that is later."""
    length = _LENGTHS.get(asked)
    start = first_at if length is None else max(first_at, now - length)
    return Span(start=start, now=now, is_whole=start == first_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Times between the ends of a span for which the worth is shown, and the candles whose closes
    are the prices at these times.
    """

    times: tuple[datetime, ...]
    interval: Interval


def grid_of(span: Span, zone: tzinfo) -> Grid:
    """The finest of hours, pairs of hours and market days that has at most MAX_POINTS points, both
    ends included; beyond that, every n-th market day.
    """
    most = MAX_POINTS - 2
    hour = timedelta(hours=1)
    for step in (hour, 2 * hour):
        if (span.now - span.start) // step < most:
            first = opening_of(span.start, Interval.HOUR, zone) + hour
            count = max(0, -((first - span.now) // step))
            hours = tuple(first + position * step for position in range(count))
            return Grid(times=hours, interval=Interval.HOUR)
    days: list[datetime] = []
    day = closing_of(opening_of(span.start, Interval.DAY, zone), Interval.DAY, zone)
    while day < span.now:
        days.append(day)
        day = closing_of(day, Interval.DAY, zone)
    every = -(-len(days) // most)
    return Grid(times=tuple(days[::-every][::-1]) if every else (), interval=Interval.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAt:
    """A price, and the time from which on it is known."""

    known_at: datetime
    price: Decimal


def prices_at(known: Sequence[PriceAt], times: Sequence[datetime]) -> list[Decimal | None]:
    """The newest price known at each time; None before the first one."""
    ordered = sorted(known, key=lambda one: one.known_at)
    known_at = [one.known_at for one in ordered]
    positions = [bisect_right(known_at, time) for time in times]
    return [ordered[position - 1].price if position else None for position in positions]


def sums_at(changes: Sequence[tuple[datetime, int]], times: Sequence[datetime]) -> list[int]:
    """The sum of all changes up to each time, changes at that time included."""
    ordered = sorted(changes)
    at = [when for when, _ in ordered]
    sums = [0, *accumulate(amount for _, amount in ordered)]
    return [sums[bisect_right(at, time)] for time in times]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """Shares of one company that an accepted order added to the account."""

    at: datetime
    quantity: Decimal


def quantities_at(acquisitions: Sequence[Acquisition], times: Sequence[datetime]) -> list[Decimal]:
    """The shares of one company that are held at each time."""
    ordered = sorted(acquisitions, key=lambda acquisition: acquisition.at)
    at = [acquisition.at for acquisition in ordered]
    held = [Decimal(0), *accumulate(acquisition.quantity for acquisition in ordered)]
    return [held[bisect_right(at, time)] for time in times]


def values_at(quantities: Sequence[Decimal], prices: Sequence[Decimal | None]) -> list[int | None]:
    """The value of shares in minor units; None where there are shares and no price is known."""
    return [
        0 if not quantity else None if price is None else money.cost_minor(price, quantity)
        for quantity, price in zip(quantities, prices, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The account's worth at one time, before the flow of that time; None: not known."""

    worth_minor: int | None
    flow_minor: int = 0


def time_weighted(opening_minor: int, steps: Sequence[Step]) -> list[Decimal | None]:
    """The return up to each step, as a part of 1: the chained growth between two flows.

    While the account is empty nothing grows. From a flow on at which the worth is not known, no
    return is.
    """
    level: Decimal | None = ONE
    base_minor = opening_minor
    returns: list[Decimal | None] = []
    for step in steps:
        if step.worth_minor is None:
            if step.flow_minor:
                level = None
            returns.append(None)
            continue
        if level is not None and base_minor > 0:
            level = level * step.worth_minor / base_minor
        base_minor = step.worth_minor + step.flow_minor
        returns.append(None if level is None else level - ONE)
    return returns


def annualised(period: Decimal, length: timedelta) -> Decimal | None:
    """A return per year; None below one year, for which such a figure would be a guess."""
    if length < YEAR or period <= -ONE:
        return None
    return (ONE + period) ** (Decimal(YEAR // _SECOND) / Decimal(length // _SECOND)) - ONE


_SECOND: Final = timedelta(seconds=1)


def flows_within(flows: Sequence[Flow], span: Span) -> list[Flow]:
    """The flows of a span in order of time, those at its start only if the account began then."""
    ordered = sorted(flows, key=lambda flow: flow.at)
    at = [flow.at for flow in ordered]
    find = bisect_left if span.is_whole else bisect_right
    return ordered[find(at, span.start) : bisect_right(at, span.now)]
