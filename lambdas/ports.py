"""What the core needs of the world. Each port has two forms (DynamoDB or SQS, and in memory) that
pass the same tests.

Every method may raise `Transient`. Times are aware and in UTC; amounts are minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:  # a function that settles orders need not load what jobs and candles are
    from lambdas.domain.activity import GroupRequest, Trade, Verdict
    from lambdas.domain.candles import Candle, Interval
    from lambdas.domain.jobs import Job
    from lambdas.domain.ledger import Account, Position, Posting
    from lambdas.domain.market import Quote, Tick
    from lambdas.domain.orders import Order
    from lambdas.domain.quoting import MarketSnapshot, MarketUpdate
    from lambdas.domain.trading import Decision, Snapshot

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some items, newest first, and where to go on: None at the end."""

    items: Sequence[T]
    next_cursor: str | None


class Orders(Protocol):
    """Orders, and the one way to change them together with money."""

    def snapshot(self, account_id: str, symbol: str, order_id: str) -> Snapshot:
        """All that placing needs, in one batch read. No account yet: an empty one. Account and
        order are read consistently; a price may be that of a moment ago.
        """

    def get(self, order_id: str) -> Order | None:
        """One order, read consistently, whoever owns it."""

    def glimpse(self, order_id: str) -> Order | None:
        """The order as it was not long ago, or not yet: for half the price. What is decided on it
        is stale, if it has changed since.
        """

    def read(self, order_ids: Sequence[str]) -> dict[str, Order]:
        """Those of at most 100 orders that exist, by id, read consistently, whoever owns them."""

    def commit(self, decision: Decision) -> None:
        """Write a decision in one transaction. Raises StaleDecision if `before` is not so now,
        or if the account does not have what the posting takes.
        """

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Order]:
        """An account's orders. Raises InvalidInput for a cursor that is not ours."""


class Wallets(Protocol):
    """Balances, the ledger, and what an account owns."""

    def account(self, account_id: str) -> Account:
        """The balances; an empty account where nothing was ever paid in."""

    def posting(self, account_id: str, posting_id: str) -> Posting | None:
        """One movement, read consistently."""

    def deposit(self, posting: Posting) -> None:
        """Book a deposit. Raises StaleDecision if this very posting is there already."""

    def postings(self, account_id: str, limit: int, cursor: str | None) -> Page[Posting]:
        """The ledger. Raises InvalidInput for a cursor that is not ours."""

    def positions(self, account_id: str) -> Sequence[Position]:
        """What the account owns, by symbol."""


class Market(Protocol):
    """The board, the history of prices, and the candles, and the one way to change them."""

    def board(self) -> Sequence[Quote]:
        """All quotes, by symbol, in one query."""

    def quote(self, symbol: str) -> Quote | None:
        """The latest price of one company."""

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """The latest prices of some companies, read consistently."""

    def snapshot(self, ticks: Sequence[Tick]) -> MarketSnapshot:
        """All that taking a portion of ticks needs, in one consistent batch read."""

    def commit(self, update: MarketUpdate) -> None:
        """Write an update of a portion in one transaction. Raises StaleDecision if anything of it
        is not as it was read.
        """

    def recorded(self, symbol: str, day: datetime) -> tuple[MarketSnapshot, Sequence[Tick]]:
        """A company's quote and the candles of a day of UTC, and after them all ticks of that day,
        read consistently: a tick that comes in between makes an update of these stale.
        """

    def history(
        self,
        symbol: str,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Tick]:
        """Ticks of one company with start ≤ observed_at < end.
        Raises InvalidInput for a cursor that is not ours.
        """

    def candles(
        self,
        symbol: str,
        interval: Interval,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Candle]:
        """Candles of one company with start ≤ opened_at < end.
        Raises InvalidInput for a cursor that is not ours.
        """


class ActivityLog(Protocol):
    """What every group does, whichever of request and verdict is heard first."""

    def request(self, request: GroupRequest) -> None:
        """Keep a request; the first one heard under an id stays."""

    def verdict(self, verdict: Verdict) -> None:
        """Keep an answer; the first one heard under an id stays."""

    def demand(self, symbol: str, start: datetime, end: datetime) -> int:
        """How many purchases of a company, by all groups and ours, were found valid with
        start ≤ validated_at < end.
        """

    def of_symbol(self, symbol: str, limit: int, cursor: str | None) -> Page[Trade]:
        """A company's answered requests. Raises InvalidInput for a cursor that is not ours."""

    def feed(self, start: datetime, end: datetime, limit: int, cursor: str | None) -> Page[Trade]:
        """The other groups' answered requests with start ≤ validated_at < end, of all companies,
        a few days at most.
        Raises InvalidInput for a cursor that is not ours.
        """


class Outbox(Protocol):
    """The way to the exchange."""

    def send(self, requests: Sequence[str]) -> Sequence[int]:
        """Queue wire requests for publication; the positions of those that were not queued."""


class Reminder(NamedTuple):
    """A message that says no more than: look at these orders. `handle` is for who forgets it."""

    order_ids: tuple[str, ...]
    sent_at: datetime
    handle: str


class Reminders(Protocol):
    """What the sweep looks at: at least one reminder of each order without an end."""

    def send(self, order_ids: Sequence[str], after: timedelta) -> Sequence[int]:
        """Remind of each order, first after that time (at most 15 minutes, in whole seconds); the
        positions of those that were not queued. Twice is harmless.
        """

    def due(self) -> Sequence[Reminder]:
        """Some reminders whose time has come, in any order, of a hundred orders at most; none where
        there are no more. Each comes again after a while, unless it is done.
        """

    def done(self, reminders: Sequence[Reminder]) -> None:
        """Forget these."""


class DeadLetters(Protocol):
    """Where an operator finds what nobody could understand."""

    def put(self, body: str, reason: str) -> None:
        """Put a queue message aside, whole, with the reason."""


class JobsPulse(NamedTuple):
    """When jobs last ended, either way, and since when the one that waits longest is due."""

    last_finished_at: datetime | None
    last_failed_at: datetime | None
    due_since: datetime | None


class Jobs(Protocol):
    """Jobs and how they stand."""

    def create(self, job: Job) -> None:
        """Keep a new job. Raises StaleDecision if there is one of this id."""

    def get(self, job_id: str) -> Job | None:
        """One job, read consistently, whoever owns it."""

    def replace(self, before: Job, after: Job) -> None:
        """Write a job anew. Raises StaleDecision if it is not as it was read."""

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Job]:
        """An account's jobs. Raises InvalidInput for a cursor that is not ours."""

    def due(self, now: datetime, at_most: int) -> Sequence[str]:
        """Ids of open jobs that the sweep must look at by now, as an index knows them."""

    def pulse(self) -> JobsPulse:
        """How the jobs of all accounts go."""


class JobQueue(Protocol):
    """The way to the workflow."""

    def send(self, job_ids: Sequence[str]) -> None:
        """Queue jobs for their workflow; twice is harmless."""


class Workflow(Protocol):
    """What makes a job of its parts."""

    def run(self, job_id: str) -> bool:
        """Run it to its end, and tell whether it came to one in good order."""

    def is_there(self) -> bool:
        """Whether it exists and takes jobs."""
