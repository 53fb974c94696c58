"""The kind of job `projection`: what the price of a company will be, if it goes on as it did."""

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
from lambdas.domain.lines import NotEnoughHistory
from lambdas.domain.market import Quote
from lambdas.domain.projections import Projection, Window, enough_from, project
from lambdas.domain.slices import Slice, parts, slices
from lambdas.domain.sums import MICROSECOND, Sums
from lambdas.ports import Market
from lambdas.usecases.job_sources import Sources, Task

PAGE: Final = 1_000

Partial = Mapping[str, str]
"""Sums as decimal texts: what passes numbers on between steps may keep no more than 53 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: of which company, how many days ahead (and back), and for how many shares."""

    symbol: str
    days: int
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The projection, and what it was made of."""

    question: Question
    window: Window
    latest: Quote
    projection: Projection


def plan(task: Task[Question], sources: Sources) -> list[list[Slice]]:
    """Which slices of the history each worker reads. Raises NotFound for an unknown company."""
    if sources.market.quote(task.question.symbol) is None:
        raise NotFound("company")
    window = _window(task)
    return parts(slices(window.start, window.end))


def work(task: Task[Question], part: Sequence[Slice], sources: Sources) -> Partial:
    """The sums of some slices, counted from the window's start."""
    start = _window(task).start
    found = [_sums(sources.market, task.question.symbol, some, start) for some in part]
    total = reduce(add, found, Sums())
    return {field.name: str(getattr(total, field.name)) for field in fields(Sums)}


def join(task: Task[Question], partials: Sequence[Partial], sources: Sources) -> Answer:
    """The projection of all slices together. Raises CannotFinish without enough history."""
    question, window = task.question, _window(task)
    latest = sources.market.quote(question.symbol)
    if latest is None:
        raise NotFound("company")
    sums = [Sums(**{name: int(text) for name, text in partial.items()}) for partial in partials]
    try:
        projection = project(
            window,
            reduce(add, sums, Sums()),
            purchases=sources.activity.demand(
                question.symbol, window.now - DEMAND_WINDOW, window.end
            ),
            quantity=question.quantity,
            latest=latest.price,
        )
    except NotEnoughHistory as error:
        raise CannotFinish(_too_little(error, window)) from error
    return Answer(question=question, window=window, latest=latest, projection=projection)


def _window(task: Task[Question]) -> Window:
    return Window(now=task.now, days=task.question.days)


def _sums(market: Market, symbol: str, some: Slice, origin: datetime) -> Sums:
    total = Sums()
    cursor = None
    while True:
        if some.interval is None:
            ticks = market.history(symbol, some.start, some.end, PAGE, cursor)
            total += Sums.of([(tick.observed_at, tick.price) for tick in ticks.items], origin)
            cursor = ticks.next_cursor
        else:
            page = market.candles(symbol, some.interval, some.start, some.end, PAGE, cursor)
            for candle in page.items:
                total += candle.sums.moved((origin - candle.opened_at) // MICROSECOND)
            cursor = page.next_cursor
        if cursor is None:
            return total


def _too_little(error: NotEnoughHistory, window: Window) -> Reason:
    retry_at = enough_from(error, window.now)
    hint = f"Prices usually come every few minutes: try again from {retry_at:%H:%M} UTC on."
    return Reason(code="not_enough_history", message=f"{error} {hint}", retry_at=retry_at)
