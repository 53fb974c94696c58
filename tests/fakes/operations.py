"""In-memory forms of the operator's ports, over the same store as the functions' ones."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from lambdas.domain.ledger import Account, Position
from lambdas.domain.orders import Order
from ops.entries import Entry
from ops.ports import Letter, LogLine, Moved
from tests.fakes.memory import MemoryDeadLetters, MemoryStore


class MemoryBooks:
    """The port `Books`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def accounts(self) -> Iterator[str]:
        """Those with balances."""
        yield from list(self.store.accounts)

    def mentioned(self) -> Iterator[str]:
        """By orders, postings, positions."""
        yield from [order.account_id for order in self.store.orders.values()]
        yield from [posting.account_id for posting in self.store.postings.values()]
        yield from [account_id for account_id, _ in self.store.positions]

    def without_balances(self, account_ids: Sequence[str]) -> Sequence[str]:
        """Those without."""
        return [it for it in account_ids if it not in self.store.accounts]

    def balances(self, account_id: str) -> Account | None:
        """The balances."""
        return self.store.accounts.get(account_id)

    def entries(self, account_id: str) -> Iterator[Entry]:
        """By cause; then the orders that no posting names."""
        mine = sorted(
            (p for p in self.store.postings.values() if p.account_id == account_id),
            key=lambda p: p.posting_id,
        )
        known = set()
        for cause_id, postings in groupby(mine, lambda p: p.cause_id):
            known.add(cause_id)
            yield Entry(
                cause_id=cause_id,
                postings=tuple(postings),
                order=self.store.orders.get(cause_id),
            )
        for order_id, order in sorted(self.store.orders.items()):
            if order.account_id == account_id and order_id not in known:
                yield Entry(cause_id=order_id, postings=(), order=order)

    def positions(self, account_id: str) -> Sequence[Position]:
        """By symbol."""
        return [p for key, p in sorted(self.store.positions.items()) if key[0] == account_id]

    def open_orders(self) -> Iterator[Order]:
        """Those without an end."""
        yield from [order for order in self.store.orders.values() if order.is_open]

    def in_conflict(self) -> Iterator[Order]:
        """Those with a conflict."""
        yield from [order for order in self.store.orders.values() if order.conflict is not None]


class MemoryLetters:
    """The port `Letters` over what was put into `MemoryDeadLetters`, one letter a second.

    `source` is the queue that letters go back to. A letter without a reason stands for one that a
    queue gave up on.
    """

    def __init__(self, box: MemoryDeadLetters, since: datetime) -> None:
        self.box = box
        self.source: list[str] = []
        self._since = since
        self._gone: set[str] = set()

    def look(self, most: int) -> Sequence[Letter]:
        """Oldest first."""
        there = [
            Letter(
                letter_id=f"letter-{place}",
                body=body,
                reason=reason or None,
                sent_at=self._since + timedelta(seconds=place),
            )
            for place, (body, reason) in enumerate(self.box.letters)
        ]
        return [letter for letter in there if letter.letter_id not in self._gone][:most]

    def move(self, letters: Sequence[Letter]) -> Moved:
        """Those that are still there."""
        going = [it for it in self.look(len(self.box.letters)) if it in letters]
        self.source += [letter.body for letter in going]
        self._gone |= {letter.letter_id for letter in going}
        return Moved(letters=len(going))

    def drop(self, letter_id: str) -> bool:
        """One."""
        is_there = letter_id in {it.letter_id for it in self.look(len(self.box.letters))}
        self._gone.add(letter_id)
        return is_there


class MemoryLogs:
    """The port `Logs` over lines."""

    def __init__(self, lines: Sequence[LogLine]) -> None:
        self._lines = lines

    def holding(
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
