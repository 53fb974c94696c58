"""Job type `portfolio_history`: what an account was worth over a range, and its returns."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from lambdas.domain.jobs import CannotFinish, Reason
from lambdas.domain.ledger import LineAccount, Posting
from lambdas.domain.market import closing_of, opening_of
from lambdas.domain.orders import State
from lambdas.domain.performance import (
    Acquisition,
    Flow,
    Grid,
    PriceAt,
    Range,
    Span,
    Step,
    annualised,
    flows_within,
    grid_of,
    prices_at,
    quantities_at,
    span_of,
    sums_at,
    time_weighted,
    values_at,
)
from lambdas.domain.regression import MICROSECOND
from lambdas.ports import Accounts, Market, Orders
from lambdas.services.jobs import JobSources, Task
from lambdas.services.money_weighted import MoneyWeighted, money_weighted

PAGE: Final = 100
CANDLES_PAGE: Final = 1_000
MAX_SYMBOLS: Final = 5
"""Companies that one worker values: it reads the price of each at every flow."""

MAX_FLOWS: Final = 200
"""Flows within a range up to which the worth at each is computed, for the time-weighted return."""

_OWN: Final = (LineAccount.AVAILABLE, LineAccount.HELD, LineAccount.EXCHANGE)
"""Lines that stay within the account: cash, and shares that were bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """How far back."""

    range: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """What one worker values: shares of these companies, or the cash where there are none."""

    symbols: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """One worker's values at each time of the account's timeline, as texts: JSON numbers may keep
    no more than 53 bits.

    `growth` is the sum of price / price at the start over `companies`, those of which both are
    known; of the cash, there is none.
    """

    is_cash: bool
    minor: list[str | None]
    growth: list[str]
    companies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The account at one time. Returns are since the start, as parts of 1."""

    at: datetime
    cash_minor: int
    holdings_minor: int | None
    net_deposits_minor: int
    time_weighted: Decimal | None
    benchmark: Decimal | None

    @property
    def total_minor(self) -> int | None:
        """Cash plus holdings; None where the holdings' value is unknown."""
        return None if self.holdings_minor is None else self.cash_minor + self.holdings_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A history: its points, the flows, and the returns. A gain is worth − opening − flows."""

    range: Range
    span: Span
    points: tuple[Point, ...]
    flows: tuple[Flow, ...]
    opening_minor: int | None
    gain_minor: int | None
    sub_periods: int
    time_weighted: Decimal | None
    time_weighted_yearly: Decimal | None
    money_weighted: MoneyWeighted | None
    money_weighted_yearly: Decimal | None
    benchmark: Decimal | None
    companies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timeline:
    """The account's ledger, and every time at which its worth is computed."""

    span: Span
    grid: Grid
    cash_changes: tuple[tuple[datetime, int], ...]
    all_flows: tuple[Flow, ...]
    flows: tuple[Flow, ...]  # within the span

    @property
    def marks(self) -> tuple[datetime, ...]:
        """Times of which the latest single price is read: the ends, and the flows."""
        flows = self.flows if len(self.flows) <= MAX_FLOWS else ()
        return tuple(sorted({self.span.start, self.span.now, *(flow.at for flow in flows)}))

    @property
    def times(self) -> tuple[datetime, ...]:
        """All times, in order."""
        return tuple(sorted({*self.marks, *self.grid.times}))


def plan(task: Task[Parameters], sources: JobSources) -> list[Shard]:
    """One shard for the cash, one for each MAX_SYMBOLS companies of the board."""
    _timeline(task, sources)  # raises CannotFinish for an account without any posting
    owned = {position.symbol for position in sources.accounts.positions(task.account_id)}
    symbols = sorted(owned | {quote.symbol for quote in sources.market.board()})
    chunks = [symbols[at : at + MAX_SYMBOLS] for at in range(0, len(symbols), MAX_SYMBOLS)]
    return [Shard(symbols=symbols) for symbols in ([], *chunks)]


def work(task: Task[Parameters], shard: Shard, sources: JobSources) -> Partial:
    """The values of one shard at every time."""
    timeline = _timeline(task, sources)
    times = timeline.times
    if not shard.symbols:
        cash = [str(minor) for minor in sums_at(timeline.cash_changes, times)]
        return Partial(is_cash=True, minor=list(cash), growth=[], companies=0)
    acquisitions = _acquisitions(sources.orders, task)
    values: list[int | None] = [0] * len(times)
    growth = [Decimal(0)] * len(times)
    companies = 0
    for symbol in shard.symbols:
        quantities = quantities_at(acquisitions[symbol], times)
        held = {time for time, quantity in zip(times, quantities, strict=True) if quantity}
        prices = prices_at(_prices(sources.market, symbol, timeline, held), times)
        values = _sums(values, values_at(quantities, prices))
        start, end = prices[0], prices[-1]
        if start is not None and end is not None:
            companies += 1
            growth = [
                total + (price or start) / start
                for total, price in zip(growth, prices, strict=True)
            ]
    return Partial(
        is_cash=False,
        minor=[None if value is None else str(value) for value in values],
        growth=[f"{total:.8f}" for total in growth],
        companies=companies,
    )


def join(task: Task[Parameters], partials: Sequence[Partial], sources: JobSources) -> Result:
    """All shards together."""
    timeline = _timeline(task, sources)
    span, times = timeline.span, timeline.times
    cash = sums_at(timeline.cash_changes, times)
    holdings: list[int | None] = [0] * len(times)
    for partial in partials:
        if not partial.is_cash:
            holdings = _sums(holdings, [None if it is None else int(it) for it in partial.minor])
    benchmark, companies = _benchmark(partials, len(times))
    flow_at: dict[datetime, int] = defaultdict(int)
    for flow in timeline.flows:
        flow_at[flow.at] += flow.amount_minor
    worths = _sums(list(cash), holdings)
    opening_minor = 0 if span.is_whole else worths[0]
    returns = _returns(timeline, opening_minor, worths, flow_at)
    net_deposits = sums_at([(f.at, f.amount_minor) for f in timeline.all_flows], times)
    shown = {span.start, span.now, *timeline.grid.times}
    points = tuple(
        Point(
            at=at,
            cash_minor=cash[position],
            holdings_minor=holdings[position],
            net_deposits_minor=net_deposits[position],
            time_weighted=returns[position],
            benchmark=benchmark[position],
        )
        for position, at in enumerate(times)
        if at in shown
    )
    return _result(task, timeline, points, opening_minor, companies)


def _result(
    task: Task[Parameters],
    timeline: _Timeline,
    points: tuple[Point, ...],
    opening_minor: int | None,
    companies: int,
) -> Result:
    span, last = timeline.span, points[-1]
    length = span.now - span.start
    worth_minor = last.total_minor
    gain_minor = money = None
    if worth_minor is not None and opening_minor is not None:
        gain_minor = worth_minor - opening_minor - sum(f.amount_minor for f in timeline.flows)
        money = money_weighted(
            span, opening_minor=opening_minor, flows=timeline.flows, worth_minor=worth_minor
        )
    period = None if money is None else money.period
    weighted = last.time_weighted
    return Result(
        range=task.parameters.range,
        span=span,
        points=points,
        flows=timeline.flows,
        opening_minor=opening_minor,
        gain_minor=gain_minor,
        sub_periods=len(timeline.marks) - 1,
        time_weighted=weighted,
        time_weighted_yearly=None if weighted is None else annualised(weighted, length),
        money_weighted=money,
        money_weighted_yearly=None if period is None else annualised(period, length),
        benchmark=last.benchmark,
        companies=companies,
    )


def _returns(
    timeline: _Timeline,
    opening_minor: int | None,
    worths: Sequence[int | None],
    flow_at: dict[datetime, int],
) -> list[Decimal | None]:
    """Returns at every time; none where the opening is not known, or there are too many flows."""
    if opening_minor is None or len(timeline.flows) > MAX_FLOWS:
        return [None] * len(worths)
    steps = [
        Step(
            worth_minor=None if worth is None else worth - flow_at.get(at, 0),
            flow_minor=flow_at.get(at, 0),
        )
        for at, worth in zip(timeline.times, worths, strict=True)
    ]
    return time_weighted(opening_minor, steps)


def _benchmark(partials: Sequence[Partial], count: int) -> tuple[list[Decimal] | list[None], int]:
    """The return of equal amounts in every company of the board since the start."""
    companies = sum(partial.companies for partial in partials)
    if not companies:
        return [None] * count, 0
    sums = [Decimal(0)] * count
    for partial in partials:
        if partial.companies:
            sums = [total + Decimal(it) for total, it in zip(sums, partial.growth, strict=True)]
    return [total / companies - 1 for total in sums], companies


def _timeline(task: Task[Parameters], sources: JobSources) -> _Timeline:
    postings = _postings(sources.accounts, task)
    if not postings:
        message = "There is nothing in this account yet: put money in, and its history begins."
        raise CannotFinish(Reason(code="no_history", message=message))
    span = span_of(task.parameters.range, postings[-1].recorded_at, task.now)
    flows = [
        Flow(at=posting.recorded_at, amount_minor=amount_minor)
        for posting in reversed(postings)
        if (amount_minor := _sum_of(posting, _OWN))
    ]
    return _Timeline(
        span=span,
        grid=grid_of(span, sources.market.zone),
        cash_changes=tuple(
            (posting.recorded_at, _sum_of(posting, (LineAccount.AVAILABLE, LineAccount.HELD)))
            for posting in postings
        ),
        all_flows=tuple(flows),
        flows=tuple(flows_within(flows, span)),
    )


def _postings(accounts: Accounts, task: Task[Parameters]) -> list[Posting]:
    """Newest first, up to the time of the request."""
    postings: list[Posting] = []
    cursor = None
    while True:
        page = accounts.postings(task.account_id, PAGE, cursor)
        postings += [posting for posting in page.items if posting.recorded_at <= task.now]
        cursor = page.next_cursor
        if cursor is None:
            return postings


def _sum_of(posting: Posting, accounts: Sequence[LineAccount]) -> int:
    return sum(posting.amount_of(account) for account in accounts)


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


def _prices(market: Market, symbol: str, timeline: _Timeline, held: set[datetime]) -> list[PriceAt]:
    """Closes of candles, each known from its end on, and the exact prices at the marks at which
    shares are held; of the start and the end always, for the benchmark.
    """
    span, interval = timeline.span, timeline.grid.interval
    known: list[PriceAt] = []
    cursor = None
    while timeline.grid.times:
        first = opening_of(span.start, interval, market.zone)
        page = market.candles(symbol, interval, first, span.now, CANDLES_PAGE, cursor)
        known += [
            PriceAt(
                known_at=closing_of(candle.opened_at, interval, market.zone), price=candle.close
            )
            for candle in page.items
        ]
        cursor = page.next_cursor
        if cursor is None:
            break
    for at in timeline.marks:
        if at in held or at in (span.start, span.now):
            latest = market.history(symbol, None, at + MICROSECOND, 1, None).items
            known += [PriceAt(known_at=at, price=tick.price) for tick in latest]
    return known


def _sums(one: Sequence[int | None], other: Sequence[int | None]) -> list[int | None]:
    return [None if a is None or b is None else a + b for a, b in zip(one, other, strict=True)]
