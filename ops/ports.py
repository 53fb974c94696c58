"""Ports of the operator's commands, beyond those of the functions.

Each port has two implementations (AWS, and in memory) that pass the same tests. Every method may
raise `Transient`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Protocol

from lambdas.domain.ledger import Posting
from lambdas.domain.orders import Order
from lambdas.names import Table
from lambdas.ports import Accounts, Market, Orders, PublicApi
from ops.laws import AccountRecords
from ops.rewind import Rewind


class CannotRun(Exception):
    """The command cannot run at all. The message tells the operator what to do."""


class Unreadable(Exception):
    """A stored item does not have the form that our code writes. The message quotes no content."""


class AuditStore(Protocol):
    """The tables as an auditor reads them. Every method may raise `Unreadable`."""

    def account_ids(self) -> Iterator[str]:
        """Every account that any table names, each once: also those without an account item."""

    def read(self, account_id: str) -> AccountRecords:
        """All items of one account, each read once and consistently.

        The reads are not one transaction: an account that changes meanwhile may look inconsistent.
        An order without any posting may be missing while it is very young.
        """

    def order(self, order_id: str) -> Order | None:
        """One order; consistent read."""

    def postings_of(self, order: Order) -> Sequence[Posting]:
        """The postings that an order caused, by number; consistent read."""

    def in_conflict(self) -> Iterator[Order]:
        """Every order with an answer that contradicts its end; reads the whole table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message in a dead-letter queue. `reason` is None where the queue itself gave up on it."""

    letter_id: str
    body: str
    reason: str | None
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many dead letters went back, how many could not, and whether the move has finished."""

    letters: int
    left: int = 0
    finished: bool = True


class DeadLetterQueue(Protocol):
    """One dead-letter queue."""

    def peek(self, limit: int) -> Sequence[DeadLetter]:
        """At most `limit` dead letters, oldest first. All of them stay in the queue."""

    def move(self, letters: Sequence[DeadLetter]) -> Moved:
        """Sends dead letters back to their source queue; each is deleted only after it was sent."""

    def drop(self, letter_id: str) -> bool:
        """Deletes one dead letter; False where it is not in the queue."""


StoredItem = dict[str, dict[str, Any]]
"""An item in DynamoDB's own JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """How many items a table got back, and how many it had that the copy has not."""

    written: int
    deleted: int


class Backups(Protocol):
    """Whole tables, and what makes restored ones agree. Not for use while functions run."""

    def items(self, table: Table) -> Iterator[StoredItem]:
        """Every item of a table."""

    def recovered(self, table: Table, at: datetime, suffix: str) -> Iterator[StoredItem]:
        """Every item of a table at that time. Raises CannotRun where it cannot be restored."""

    def replace(self, table: Table, items: Iterator[StoredItem]) -> Copied:
        """Makes a table hold exactly these items."""

    def rewind(self, rewound: Rewind, now: datetime) -> None:
        """Writes what makes the items of an account agree."""

    def ask_again(self, order: Order, now: datetime) -> None:
        """Makes an open order due for publication."""


class CanaryUser(Protocol):
    """The smoke test's user in the user pool, and its login in Secrets Manager."""

    def create(self) -> str:
        """Creates the user, or gives it a new password; returns its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One structured log line. `part` is a function's name, `bridge` or `gateway`."""

    at: datetime
    part: str
    fields: Mapping[str, Any]


class Logs(Protocol):
    """The logs of all parts: the API gateway's access log, the functions' and the bridge's."""

    def search(
        self, text: str, since: datetime, until: datetime, part: str | None = None
    ) -> Sequence[LogLine]:
        """Lines of this time that contain the text, of all parts or one, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A CloudWatch alarm. `description` ends with the section of the runbook."""

    name: str
    state: str
    since: datetime
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """Approximate number of messages of a queue. The relay has a dead-letter queue alone."""

    queue: str
    waiting: int | None
    in_flight: int | None
    dead_letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """Settings of a stage, as its functions have them."""

    group_id: str
    overdue_after: timedelta
    market_zone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The ports of all commands. Those that cost a call of their own are built when used."""

    public_api: Callable[[], PublicApi]
    canary_user: Callable[[], CanaryUser]
    orders: Orders
    accounts: Accounts
    market: Callable[[], Market]
    audit_store: AuditStore
    dead_letters: Callable[[str], DeadLetterQueue]
    settings: Callable[[], StageSettings]
    logs: Callable[[], Logs]
    alarms: Callable[[], Sequence[Alarm]]
    queue_depths: Callable[[], Sequence[QueueDepth]]
    backups: Callable[[], Backups]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]  # seconds
