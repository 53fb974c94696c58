"""`reconcile`: the laws of money, checked for every account. It writes nothing.

Status 0: they hold. 1: at least one is broken. 2: it could not be told.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lambdas.domain import money
from ops.audit import Judged, audit
from ops.console import Console, harmless
from ops.exchange_ledger import Comparison
from ops.laws import TITLES, Breach
from ops.ports import Tools
from ops.tally import Reading


@dataclass(kw_only=True)
class Sums:
    """What was checked, all accounts together."""

    accounts: int = 0
    orders: int = 0
    postings: int = 0
    deposited_minor: int = 0
    spent_minor: int = 0
    available_minor: int = 0
    held_minor: int = 0
    breaches: int = 0
    unsettled: int = 0

    def add(self, judged: Judged) -> None:
        """One more account."""
        reading = judged.reading
        self.accounts += 1
        self.orders += reading.orders
        self.postings += reading.postings
        self.deposited_minor += reading.deposited_minor
        self.spent_minor += reading.spent_minor
        if reading.account is not None:
            self.available_minor += reading.account.available_minor
            self.held_minor += reading.account.held_minor
        if judged.is_settled:
            self.breaches += len(reading.breaches) + reading.more_breaches
        else:
            self.unsettled += 1


def reconcile(tools: Tools, console: Console, *, exchange_ledger: Path | None, workers: int) -> int:
    """Every account, then (with the exchange's ledger) every accepted order."""
    sums = Sums()
    with closing(Comparison()) as comparison:
        seen = comparison.seen if exchange_ledger else lambda _order: None
        for judged in audit(tools.books, workers=workers, pause=tools.pause, seen=seen):
            sums.add(judged)
            _tell(console, judged)
        if exchange_ledger:
            _compare(tools, console, comparison, exchange_ledger, sums)
    return _conclude(console, sums)


def _tell(console: Console, judged: Judged) -> None:
    reading = judged.reading
    if not judged.is_settled:
        console.say(f"? account {reading.account_id} changed at every look: run again")
    elif reading.breaches:
        _tell_breaches(console, reading)


def _tell_breaches(console: Console, reading: Reading) -> None:
    console.say(f"✗ account {harmless(reading.account_id)}")
    for breach in reading.breaches:
        console.say(f"    {_line(breach)}")
    if reading.more_breaches:
        console.say(f"    and {reading.more_breaches} more of this account")


def _line(breach: Breach) -> str:
    off_by = f", off by {breach.off_by}" if breach.off_by else ""
    fact = f"{breach.what} is {breach.found}, must be {breach.expected}{off_by}"
    return f"law {breach.law.value} ({TITLES[breach.law]}): {harmless(fact, 400)}"


def _compare(
    tools: Tools, console: Console, comparison: Comparison, path: Path, sums: Sums
) -> None:
    comparison.read(path, tools.settings().group_id)
    for breach in comparison.breaches(tools.orders):
        sums.breaches += 1
        console.say(f"✗ account {harmless(breach.account_id)}\n    {_line(breach)}")
    if comparison.unapplied:
        console.say(
            f"· {comparison.unapplied} accepted by the exchange, still open here: "
            "the answer is on its way, or the sweep will ask for it again"
        )


def _conclude(console: Console, sums: Sums) -> int:
    console.say(
        f"{sums.accounts} accounts, {sums.orders} orders, {sums.postings} postings: "
        f"deposited {money.major(sums.deposited_minor)}; "
        f"available {money.major(sums.available_minor)} + held {money.major(sums.held_minor)}"
        f" + spent {money.major(sums.spent_minor)}"
    )
    if sums.breaches:
        console.say(f"✗ {sums.breaches} breaches of the laws of money")
        return 1
    if sums.unsettled:
        console.say(f"? {sums.unsettled} accounts could not be judged; the others keep the laws")
        return 2
    console.say("✓ every law holds")
    return 0
