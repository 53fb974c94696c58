"""Walk through every account and judge it, on a system that lives.

An account is read in several calls, and it may change between them. So what looks broken is not
reported: it is read again until two readings in a row, a pause apart, are equal to the last digit.
Only then is what is wrong in them really there. What never holds still is said to be unsettled.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from lambdas.domain.errors import Transient
from lambdas.domain.orders import Order
from ops.errors import Unreadable
from ops.laws import Breach, Law
from ops.ports import Books
from ops.tally import Reading, Tally

T = TypeVar("T")
READINGS: Final = 12
PATIENCE: Final = 4
# Longer than a transaction takes from its first visible write to its last, and than the index by
# which an account's orders are found is behind.
FIRST_PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 4.0
_BATCH: Final = 100
_WAITING_PER_WORKER: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An account and its last reading. Unsettled: it looked broken, and changed at every look."""

    reading: Reading
    is_settled: bool


def audit(
    books: Books,
    *,
    workers: int,
    pause: Callable[[float], None],
    seen: Callable[[Order], None] = lambda _order: None,
) -> Iterator[Judged]:
    """Every account's judgement, as it is ready; `seen` hears of every order that was read."""
    with ThreadPoolExecutor(workers) as pool:
        running: deque[Future[Judged]] = deque()
        for account_id in _every_account(books):
            running.append(pool.submit(judge, books, account_id, pause, seen))
            if len(running) >= workers * _WAITING_PER_WORKER:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def judge(
    books: Books,
    account_id: str,
    pause: Callable[[float], None],
    seen: Callable[[Order], None] = lambda _order: None,
) -> Judged:
    """One account, read as often as it takes to be sure."""
    reading = _read_patiently(books, account_id, pause, seen)
    for again in range(READINGS):
        if not reading.breaches:
            return Judged(reading=reading, is_settled=True)
        pause(min(FIRST_PAUSE_S * 2 ** (again // 3), LONGEST_PAUSE_S))
        before, reading = reading, _read_patiently(books, account_id, pause, seen)
        if before.digest == reading.digest:
            return Judged(reading=reading, is_settled=True)
    return Judged(reading=reading, is_settled=not reading.breaches)


def _read_patiently(
    books: Books,
    account_id: str,
    pause: Callable[[float], None],
    seen: Callable[[Order], None],
) -> Reading:
    """A busy store is asked again: hours of work are not thrown away for one refusal."""
    for again in range(PATIENCE):
        try:
            return read(books, account_id, seen)
        except Transient:
            pause(FIRST_PAUSE_S * 2**again)
    return read(books, account_id, seen)


def read(books: Books, account_id: str, seen: Callable[[Order], None]) -> Reading:
    """One pass over one account; memory holds a page of it at a time."""
    try:
        account = books.balances(account_id)
        positions = books.positions(account_id)
        tally = Tally(account_id)
        for entry in books.entries(account_id):
            tally.add(entry)
            if entry.order is not None:
                seen(entry.order)
        return tally.close(account, positions)
    except Unreadable as error:
        breach = Breach(
            account_id=account_id,
            law=Law.READABLE,
            what="an item",
            expected="the form that our code writes",
            found=str(error),
        )
        return Reading(account_id=account_id, digest=str(error), breaches=(breach,))


def _every_account(books: Books) -> Iterator[str]:
    """Those with balances, then strays: accounts that are only named by something else."""
    yield from books.accounts()
    strays: set[str] = set()
    for account_ids in _batches(books.mentioned()):
        for account_id in books.without_balances(account_ids):
            if account_id not in strays:
                strays.add(account_id)
                yield account_id


def _batches(account_ids: Iterable[str]) -> Iterator[Sequence[str]]:
    """Distinct ones, a hundred at a time; the same one may be in several batches."""
    distinct = _without_runs(account_ids)
    while batch := list(dict.fromkeys(islice(distinct, _BATCH))):
        yield batch


def _without_runs(items: Iterable[T]) -> Iterator[T]:
    last: T | None = None
    for item in items:
        if item != last:
            yield item
        last = item
