"""Audit of every account of a running system, without false alarms.

An account is read in several calls, and may change between them. So what looks broken is read again
until two readings in a row, a pause apart, are equal: only then is a breach reported. An account
that changes at every look is reported as busy.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from lambdas.domain.errors import Transient
from lambdas.domain.ledger import LineAccount
from ops.laws import AccountRecords, Breach, Law, account_breaches, counter_sums
from ops.ports import AuditStore, Unreadable

MAX_READINGS: Final = 12
MAX_RETRIES: Final = 4
MAX_BREACHES: Final = 20
"""Breaches of one account that are reported; the others are counted."""

# Longer than a transaction takes from its first visible write to its last, and than the index by
# which an account's orders are found lags behind.
FIRST_PAUSE_S: Final = 2.0
MAX_PAUSE_S: Final = 4.0
_QUEUED_PER_WORKER: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAudit:
    """The last reading of an account and what is wrong in it. Busy: it changed at every look."""

    records: AccountRecords
    breaches: tuple[Breach, ...] = ()
    more_breaches: int = 0
    is_busy: bool = False


def audit(
    store: AuditStore, *, workers: int, sleep: Callable[[float], None]
) -> Iterator[AccountAudit]:
    """Audits every account. Memory: the records of a few accounts per worker."""
    with ThreadPoolExecutor(workers) as pool:
        running: deque[Future[AccountAudit]] = deque()
        for account_id in store.account_ids():
            running.append(pool.submit(audit_account, store, account_id, sleep))
            if len(running) >= workers * _QUEUED_PER_WORKER:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def audit_account(
    store: AuditStore, account_id: str, sleep: Callable[[float], None]
) -> AccountAudit:
    """Audits one account: one reading where all is well, more until a breach is certain."""
    last: AccountAudit | None = None
    for reading in range(1 + MAX_READINGS):
        found = _audit_once(store, account_id, sleep)
        if not found.breaches or found == last:
            return found
        last = found
        if reading < MAX_READINGS:
            sleep(min(FIRST_PAUSE_S * 2 ** (reading // 3), MAX_PAUSE_S))
    assert last is not None, "an account is read at least once"
    return AccountAudit(records=last.records, is_busy=True)


def _audit_once(store: AuditStore, account_id: str, sleep: Callable[[float], None]) -> AccountAudit:
    try:
        records = _read(store, account_id, sleep)
    except Unreadable as error:
        breach = Breach(
            account_id=account_id,
            law=Law.READABLE,
            what="an item",
            expected="the form that our code writes",
            found=str(error),
        )
        return AccountAudit(records=AccountRecords(account_id=account_id), breaches=(breach,))
    breaches = account_breaches(records)
    reported = tuple(islice(breaches, MAX_BREACHES))
    more = sum(1 for _ in breaches)
    return AccountAudit(records=records, breaches=reported, more_breaches=more)


def _read(store: AuditStore, account_id: str, sleep: Callable[[float], None]) -> AccountRecords:
    """Retries a throttled read: one refusal does not throw hours of work away."""
    for attempt in range(MAX_RETRIES):
        try:
            return store.read(account_id)
        except Transient:
            sleep(FIRST_PAUSE_S * 2**attempt)
    return store.read(account_id)


AGES: Final = (
    ("under 15 min", timedelta(minutes=15)),
    ("15 min to 1 h", timedelta(hours=1)),
    ("1 h to 1 d", timedelta(days=1)),
    ("1 d or more", timedelta.max),
)
"""Age groups of holds without an answer: name and upper bound."""


@dataclass(kw_only=True)
class Totals:
    """Sums over all audited accounts."""

    now: datetime
    accounts: int = 0
    orders: int = 0
    deposits: int = 0
    postings: int = 0
    deposited_minor: int = 0
    available_minor: int = 0
    held_minor: int = 0
    spent_minor: int = 0
    breaches: int = 0
    busy: int = 0
    counter_minor: Counter[LineAccount] = field(default_factory=Counter)
    holds: Counter[str] = field(default_factory=Counter)  # by age group
    holds_minor: Counter[str] = field(default_factory=Counter)

    def add(self, audited: AccountAudit) -> None:
        """Adds one account."""
        records = audited.records
        self.accounts += 1
        self.orders += len(records.orders)
        self.deposits += len(records.deposits)
        self.postings += len(records.postings)
        self.deposited_minor += records.deposited_minor
        self.spent_minor += records.spent_minor
        if records.account is not None:
            self.available_minor += records.account.available_minor
            self.held_minor += records.account.held_minor
        self.counter_minor.update(counter_sums(records))
        for order in records.open_orders:
            group = age_group(self.now - order.created_at)
            self.holds[group] += 1
            self.holds_minor[group] += order.cost_minor
        self.breaches += len(audited.breaches) + audited.more_breaches
        self.busy += audited.is_busy


def age_group(age: timedelta) -> str:
    """Name of the age group of a hold."""
    return next((name for name, bound in AGES if age < bound), AGES[-1][0])
