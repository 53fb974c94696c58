"""Law 5, checked on the raw items: the postings of each account, and the account they add up to."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from lambdas.names import Table
from tests.simulation.expressions import Item
from tests.simulation.tables import Tables

_LINES: Final = {
    # kind: the accounts that are debited and credited
    "DEPOSIT": ("demo", "available"),
    "HOLD": ("available", "held"),
    "SPEND": ("held", "exchange"),
    "RELEASE": ("held", "available"),
}
_STEPS: Final = {
    # state of an order: its postings
    "PENDING": ["HOLD"],
    "SENT": ["HOLD"],
    "ACCEPTED": ["HOLD", "SPEND"],
    "REJECTED": ["HOLD", "RELEASE"],
    "VOIDED": ["HOLD", "RELEASE"],
}


class LawBroken(Exception):
    """Which law, and how."""

    def __init__(self, law: str, detail: str) -> None:
        super().__init__(f"{law}: {detail}")
        self.law = law


def minor(item: Item, name: str) -> int:
    """An amount of an item."""
    return int(item[name]["N"])


class Ledger:
    """Checks each new posting once, and remembers it: postings never change."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._postings: dict[tuple[str, ...], Item] = {}
        self._last: dict[str, Item] = {}
        self._kinds: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def check(self, orders: Mapping[str, Item]) -> None:
        """Raises LawBroken."""
        stored = self._tables.of(Table.POSTINGS)
        for key, posting in stored.items():
            known = self._postings.get(key)
            if known is None:
                self._check_posting(posting, orders)
                self._postings[key] = posting
            elif known is not posting:
                raise LawBroken("law 5", f"posting {key[1]} of {key[0]} was written twice")
        if len(stored) < len(self._postings):
            raise LawBroken("law 5", "a posting has vanished")
        self._check_causes(orders)
        self._check_accounts()

    def _check_posting(self, posting: Item, orders: Mapping[str, Item]) -> None:
        account_id, kind = posting["account_id"]["S"], posting["kind"]["S"]
        number, last = minor(posting, "number"), self._last.get(account_id)
        where = f"posting {number} of {account_id}"
        if number != (1 if last is None else minor(last, "number") + 1):
            raise LawBroken("law 5", f"{where} skips or repeats a number")
        debit, credit = _LINES[kind]
        amount_minor = self._amount(posting, orders)
        lines = {line["M"]["account"]["S"]: line["M"] for line in posting["lines"]["L"]}
        moved = {name: minor(line, "amount_minor") for name, line in lines.items()}
        if moved != {debit: -amount_minor, credit: amount_minor}:
            raise LawBroken("law 5", f"{where} is {kind} of {moved}, not of {amount_minor}")
        for name in ("available", "held"):
            before = 0 if last is None else minor(last, f"{name}_after_minor")
            if minor(posting, f"{name}_after_minor") != before + moved.get(name, 0):
                raise LawBroken("law 5", f"{where}: {name} is not what its lines make of {before}")
        if last is not None and _recorded_at(posting) < _recorded_at(last):
            raise LawBroken("law 5", f"{where} is older than the one before it")
        self._last[account_id] = posting
        self._kinds[account_id, posting["cause_id"]["S"]].append(kind)

    def _amount(self, posting: Item, orders: Mapping[str, Item]) -> int:
        """What the posting's cause says that it moves."""
        account_id, cause_id = posting["account_id"]["S"], posting["cause_id"]["S"]
        if posting["kind"]["S"] == "DEPOSIT":
            deposit = self._tables.of(Table.DEPOSITS).get((account_id, cause_id))
            if deposit is not None:
                return minor(deposit, "amount_minor")
        else:
            order = orders.get(cause_id)
            if order is not None and order["account_id"]["S"] == account_id:
                return minor(order, "cost_minor")
        raise LawBroken("law 5", f"a posting of {account_id} without its cause: {cause_id}")

    def _check_causes(self, orders: Mapping[str, Item]) -> None:
        """Each step of each order and deposit is one posting, and there is no other."""
        expected = {
            (order["account_id"]["S"], order_id): _STEPS[order["state"]["S"]]
            for order_id, order in orders.items()
        }
        expected |= {
            (account_id, deposit_id): ["DEPOSIT"]
            for account_id, deposit_id in self._tables.of(Table.DEPOSITS)
        }
        if expected != self._kinds:
            odd = [key for key in expected if expected[key] != self._kinds.get(key)]
            raise LawBroken("law 5", f"steps without their posting, or with more than one: {odd}")

    def _check_accounts(self) -> None:
        """Balances, version and time of each account are those of its last posting."""
        accounts = self._tables.of(Table.ACCOUNTS)
        if {account_id for (account_id,) in accounts} != self._last.keys():
            raise LawBroken("law 5", "an account without postings, or postings without an account")
        for (account_id,), account in accounts.items():
            last = self._last[account_id]
            if (
                minor(account, "version") != minor(last, "number")
                or minor(account, "available_minor") != minor(last, "available_after_minor")
                or minor(account, "held_minor") != minor(last, "held_after_minor")
                or account["posted_at"] != last["recorded_at"]
            ):
                raise LawBroken("law 5", f"{account_id} is not what its last posting says")


def _recorded_at(posting: Item) -> datetime:
    return datetime.fromisoformat(posting["recorded_at"]["S"])
