"""Law 6 seen from both sides: what we hold as accepted against what the exchange holds as accepted.

The exchange's ledger is a file of one JSON line per verdict (`request_id`, `group_id`, `valid`).
Both sides go into a temporary database on disk: neither has to fit into memory.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import Final

from lambdas.domain.orders import Order, State
from lambdas.ports import Orders
from ops.errors import CannotRun
from ops.laws import Breach, Law

NO_ACCOUNT: Final = "(none)"
_TABLES: Final = """
    create table ours (order_id text primary key, account_id text) without rowid;
    create table theirs (order_id text primary key, valid integer) without rowid;
"""


class Comparison:
    """Take our orders while the tables are read, *then* the exchange's file, then compare.

    In this order a live system gives no false alarm: the exchange writes its line before it
    answers, so that what we have read as accepted is in its file by now; and what only the file
    knows is read again in our table.
    """

    def __init__(self) -> None:
        self._disk = sqlite3.connect("", check_same_thread=False)
        self._disk.executescript(_TABLES)
        self._lock = Lock()
        self.unapplied = 0
        """Orders that the exchange has accepted and that are still open here."""

    def close(self) -> None:
        """Forget everything."""
        self._disk.close()

    def seen(self, order: Order) -> None:
        """One of our orders; called from several threads."""
        if order.state is State.ACCEPTED:
            with self._lock:
                self._disk.execute(
                    "insert or replace into ours values (?, ?)", (order.order_id, order.account_id)
                )

    def read(self, path: Path, group_id: str) -> None:
        """The exchange's verdicts on our group. Raises CannotRun for a file that is none."""
        try:
            with path.open(encoding="utf-8") as lines:
                self._disk.executemany(
                    "insert or replace into theirs values (?, ?)", _verdicts(lines, group_id, path)
                )
        except OSError as error:
            raise CannotRun(f"{path} cannot be read: {error.strerror}") from None

    def breaches(self, orders: Orders) -> Iterator[Breach]:
        """What is accepted on one side only."""
        ours_only = self._disk.execute(
            "select ours.order_id, account_id, valid from ours left join theirs"
            " using (order_id) where valid is not 1 order by ours.order_id"
        )
        for order_id, account_id, valid in ours_only:
            theirs = "unknown" if valid is None else "rejected"
            yield _breach(account_id, order_id, exchange=theirs, here=State.ACCEPTED)
        theirs_only = self._disk.execute(
            "select theirs.order_id from theirs left join ours using (order_id)"
            " where valid = 1 and account_id is null order by theirs.order_id"
        )
        for (order_id,) in theirs_only:
            yield from self._look_again(orders, order_id)

    def _look_again(self, orders: Orders, order_id: str) -> Iterator[Breach]:
        order = orders.get(order_id)
        if order is None:
            yield _breach(NO_ACCOUNT, order_id, exchange="accepted", here="unknown")
        elif order.is_open:
            self.unapplied += 1
        elif order.state is not State.ACCEPTED:
            yield _breach(order.account_id, order_id, exchange="accepted", here=order.state)


def _verdicts(lines: Iterable[str], group_id: str, path: Path) -> Iterator[tuple[str, bool]]:
    for number, line in enumerate(lines, start=1):
        if not line.endswith("\n"):  # being written at this moment: not answered yet
            return
        try:
            verdict = json.loads(line)
            if str(verdict["group_id"]) == group_id:
                yield str(verdict["request_id"]), verdict["valid"] is True
        except (ValueError, KeyError, TypeError):
            raise CannotRun(
                f"{path}, line {number}, is no verdict of an exchange's ledger."
            ) from None


def _breach(account_id: str, order_id: str, *, exchange: str, here: str) -> Breach:
    return Breach(
        account_id=account_id,
        law=Law.ENDS,
        what=f"order {order_id}",
        expected=f"{exchange} (the exchange)",
        found=f"{here} (here)",
    )
