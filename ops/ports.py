"""What the operator's commands need of the world, beyond the ports of the functions. Each has two
forms (AWS, and in memory) that pass the same tests.

Every method may raise `Transient`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from lambdas.domain.ledger import Account, Position
from lambdas.domain.orders import Order
from lambdas.ports import Market, Orders, Reminders, Wallets
from ops.entries import Entry


class Books(Protocol):
    """The tables as an auditor reads them: everything, page by page. May raise `Unreadable`."""

    def accounts(self) -> Iterator[str]:
        """Every account that has balances, each once."""

    def mentioned(self) -> Iterator[str]:
        """Every account that an order, a posting or a position names; the same one often."""

    def without_balances(self, account_ids: Sequence[str]) -> Sequence[str]:
        """Those of at most 100 accounts that have no balances at all."""

    def balances(self, account_id: str) -> Account | None:
        """The balances, read consistently."""

    def entries(self, account_id: str) -> Iterator[Entry]:
        """All orders and deposits of the account, each once, in an order that does not change.

        Postings and orders are read consistently; an order without any posting may be missed
        while it is very young.
        """

    def positions(self, account_id: str) -> Sequence[Position]:
        """What the account owns, read consistently."""

    def open_orders(self) -> Iterator[Order]:
        """Every order without an end, but perhaps the very youngest."""

    def in_conflict(self) -> Iterator[Order]:
        """Every order with an answer that contradicts its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that was put aside. `reason` is None where a queue gave up on it by itself."""

    letter_id: str
    body: str
    reason: str | None
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many letters went back, and whether all of them have arrived by now."""

    letters: int
    finished: bool = True


class Letters(Protocol):
    """One dead-letter queue. Looking changes nothing: all that is looked at stays in it."""

    def look(self, most: int) -> Sequence[Letter]:
        """At most so many of the letters, oldest first."""

    def move(self, letters: Sequence[Letter]) -> Moved:
        """Back to the queue that they came from; each leaves only after it has arrived there."""

    def drop(self, letter_id: str) -> bool:
        """Forget one letter; False when it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """What one part has logged. A queue that it names goes by our name for it."""

    at: datetime
    part: str
    """`gateway`, `bridge`, or a function's name."""

    fields: Mapping[str, Any]


class Logs(Protocol):
    """The logs of all parts: the gateway's, the functions', the bridge's."""

    def holding(
        self, text: str, since: datetime, until: datetime, part: str | None = None
    ) -> Sequence[LogLine]:
        """Every line within the time that holds the text, of all parts or one, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm as it stands. `says` ends with the runbook's section."""

    name: str
    state: str
    since: datetime
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """Messages of one queue, about: SQS counts them on many servers. The relay has dead letters
    alone.
    """

    queue: str
    waiting: int | None
    in_work: int | None
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the stage is set to, as its functions were told."""

    group_id: str
    overdue_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """All that a command may use. What costs a call of its own is made when it is asked for."""

    orders: Orders
    wallets: Wallets
    market: Market
    books: Books
    letters: Callable[[str], Letters]
    reminders: Callable[[], Reminders]
    settings: Callable[[], Settings]
    logs: Callable[[], Logs]
    alarms: Callable[[], Sequence[Alarm]]
    depths: Callable[[], Sequence[Depth]]
    now: Callable[[], datetime]
    pause: Callable[[float], None]  # seconds
