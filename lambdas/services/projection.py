"""Job type `projection`: a company's price if its trend of the last days continues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Final, NamedTuple

from lambdas.domain.activity import DEMAND_WINDOW
from lambdas.domain.errors import NotFound
from lambdas.domain.jobs import CannotFinish, Reason
from lambdas.domain.market import Quote
from lambdas.domain.projection import (
    Coverage,
    Projection,
    Slice,
    Window,
    coverage_of,
    deal_slices,
    enough_from,
    project,
    slices,
)
from lambdas.domain.regression import MICROSECOND, NotEnoughHistory, Sums
from lambdas.ports import Market
from lambdas.services.jobs import JobSources, Task

PAGE: Final = 1_000

PartialSums = Mapping[str, str]
"""Sums as decimal texts: JSON numbers between the steps may keep no more than 53 bits. FIRST is the
time of the first price, in microseconds since the window's start, where there is any price.
"""

FIRST: Final = "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Company, number of days back and ahead, and number of shares."""

    symbol: str
    days: int
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A projection and what it is based on."""

    parameters: Parameters
    window: Window
    latest: Quote
    projection: Projection
    coverage: Coverage


def plan(task: Task[Parameters], sources: JobSources) -> list[list[Slice]]:
    """The slices of history that each worker reads. Raises NotFound for an unknown company."""
    if sources.market.quote(task.parameters.symbol) is None:
        raise NotFound("company")
    window = _window(task)
    return deal_slices(slices(window.start, window.end, sources.market.zone))


def work(task: Task[Parameters], shard: Sequence[Slice], sources: JobSources) -> PartialSums:
    """Sums over one worker's slices, with times counted from the window's start."""
    start = _window(task).start
    parts = [_sums(sources.market, task.parameters.symbol, each, start) for each in shard]
    total = reduce(add, (part.sums for part in parts), Sums())
    found = {field.name: str(getattr(total, field.name)) for field in fields(Sums)}
    first = [part.first_at for part in parts if part.first_at is not None]
    return found | ({FIRST: str((min(first) - start) // MICROSECOND)} if first else {})


def join(task: Task[Parameters], partials: Sequence[PartialSums], sources: JobSources) -> Result:
    """The projection over all slices. Raises CannotFinish for too little history."""
    parameters, window = task.parameters, _window(task)
    latest = sources.market.quote(parameters.symbol)
    if latest is None:
        raise NotFound("company")
    sums = [
        Sums(**{name: int(text) for name, text in partial.items() if name != FIRST})
        for partial in partials
    ]
    try:
        projection = project(
            window,
            reduce(add, sums, Sums()),
            purchases=sources.activity.demand(
                parameters.symbol, window.now - DEMAND_WINDOW, window.end
            ),
            quantity=parameters.quantity,
            latest=latest.price,
        )
    except NotEnoughHistory as error:
        raise CannotFinish(_not_enough_history(error, window)) from error
    first = min(int(partial[FIRST]) for partial in partials if FIRST in partial)
    return Result(
        parameters=parameters,
        window=window,
        latest=latest,
        projection=projection,
        coverage=coverage_of(window, window.start + first * MICROSECOND),
    )


def _window(task: Task[Parameters]) -> Window:
    return Window(now=task.now, days=task.parameters.days)


class _Part(NamedTuple):
    sums: Sums
    first_at: datetime | None


def _sums(market: Market, symbol: str, span: Slice, origin: datetime) -> _Part:
    total = Sums()
    first_at: datetime | None = None  # the last item that is read: pages are newest first
    cursor = None
    while True:
        if span.interval is None:
            ticks = market.history(symbol, span.start, span.end, PAGE, cursor)
            total += Sums.of([(tick.observed_at, tick.price) for tick in ticks.items], origin)
            first_at = ticks.items[-1].observed_at if ticks.items else first_at
            cursor = ticks.next_cursor
        else:
            page = market.candles(symbol, span.interval, span.start, span.end, PAGE, cursor)
            for candle in page.items:
                total += candle.sums.shifted((origin - candle.opened_at) // MICROSECOND)
            first_at = page.items[-1].first_at if page.items else first_at
            cursor = page.next_cursor
        if cursor is None:
            return _Part(total, first_at)


def _not_enough_history(error: NotEnoughHistory, window: Window) -> Reason:
    retry_at = enough_from(error, window.now)
    hint = f"Prices usually arrive every few minutes: try again after {retry_at:%H:%M} UTC."
    return Reason(code="not_enough_history", message=f"{error} {hint}", retry_at=retry_at)
