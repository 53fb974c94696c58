"""Compares the orders that we hold as accepted with those that the exchange holds as accepted.

The exchange's ledger is a file with one JSON line per answer (`request_id`, `group_id`, `valid`).
Both sides go into a temporary SQLite database on disk, so neither has to fit into memory.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Self

from lambdas.domain.activity import normalise_group_id
from lambdas.domain.orders import Order, State
from ops.laws import Breach, Law
from ops.ports import AuditStore, CannotRun, Unreadable

NO_ACCOUNT: Final = "(none)"
_SCHEMA: Final = """
    create table ours (order_id text primary key, account_id text) without rowid;
    create table theirs (order_id text primary key, valid integer) without rowid;
"""


class Comparison:
    """Our accepted orders against the exchange's.

    Add our orders while the tables are read, read the exchange's file afterwards, then compare. In
    this sequence a running system gives no false alarm: the exchange writes its line before it
    answers, so what we have read as accepted is in the file by now; and an order that only the
    file has accepted is read again in our table.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.executescript(_SCHEMA)
        self.unapplied = 0
        """Orders that the exchange has accepted and that are still open here."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, orders: Iterable[Order]) -> None:
        """Adds our orders; only the accepted ones count."""
        self._database.executemany(
            "insert or replace into ours values (?, ?)",
            [(it.order_id, it.account_id) for it in orders if it.state is State.ACCEPTED],
        )

    def read(self, path: Path, group_id: str) -> None:
        """Reads the exchange's answers to our group. Raises CannotRun for an unusable file."""
        try:
            with path.open(encoding="utf-8") as lines:
                self._database.executemany(
                    "insert or replace into theirs values (?, ?)", _answers(lines, group_id, path)
                )
        except OSError as error:
            raise CannotRun(
                f"{path} cannot be read: {error.strerror}. Name the exchange's ledger file."
            ) from None

    def breaches(self, store: AuditStore) -> Iterator[Breach]:
        """Orders that are accepted on one side only."""
        ours_only = self._database.execute(
            "select ours.order_id, account_id, valid from ours left join theirs"
            " using (order_id) where valid is not 1 order by ours.order_id"
        )
        for order_id, account_id, valid in ours_only:
            theirs = "unknown" if valid is None else "rejected"
            yield _breach(account_id, order_id, exchange=theirs, here=State.ACCEPTED)
        theirs_only = self._database.execute(
            "select theirs.order_id from theirs left join ours using (order_id)"
            " where valid = 1 and account_id is null order by theirs.order_id"
        )
        for (order_id,) in theirs_only:
            yield from self._read_again(store, order_id)

    def _read_again(self, store: AuditStore, order_id: str) -> Iterator[Breach]:
        try:
            order = store.order(order_id)
        except Unreadable:
            yield _breach(NO_ACCOUNT, order_id, exchange="accepted", here="unreadable")
            return
        if order is None:
            yield _breach(NO_ACCOUNT, order_id, exchange="accepted", here="unknown")
        elif order.is_open:
            self.unapplied += 1
        elif order.state is not State.ACCEPTED:
            yield _breach(order.account_id, order_id, exchange="accepted", here=order.state)


def _answers(lines: Iterable[str], group_id: str, path: Path) -> Iterator[tuple[str, bool]]:
    for number, line in enumerate(lines, start=1):
        if not line.endswith("\n"):  # being written at this moment, so not answered yet
            return
        try:
            answer = json.loads(line)
            if normalise_group_id(str(answer["group_id"])) == group_id:
                yield str(answer["request_id"]), answer["valid"] is True
        except (ValueError, KeyError, TypeError):
            raise CannotRun(
                f"{path}, line {number}, is not an answer of an exchange's ledger. Each line is a"
                " JSON object with request_id, group_id and valid."
            ) from None


def _breach(account_id: str, order_id: str, *, exchange: str, here: str) -> Breach:
    return Breach(
        account_id=account_id,
        law=Law.CAUSES,
        what=f"order {order_id}",
        expected=f"{exchange} (the exchange)",
        found=f"{here} (here)",
    )
