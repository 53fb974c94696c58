"""The exchange's ledger: every verdict, in memory and, with a path, as one JSON line in a file.

The file is read at start, so verdicts survive a restart; reconciliation compares our accepted
orders with it. Each line is written before its answer is published, so every published answer is
in the file.
"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from local.exchange.messages import PurchaseRequest, timestamp
from local.exchange.verdicts import Reason, Verdict

LINE_START: Final = '{"request_id": '


class LedgerUnreadable(Exception):
    """The file has content that this exchange did not write; it is neither used nor changed."""


class Ledger:
    """Keeps one verdict per group and request id; without a path, only in memory."""

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
        """Add a verdict, to the file first."""
        assert verdict.key not in self._verdicts
        if self._path is not None:
            # Closed at once, so the line survives the end of this process (not of the machine).
            with self._path.open("a", encoding="utf-8") as file:
                file.write(to_line(verdict))
        self._verdicts[verdict.key] = verdict


def to_line(verdict: Verdict) -> str:
    """One line of the file; `quantity` is a decimal string."""
    request = verdict.request
    record = {
        "request_id": request.request_id,
        "group_id": request.group_id,
        "symbol": request.symbol,
        "quantity": str(request.quantity),
        "valid": verdict.valid,
        "reason": verdict.reason,
        "decided_at": timestamp(verdict.decided_at),
    }
    return json.dumps(record) + "\n"


def from_line(line: str) -> Verdict:
    """Inverse of `to_line`."""
    record = json.loads(line)
    request = PurchaseRequest(
        request_id=record["request_id"],
        group_id=record["group_id"],
        symbol=record["symbol"],
        quantity=Decimal(record["quantity"]),
    )
    decided_at = datetime.fromisoformat(record["decided_at"])
    return Verdict(request=request, reason=Reason(record["reason"]), decided_at=decided_at)


def _load(path: Path) -> list[Verdict]:
    """All verdicts of the file. A truncated last line was never answered and is removed."""
    if not path.exists():
        return []
    complete, newline, truncated = path.read_text(encoding="utf-8").rpartition("\n")
    try:
        verdicts = [from_line(line) for line in complete.splitlines()]
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise LedgerUnreadable(_unreadable(path, f"{error!r}")) from error
    if truncated and not truncated.startswith(LINE_START[: len(truncated)]):
        raise LedgerUnreadable(_unreadable(path, f"it ends with {truncated[:40]!r}"))
    if truncated:
        path.write_text(complete + newline, encoding="utf-8")
    return verdicts


def _unreadable(path: Path, why: str) -> str:
    return (
        f"{path} is not a ledger of this exchange: {why}. "
        "Name another file with --ledger, or move this one away."
    )
