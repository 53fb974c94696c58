"""Job type `portfolio_history`: an account's value at the end of each day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lambdas.domain.ledger import LineAccount
from lambdas.domain.market import Interval
from lambdas.domain.orders import State
from lambdas.domain.portfolio import (
    Acquisition,
    DailyClose,
    Valuation,
    cash_by_day,
    days_until,
    shares_by_day,
    sum_by_day,
)
from lambdas.ports import Accounts, Market, Orders
from lambdas.services.jobs import JobSources, Task

PAGE: Final = 100
MAX_SYMBOLS: Final = 20
"""Companies that one worker values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Number of days back, today included."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """What one worker values: shares of these companies, or the cash where there are none."""

    symbols: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """Minor units at the end of each day as decimal texts, which may need more than 53 bits."""

    is_cash: bool
    minor: list[str | None]


def plan(task: Task[Parameters], sources: JobSources) -> list[Shard]:
    """One shard for the cash, one for each MAX_SYMBOLS companies."""
    owned = [position.symbol for position in sources.accounts.positions(task.account_id)]
    chunks = [owned[at : at + MAX_SYMBOLS] for at in range(0, len(owned), MAX_SYMBOLS)]
    return [Shard(symbols=symbols) for symbols in ([], *chunks)]


def work(task: Task[Parameters], shard: Shard, sources: JobSources) -> Partial:
    """The value of one shard at the end of each day."""
    days = _days(task, sources)
    values: Sequence[int | None]
    if shard.symbols:
        acquisitions = _acquisitions(sources.orders, task)
        values = sum_by_day(
            [
                shares_by_day(acquisitions[symbol], _closes(sources.market, symbol, days), days)
                for symbol in shard.symbols
            ],
            days,
        )
    else:
        values = cash_by_day(_cash_changes(sources.accounts, task), days)
    texts = [None if value is None else str(value) for value in values]
    return Partial(is_cash=not shard.symbols, minor=texts)


def join(
    task: Task[Parameters], partials: Sequence[Partial], sources: JobSources
) -> list[Valuation]:
    """All shards together, oldest day first."""
    days = _days(task, sources)
    parsed = [
        (partial.is_cash, [None if text is None else int(text) for text in partial.minor])
        for partial in partials
    ]
    cash = sum_by_day([values for is_cash, values in parsed if is_cash], days)
    holdings = sum_by_day([values for is_cash, values in parsed if not is_cash], days)
    return [
        Valuation(day=day, cash_minor=cash_minor or 0, holdings_minor=holdings_minor)
        for day, cash_minor, holdings_minor in zip(days, cash, holdings, strict=True)
    ]


def _days(task: Task[Parameters], sources: JobSources) -> list[datetime]:
    return days_until(task.now, task.parameters.days, sources.market.zone)


def _acquisitions(orders: Orders, task: Task[Parameters]) -> dict[str, list[Acquisition]]:
    acquisitions: dict[str, list[Acquisition]] = defaultdict(list)
    cursor = None
    while True:
        page = orders.of_account(task.account_id, PAGE, cursor)
        for order in page.items:
            at = order.ended_at
            if order.state is State.ACCEPTED and at is not None and at <= task.now:
                acquisitions[order.symbol].append(Acquisition(at=at, quantity=order.quantity))
        cursor = page.next_cursor
        if cursor is None:
            return acquisitions


def _closes(market: Market, symbol: str, days: Sequence[datetime]) -> list[DailyClose]:
    """The closes of these days, oldest first, preceded by the last close before them."""
    first, end = days[0], days[-1] + timedelta(days=1)
    within = market.candles(symbol, Interval.DAY, first, end, len(days), None)
    before = market.candles(symbol, Interval.DAY, None, first, 1, None)
    newest_first = [*within.items, *before.items]
    return [DailyClose(day=c.opened_at, price=c.close) for c in reversed(newest_first)]


def _cash_changes(accounts: Accounts, task: Task[Parameters]) -> list[tuple[datetime, int]]:
    changes: list[tuple[datetime, int]] = []
    cursor = None
    while True:
        page = accounts.postings(task.account_id, PAGE, cursor)
        changes += [
            (
                posting.recorded_at,
                posting.amount_of(LineAccount.AVAILABLE) + posting.amount_of(LineAccount.HELD),
            )
            for posting in page.items
            if posting.recorded_at <= task.now
        ]
        cursor = page.next_cursor
        if cursor is None:
            return changes
