"""In-memory implementations of the operator's ports, over the same store as the functions' ones."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from lambdas.domain.ledger import Posting
from lambdas.domain.orders import Order
from ops.laws import AccountRecords
from ops.ports import DeadLetter, LogLine, Moved
from tests.fakes.memory import MemoryDeadLetters, MemoryStore


class MemoryAuditStore:
    """The port `AuditStore`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def account_ids(self) -> Iterator[str]:
        """Of accounts, orders, postings, positions and deposits."""
        named = [*self.store.accounts]
        named += [order.account_id for order in self.store.orders.values()]
        for table in (self.store.postings, self.store.positions, self.store.deposits):
            named += [account_id for account_id, _ in table]
        yield from dict.fromkeys(named)

    def read(self, account_id: str) -> AccountRecords:
        """At one moment."""
        postings = self.store.ledger(account_id)
        causes = {posting.cause_id for posting in postings}
        return AccountRecords(
            account_id=account_id,
            account=self.store.accounts.get(account_id),
            postings=postings,
            positions=[
                p for key, p in sorted(self.store.positions.items()) if key[0] == account_id
            ],
            deposits=[d for key, d in sorted(self.store.deposits.items()) if key[0] == account_id],
            orders=[
                order
                for order_id, order in sorted(self.store.orders.items())
                if order.account_id == account_id or order_id in causes
            ],
        )

    def order(self, order_id: str) -> Order | None:
        """One order."""
        return self.store.orders.get(order_id)

    def postings_of(self, order: Order) -> Sequence[Posting]:
        """By number."""
        ledger = self.store.ledger(order.account_id)
        return [posting for posting in ledger if posting.cause_id == order.order_id]

    def in_conflict(self) -> Iterator[Order]:
        """Those with a conflict."""
        yield from [order for order in self.store.orders.values() if order.conflict is not None]


class MemoryDeadLetterQueue:
    """The port `DeadLetterQueue` over what was put into `MemoryDeadLetters`, one each second.

    `source` is the queue that dead letters go back to. One without a reason stands for a message
    that the queue itself gave up on.
    """

    def __init__(self, put_aside: MemoryDeadLetters, since: datetime) -> None:
        self.put_aside = put_aside
        self.source: list[str] = []
        self.unmovable = 0  # how many, from the newest on, cannot go back
        self._since = since
        self._gone: set[str] = set()

    def peek(self, limit: int) -> Sequence[DeadLetter]:
        """Oldest first."""
        letters = [
            DeadLetter(
                letter_id=f"letter-{place}",
                body=body,
                reason=reason or None,
                sent_at=self._since + timedelta(seconds=place),
            )
            for place, (body, reason) in enumerate(self.put_aside.letters)
        ]
        return [letter for letter in letters if letter.letter_id not in self._gone][:limit]

    def move(self, letters: Sequence[DeadLetter]) -> Moved:
        """Those that are still here."""
        here = [it for it in self.peek(len(self.put_aside.letters)) if it in letters]
        moving = here[: len(here) - self.unmovable]
        self.source += [letter.body for letter in moving]
        self._gone |= {letter.letter_id for letter in moving}
        return Moved(letters=len(moving), left=len(here) - len(moving))

    def drop(self, letter_id: str) -> bool:
        """One."""
        is_here = letter_id in {it.letter_id for it in self.peek(len(self.put_aside.letters))}
        self._gone.add(letter_id)
        return is_here


class MemoryLogs:
    """The port `Logs` over given lines."""

    def __init__(self, lines: Sequence[LogLine]) -> None:
        self._lines = lines

    def search(
        self, text: str, since: datetime, until: datetime, part: str | None = None
    ) -> Sequence[LogLine]:
        """Of those lines."""
        found = [
            line
            for line in self._lines
            if text in json.dumps(line.fields)
            and since <= line.at <= until
            and part in (None, line.part)
        ]
        return sorted(found, key=lambda line: line.at)
