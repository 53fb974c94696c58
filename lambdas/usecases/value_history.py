"""The kind of job `portfolio_history`: what an account was worth at the end of each day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lambdas.domain.candles import Interval
from lambdas.domain.orders import State
from lambdas.domain.valuations import (
    Close,
    Gained,
    Minor,
    Valuation,
    added,
    days_until,
    money_by_day,
    shares_by_day,
)
from lambdas.ports import Market, Orders, Wallets
from lambdas.usecases.job_sources import Sources, Task

PAGE: Final = 100
MOST_SYMBOLS: Final = 20
"""Of one worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """How many days back, today included."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one worker values: shares of these companies; the money where there are none."""

    symbols: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """Minor units at the end of each day, as decimal texts: they may need more than 53 bits."""

    is_cash: bool
    minor: list[str | None]


def plan(task: Task[Question], sources: Sources) -> list[Part]:
    """One part for the money, one for each twenty companies."""
    owned = [position.symbol for position in sources.wallets.positions(task.account_id)]
    chunks = [owned[at : at + MOST_SYMBOLS] for at in range(0, len(owned), MOST_SYMBOLS)]
    return [Part(symbols=symbols) for symbols in ([], *chunks)]


def work(task: Task[Question], part: Part, sources: Sources) -> Partial:
    """The worth of the part, day by day."""
    days = _days(task)
    values: Sequence[Minor]
    if part.symbols:
        gains = _gains(sources.orders, task)
        values = added(
            [
                shares_by_day(gains[symbol], _closes(sources.market, symbol, days), days)
                for symbol in part.symbols
            ],
            days,
        )
    else:
        values = money_by_day(_moved(sources.wallets, task), days)
    texts = [None if value is None else str(value) for value in values]
    return Partial(is_cash=not part.symbols, minor=texts)


def join(task: Task[Question], partials: Sequence[Partial], _: Sources) -> list[Valuation]:
    """All parts together, oldest day first."""
    days = _days(task)
    read = [
        (partial.is_cash, [None if text is None else int(text) for text in partial.minor])
        for partial in partials
    ]
    cash = added([values for is_cash, values in read if is_cash], days)
    holdings = added([values for is_cash, values in read if not is_cash], days)
    return [
        Valuation(day=day, cash_minor=money or 0, holdings_minor=shares)
        for day, money, shares in zip(days, cash, holdings, strict=True)
    ]


def _days(task: Task[Question]) -> list[datetime]:
    return days_until(task.now, task.question.days)


def _gains(orders: Orders, task: Task[Question]) -> dict[str, list[Gained]]:
    gains: dict[str, list[Gained]] = defaultdict(list)
    cursor = None
    while True:
        page = orders.of_account(task.account_id, PAGE, cursor)
        for order in page.items:
            at = order.ended_at
            if order.state is State.ACCEPTED and at is not None and at <= task.now:
                gains[order.symbol].append(Gained(at=at, quantity=order.quantity))
        cursor = page.next_cursor
        if cursor is None:
            return gains


def _closes(market: Market, symbol: str, days: Sequence[datetime]) -> list[Close]:
    """The closes of these days, after the last one before them, which holds until the next."""
    first, end = days[0], days[-1] + timedelta(days=1)
    within = market.candles(symbol, Interval.DAY, first, end, len(days), None)
    before = market.candles(symbol, Interval.DAY, None, first, 1, None)
    newest_first = [*within.items, *before.items]
    return [Close(day=c.opened_at, price=c.close) for c in reversed(newest_first)]


def _moved(wallets: Wallets, task: Task[Question]) -> list[tuple[datetime, int]]:
    moved: list[tuple[datetime, int]] = []
    cursor = None
    while True:
        page = wallets.postings(task.account_id, PAGE, cursor)
        moved += [
            (posting.recorded_at, posting.available_minor + posting.held_minor)
            for posting in page.items
            if posting.recorded_at <= task.now
        ]
        cursor = page.next_cursor
        if cursor is None:
            return moved
