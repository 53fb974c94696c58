"""`reconcile`: checks the laws of money in every account. It writes nothing.

Status 0: they hold. 1: at least one is broken. 2: some account could not be audited.
"""

from pathlib import Path

from lambdas.domain import money
from ops.audit import AGES, AccountAudit, Totals, audit
from ops.console import printable, progress, say, show_table
from ops.exchange_ledger import Comparison
from ops.laws import TITLES, Breach, signed
from ops.ports import Tools


def reconcile(tools: Tools, *, exchange_ledger: Path | None, workers: int) -> int:
    """Audits every account, then compares every accepted order with the exchange's ledger."""
    totals = Totals(now=tools.now())
    with Comparison() as comparison:
        with progress("Accounts audited") as counted:
            for audited in audit(tools.audit_store, workers=workers, sleep=tools.sleep):
                totals.add(audited)
                comparison.add(audited.records.orders)
                _show_account(audited)
                counted.advance()
        if exchange_ledger is not None:
            _compare(tools, comparison, exchange_ledger, totals)
    _show_totals(totals)
    return _conclude(totals)


def _show_account(audited: AccountAudit) -> None:
    account_id = printable(audited.records.account_id)
    if audited.is_busy:
        say(f"? account {account_id} is busy, it changed at every look: run again")
    elif audited.breaches:
        say(f"✗ account {account_id}")
        for breach in audited.breaches:
            say(f"    {_line(breach)}")
        if audited.more_breaches:
            say(f"    and {audited.more_breaches} more of this account")


def _line(breach: Breach) -> str:
    off_by = f", off by {breach.off_by}" if breach.off_by else ""
    fact = f"{breach.what} is {breach.found}, must be {breach.expected}{off_by}"
    return f"law {breach.law.value} ({TITLES[breach.law]}): {printable(fact, 400)}"


def _compare(tools: Tools, comparison: Comparison, path: Path, totals: Totals) -> None:
    comparison.read(path, tools.settings().group_id)
    for breach in comparison.breaches(tools.audit_store):
        totals.breaches += 1
        say(f"✗ account {printable(breach.account_id)}\n    {_line(breach)}")
    if comparison.unapplied:
        say(
            f"· {comparison.unapplied} accepted by the exchange, still open here: the answer is on"
            " its way, or the sweep publishes the request again"
        )


def _show_totals(totals: Totals) -> None:
    say(
        f"{totals.accounts} accounts, {totals.orders} orders, {totals.deposits} deposits,"
        f" {totals.postings} postings: deposited {money.major(totals.deposited_minor)};"
        f" available {money.major(totals.available_minor)}"
        f" + held {money.major(totals.held_minor)} + spent {money.major(totals.spent_minor)}"
    )
    counters = sorted(totals.counter_minor.items())
    each = ", ".join(f"{account} {signed(minor)}" for account, minor in counters) or "none"
    say(f"counter-accounts: {each}")
    if not totals.holds:
        say("uncleared: no hold is without an answer")
        return
    say("uncleared: holds without an answer, by age")
    rows = [
        (name, str(totals.holds[name]), money.major(totals.holds_minor[name]))
        for name, _ in AGES
        if name in totals.holds
    ]
    show_table(("age", "holds", "amount"), rows)


def _conclude(totals: Totals) -> int:
    if totals.breaches:
        say(f"✗ {totals.breaches} breaches of the laws of money. Keep this output; then:")
        say("  docs/operations.md#reconcile")
        return 1
    if totals.busy:
        say(f"? {totals.busy} accounts were busy; the others keep the laws. Run it again.")
        return 2
    say("✓ every law holds")
    return 0
