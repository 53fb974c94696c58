"""Ports: what the use cases need of the outside world.

Each port has two implementations (AWS, and in memory) that pass the same tests. Every method may
raise `Transient`. Times are aware and in UTC; amounts are minor units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from lambdas.domain.activity import GroupRequest, Trade, Validation
from lambdas.domain.charts import Bar, Length
from lambdas.domain.deposits import Charge, Deposit, DepositDecision, Payment, PaymentPage
from lambdas.domain.jobs import Job
from lambdas.domain.ledger import Account, Position, Posting
from lambdas.domain.live import Connection, Push, Ticket
from lambdas.domain.market import Candle, Interval, MarketSnapshot, MarketUpdate, Quote, Tick
from lambdas.domain.orders import Decision, Order, Snapshot
from lambdas.domain.profile import Profile
from lambdas.domain.receipts import Language, Receipt, ReceiptFacts
from lambdas.domain.statements import Statement

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A page of a list, newest first; `next_cursor` is None on the last page.

    Every method that takes a cursor raises InvalidInput for one that this system did not issue.
    """

    items: Sequence[T]
    next_cursor: str | None


class OpenOrder(NamedTuple):
    """An entry of the index of open orders."""

    order_id: str
    next_attempt_at: datetime
    created_at: datetime


class Orders(Protocol):
    """Orders, and the transaction that changes one together with the ledger."""

    def snapshot(self, account_id: str, symbol: str, order_id: str) -> Snapshot:
        """Account, quote and order at one moment. Raises StaleDecision if one is being written."""

    def get(self, order_id: str) -> Order | None:
        """One order of any account; consistent read."""

    def get_many(self, order_ids: Sequence[str]) -> dict[str, Order]:
        """The existing ones of at most 100 orders by id; consistent read."""

    def commit(self, decision: Decision) -> None:
        """Writes a decision in one transaction. Raises StaleDecision if anything has changed."""

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Order]:
        """An account's orders by time of creation. A new order may appear after a moment."""

    def open(self) -> Sequence[OpenOrder]:
        """All open orders from the index, next attempt first. A new order may be missing."""


class Accounts(Protocol):
    """Balances, ledger, deposits and positions of accounts."""

    def get(self, account_id: str) -> Account:
        """The balances; consistent read. An account without any posting is empty."""

    def versions(self, account_ids: Sequence[str]) -> dict[str, int]:
        """The version of each account; consistent read. One without any posting has 0."""

    def deposit_snapshot(self, account_id: str, deposit_id: str) -> tuple[Account, Deposit | None]:
        """Account and deposit at one moment. Raises StaleDecision if one is being written."""

    def commit_deposit(self, decision: DepositDecision) -> None:
        """Writes a deposit's step and its posting in one transaction. Raises StaleDecision."""

    def postings(self, account_id: str, limit: int, cursor: str | None) -> Page[Posting]:
        """The ledger by number; consistent read."""

    def positions(self, account_id: str) -> Sequence[Position]:
        """The account's positions by symbol; consistent read."""


class PendingDeposit(NamedTuple):
    """An entry of the index of pending deposits."""

    account_id: str
    deposit_id: str
    next_check_at: datetime
    created_at: datetime


class Deposits(Protocol):
    """Deposits by themselves: card payments before their money moves. `Accounts` moves money."""

    def get(self, account_id: str, deposit_id: str) -> Deposit | None:
        """One deposit; consistent read."""

    def with_token(self, token: str) -> Deposit | None:
        """The card payment of a page's token. A token that is new may not be found yet."""

    def create(self, deposit: Deposit) -> None:
        """Stores a new deposit. Raises StaleDecision if its id exists."""

    def update(self, before: Deposit, after: Deposit) -> None:
        """Writes a step without money. Raises StaleDecision if the deposit is not as read."""

    def pending(self) -> Sequence[PendingDeposit]:
        """All pending deposits from the index, next check first. A new one may be missing."""


class CardPayments(Protocol):
    """The payment provider.

    Transient: it did not answer, or not in its own words, so that nothing is known about what it
    did. Refused (payment_refused): it says that it does not do this; `status` says what is true.
    """

    def create(self, charge: Charge, return_url: str) -> PaymentPage:
        """Opens a payment. Each call opens another one, and none charges anything by itself."""

    def commit(self, token: str) -> Payment:
        """Takes the money that the buyer authorised. It succeeds at most once for each token."""

    def status(self, token: str) -> Payment:
        """What is true of a payment, for seven days."""


class Market(Protocol):
    """Quotes, price history and candles, and the transaction that changes them."""

    @property
    def zone(self) -> tzinfo:
        """The time zone whose midnights part the market's days."""

    def board(self, *, consistent: bool = False) -> Sequence[Quote]:
        """All quotes by symbol. Eventually consistent, unless asked otherwise."""

    def quote(self, symbol: str) -> Quote | None:
        """One quote. Eventually consistent."""

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """The existing quotes of these companies by symbol; consistent read."""

    def snapshot(self, ticks: Sequence[Tick]) -> MarketSnapshot:
        """All items that these ticks touch; consistent read of at most MAX_KEYS items."""

    def commit(self, update: MarketUpdate) -> None:
        """Writes an update in one transaction. Raises StaleDecision if anything has changed."""

    def recorded(self, symbol: str, day: datetime) -> tuple[MarketSnapshot, Sequence[Tick]]:
        """A company's quote and the candles of a market day, then all its ticks; consistent.

        A tick that arrives in between makes an update based on these stale.
        """

    def history(
        self,
        symbol: str,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Tick]:
        """Ticks of one company with start ≤ observed_at < end."""

    def candles(
        self,
        symbol: str,
        interval: Interval,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Candle]:
        """Candles of one company with start ≤ opened_at < end."""

    def bars(
        self,
        symbol: str,
        length: Length,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Bar]:
        """Bars of one company with start ≤ opened_at < end, each one whole."""


class ActivityLog(Protocol):
    """Purchase requests of all groups and the exchange's answers, in any order of arrival."""

    def record_request(self, request: GroupRequest) -> None:
        """Stores a request; the first one under an id stays."""

    def record_validation(self, validation: Validation) -> None:
        """Stores an answer; the first one under an id stays."""

    def record_trade(self, trade: Trade) -> None:
        """Stores a request of ours with its answer; replaces what others claimed under its id."""

    def demand(self, symbol: str, start: datetime, end: datetime) -> int:
        """Number of valid purchases of a company by all groups, start ≤ validated_at < end."""

    def purchases(self, symbol: str, start: datetime, end: datetime, limit: int) -> Sequence[Trade]:
        """Valid purchases of one company, start ≤ validated_at < end, the newest `limit` ones."""

    def of_symbol(self, symbol: str, limit: int, cursor: str | None) -> Page[Trade]:
        """Answered requests of one company by time of the answer."""

    def feed(self, start: datetime, end: datetime, limit: int, cursor: str | None) -> Page[Trade]:
        """Answered requests of all companies, start ≤ validated_at < end, a few days at most."""


class Outbox(Protocol):
    """The queue of purchase requests to publish."""

    def send(self, requests: Sequence[str]) -> Sequence[int]:
        """Enqueues wire messages; returns the positions of those that were not enqueued."""


class DeadLetters(Protocol):
    """The dead-letter queue of one source queue."""

    def put(self, body: str, reason: str) -> None:
        """Puts a whole message aside with the reason, for an operator."""


class Profiles(Protocol):
    """Settings of accounts."""

    def get(self, account_id: str) -> Profile:
        """The settings; consistent read. Those of an account that has chosen nothing are empty."""

    def put(self, profile: Profile) -> Profile:
        """Writes settings; returns them with their new version. Raises StaleDecision if they are
        not as read.
        """


class JobsPulse(NamedTuple):
    """When jobs last ended, and since when the longest waiting open job is due for a check."""

    last_finished_at: datetime | None
    last_failed_at: datetime | None
    due_since: datetime | None


class Jobs(Protocol):
    """Jobs and their states."""

    def create(self, job: Job) -> None:
        """Stores a new job. Raises StaleDecision if its id exists."""

    def get(self, job_id: str) -> Job | None:
        """One job of any account; consistent read."""

    def update(self, before: Job, after: Job) -> None:
        """Writes a new state of a job. Raises StaleDecision if it is not as read."""

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Job]:
        """An account's jobs by time of creation."""

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Ids of open jobs due for a check, longest waiting first. Eventually consistent."""

    def pulse(self) -> JobsPulse:
        """How the jobs of all accounts fare."""


class JobQueue(Protocol):
    """The queue of jobs to run."""

    def send(self, job_ids: Sequence[str]) -> None:
        """Enqueues jobs; sending one twice is harmless."""


class Workflow(Protocol):
    """The state machine that runs a job."""

    def run(self, job_id: str) -> bool:
        """Runs a job to its end; whether the execution succeeded."""

    def exists(self) -> bool:
        """Whether the state machine exists and accepts executions."""


class Unreachable(Exception):
    """The API or the user pool does not answer, or refuses the canary user; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response of the public API. `body` is None if it is not a JSON object."""

    status: int
    body: Mapping[str, Any] | None


class PublicApi(Protocol):
    """The public API over HTTPS, as a browser reaches it, and the sign-in of the canary user."""

    def sign_in(self) -> str:
        """An id token. Raises Unreachable."""

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        key: str = "",
        body: Mapping[str, str] | None = None,
    ) -> Answer:
        """The response, whatever its status. Raises Unreachable."""


class Users(Protocol):
    """People who may sign in."""

    def email(self, account_id: str) -> str | None:
        """The account's e-mail address; None where there is no such user."""


class Receipts(Protocol):
    """Receipts by number."""

    def get(self, number: str) -> Receipt | None:
        """One receipt of any account; consistent read."""

    def create(self, receipt: Receipt) -> None:
        """Stores a new receipt. Raises StaleDecision if its number exists."""

    def mark_ready(self, receipt: Receipt, at: datetime) -> None:
        """Says that the receipt's documents are stored; the first time stays."""


class ReceiptQueue(Protocol):
    """The queue of receipts to make."""

    def send(self, order_ids: Sequence[str]) -> Sequence[int]:
        """Enqueues orders; returns the positions of those that were not enqueued. Twice is
        harmless.
        """


class Documents(Protocol):
    """Private files that people may download."""

    def put(self, key: str, content: bytes) -> None:
        """Stores a PDF; the first one under a key stays."""

    def link(self, key: str, file_name: str, valid_for: timedelta) -> str:
        """Address that downloads the file under this name until it expires."""


class Typesetter(Protocol):
    """Makes PDF documents: the same bytes for the same facts."""

    def receipt(self, facts: ReceiptFacts, language: Language) -> bytes:
        """The receipt of an order."""

    def statement(self, statement: Statement, email: str | None, language: Language) -> bytes:
        """The statement of an account's month."""


class Tickets(Protocol):
    """Tickets that open a live connection, each once."""

    def issue(self, ticket: Ticket) -> None:
        """Stores a new ticket."""

    def redeem(self, ticket_id: str, stage: str, now: datetime) -> str | None:
        """Deletes the ticket and returns its account; None unless it was valid."""


class ConnectionPage(NamedTuple):
    """Connections of one shard (account and connection id), and after which one to continue."""

    connections: Sequence[tuple[str, str]]
    after: str | None


class Connections(Protocol):
    """Open live connections."""

    def add(self, connection: Connection) -> None:
        """Stores an open connection."""

    def forget(
        self, account_id: str, connection_id: str, opened_before: datetime | None = None
    ) -> None:
        """Deletes a connection, if there is one (and it is older than `opened_before`)."""

    def of_account(self, account_id: str) -> Sequence[str]:
        """Ids of an account's connections; consistent read."""

    def owner(self, connection_id: str) -> str | None:
        """The account of a connection. Eventually consistent."""

    def of_shard(self, shard: int, limit: int, after: str | None) -> ConnectionPage:
        """Connections of a shard by id. Eventually consistent."""


class Delivery(StrEnum):
    """What became of a message to a connection."""

    SENT = "sent"
    GONE = "gone"  # there is no such connection (any more, or yet)
    FAILED = "failed"  # it may succeed later


class Sockets(Protocol):
    """The gateway that holds the connections."""

    def post(self, connection_id: str, message: str) -> Delivery:
        """Sends a message to a connection. Raises nothing that another attempt may mend."""


class PushQueue(Protocol):
    """The queue `pushes`."""

    def send(self, pushes: Sequence[Push], *, delay_s: int = 0) -> None:
        """Enqueues pushes; sending one twice is harmless."""


class BoardFile(Protocol):
    """The file that shows the board to everybody."""

    def write(self, content: bytes) -> None:
        """Replaces the file."""
