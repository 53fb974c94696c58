"""Every verdict of the exchange, in memory and, when a file is named, one JSON line each in it.

The file is read at start: it is why a verdict outlives the process, and it is what a reconciliation
compares our accepted orders with. A line is written before the answer goes out, so no answer is
ever unknown to it.
"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from local.exchange.market import iso
from local.exchange.purchases import Purchase
from local.exchange.verdicts import Reason, Verdict

LINE_START: Final = '{"request_id": '


class LedgerUnreadable(Exception):
    """The file holds something that this exchange did not write; it must not be guessed at."""


class Ledger:
    """The first verdict on a key is the only one; without a path it dies with the process."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._verdicts: dict[tuple[int, str], Verdict] = {}
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._verdicts = {verdict.key: verdict for verdict in _load(path)}

    def __len__(self) -> int:
        return len(self._verdicts)

    def find(self, group_id: int, request_id: str) -> Verdict | None:
        return self._verdicts.get((group_id, request_id))

    def record(self, verdict: Verdict) -> None:
        """Keep a verdict that has not been kept; in the file first."""
        assert verdict.key not in self._verdicts
        if self._path is not None:
            # Closed at once: the line then survives this process's death. Only a dying machine
            # could lose it.
            with self._path.open("a", encoding="utf-8") as file:
                file.write(to_line(verdict))
        self._verdicts[verdict.key] = verdict


def to_line(verdict: Verdict) -> str:
    """One line of the file; `quantity` is a decimal string."""
    purchase = verdict.purchase
    record = {
        "request_id": purchase.request_id,
        "group_id": purchase.group_id,
        "symbol": purchase.symbol,
        "quantity": str(purchase.quantity),
        "valid": verdict.valid,
        "reason": verdict.reason,
        "decided_at": iso(verdict.decided_at),
    }
    return json.dumps(record) + "\n"


def from_line(line: str) -> Verdict:
    record = json.loads(line)
    purchase = Purchase(
        request_id=record["request_id"],
        group_id=record["group_id"],
        symbol=record["symbol"],
        quantity=Decimal(record["quantity"]),
    )
    decided_at = datetime.fromisoformat(record["decided_at"])
    return Verdict(purchase=purchase, reason=Reason(record["reason"]), decided_at=decided_at)


def _load(path: Path) -> list[Verdict]:
    """All verdicts of the file; a last line that was cut off was never answered, and is removed."""
    if not path.exists():
        return []
    whole, end, torn = path.read_text(encoding="utf-8").rpartition("\n")
    try:
        verdicts = [from_line(line) for line in whole.splitlines()]
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise LedgerUnreadable(f"{path} is not a ledger of this exchange: {error!r}") from error
    if torn and not torn.startswith(LINE_START[: len(torn)]):
        raise LedgerUnreadable(
            f"{path} is not a ledger of this exchange: it ends with {torn[:40]!r}"
        )
    if torn:
        path.write_text(whole + end, encoding="utf-8")
    return verdicts
