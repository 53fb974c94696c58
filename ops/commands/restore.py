"""`export` and `restore`: the tables as they were, and what to ask the exchange afterwards.

An export is a folder with a file for each table: a line of DynamoDB's JSON for each item.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from lambdas.names import Table
from ops.commands.reconcile import reconcile
from ops.console import clock, confirm, say
from ops.ports import Backups, CannotRun, StoredItem, Tools
from ops.rewind import rewind

TABLES: Final = (
    Table.ACCOUNTS,
    Table.DEPOSITS,
    Table.POSTINGS,
    Table.POSITIONS,
    Table.ORDERS,
)
"""What belongs to people's money. Prices and the other groups' purchases are not taken back."""


def export(tools: Tools, *, folder: Path) -> int:
    """Writes every item of the tables of money to files. Status 1 if the folder is not empty."""
    if folder.exists() and any(folder.iterdir()):
        say(f"✗ {folder} is not empty. Name a new folder.")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    backups = tools.backups()
    for table in TABLES:
        count = 0
        with (folder / f"{table.value}.jsonl").open("w", encoding="utf-8") as out:
            for item in backups.items(table):
                out.write(json.dumps({"Item": item}) + "\n")
                count += 1
        say(f"{table.value}: {count} items")
    say(f"✓ exported to {folder}, as of {clock(tools.now())}")
    return 0


def restore(tools: Tools, *, folder: Path | None, at: datetime | None, is_confirmed: bool) -> int:
    """Brings the tables of money back, makes them agree, and has open orders asked again.

    Status 0: the laws hold. 1: they do not, or the operator did not confirm.
    """
    if (folder is None) is (at is None):
        raise CannotRun("Name either an export (--from) or a time (--at), not both.")
    what = f"the export {folder}" if at is None else f"how they were at {clock(at)}"
    question = (
        f"Replace the tables of money by {what}? Everything written since is lost, and the"
        " functions must be stopped (docs/restore.md)."
    )
    if not is_confirmed and not confirm(question):
        say("Nothing was changed.")
        return 1
    backups = tools.backups()
    suffix = f"restored-{tools.now():%Y%m%d%H%M%S}"
    copies = {  # all of them are read before the first one is written
        table: list(_copy(backups, table, folder, at, suffix)) for table in TABLES
    }
    for table, items in copies.items():
        copied = backups.replace(table, iter(items))
        say(f"{table.value}: {copied.written} items written, {copied.deleted} deleted")
    _make_agree(tools, backups)
    return reconcile(tools, exchange_ledger=None, workers=1)


def _copy(
    backups: Backups, table: Table, folder: Path | None, at: datetime | None, suffix: str
) -> Iterator[StoredItem]:
    if at is not None:
        yield from backups.recovered(table, at, suffix)
        return
    assert folder is not None, "an export or a time"
    path = folder / f"{table.value}.jsonl"
    try:
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line)["Item"] for line in lines)
    except (OSError, ValueError, KeyError):
        raise CannotRun(f"{path} is no file of an export.") from None


def _make_agree(tools: Tools, backups: Backups) -> None:
    """Cuts torn transactions off, and makes every open order due."""
    torn, cut, asked = 0, 0, 0
    for account_id in list(tools.audit_store.account_ids()):
        rewound = rewind(tools.audit_store.read(account_id))
        if rewound.is_needed:
            torn += 1
            cut += len(rewound.cut)
            backups.rewind(rewound, tools.now())
        for order in tools.audit_store.read(account_id).open_orders:
            backups.ask_again(order, tools.now())
            asked += 1
    say(f"{torn} accounts had a transaction in some tables only; {cut} postings were cut off")
    say(f"{asked} open orders are due: the next sweep publishes them under the same ids")
