"""Job type `projection`: a company's price if its trend of the last days continues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Final

from lambdas.domain.activity import DEMAND_WINDOW
from lambdas.domain.errors import NotFound
from lambdas.domain.jobs import CannotFinish, Reason
from lambdas.domain.market import Quote
from lambdas.domain.projection import (
    Projection,
    Slice,
    Window,
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
"""Sums as decimal texts: JSON numbers between the steps may keep no more than 53 bits."""


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


def plan(task: Task[Parameters], sources: JobSources) -> list[list[Slice]]:
    """The slices of history that each worker reads. Raises NotFound for an unknown company."""
    if sources.market.quote(task.parameters.symbol) is None:
        raise NotFound("company")
    window = _window(task)
    return deal_slices(slices(window.start, window.end, sources.market.zone))


def work(task: Task[Parameters], shard: Sequence[Slice], sources: JobSources) -> PartialSums:
    """Sums over one worker's slices, with times counted from the window's start."""
    start = _window(task).start
    sums = [_sums(sources.market, task.parameters.symbol, each, start) for each in shard]
    total = reduce(add, sums, Sums())
    return {field.name: str(getattr(total, field.name)) for field in fields(Sums)}


def join(task: Task[Parameters], partials: Sequence[PartialSums], sources: JobSources) -> Result:
    """The projection over all slices. Raises CannotFinish for too little history."""
    parameters, window = task.parameters, _window(task)
    latest = sources.market.quote(parameters.symbol)
    if latest is None:
        raise NotFound("company")
    sums = [Sums(**{name: int(text) for name, text in partial.items()}) for partial in partials]
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
    return Result(parameters=parameters, window=window, latest=latest, projection=projection)


def _window(task: Task[Parameters]) -> Window:
    return Window(now=task.now, days=task.parameters.days)


def _sums(market: Market, symbol: str, span: Slice, origin: datetime) -> Sums:
    total = Sums()
    cursor = None
    while True:
        if span.interval is None:
            ticks = market.history(symbol, span.start, span.end, PAGE, cursor)
            total += Sums.of([(tick.observed_at, tick.price) for tick in ticks.items], origin)
            cursor = ticks.next_cursor
        else:
            page = market.candles(symbol, span.interval, span.start, span.end, PAGE, cursor)
            for candle in page.items:
                total += candle.sums.shifted((origin - candle.opened_at) // MICROSECOND)
            cursor = page.next_cursor
        if cursor is None:
            return total


def _not_enough_history(error: NotEnoughHistory, window: Window) -> Reason:
    retry_at = enough_from(error, window.now)
    hint = f"Prices usually arrive every few minutes: try again after {retry_at:%H:%M} UTC."
    return Reason(code="not_enough_history", message=f"{error} {hint}", retry_at=retry_at)
