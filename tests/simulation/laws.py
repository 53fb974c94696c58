"""The laws of money, checked on the raw items of the tables, by arithmetic of their own.

Nothing of `lambdas` is used here but the names of tables: a checker that shared the code's helpers
would share its mistakes.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lambdas.names import Table
from tests.simulation.exchange import OUR_GROUP, SimExchange
from tests.simulation.expressions import Item
from tests.simulation.people import ACCOUNTS, People
from tests.simulation.tables import Tables

_NEVER_CHANGES: Final = (
    "account_id",
    "symbol",
    "quantity",
    "price",
    "cost_minor",
    "currency",
    "created_at",
    "asked_for",
)
_RANK: Final = {"PENDING": 0, "SENT": 1, "ACCEPTED": 2, "REJECTED": 2, "VOIDED": 2}
_STAYS_AT_THE_END: Final = ("state", "ended_at", "reason")
OPEN: Final = ("PENDING", "SENT")
LATE: Final = timedelta(seconds=10)


class LawBroken(Exception):
    """Which law, and by how much."""

    def __init__(self, law: str, detail: str) -> None:
        super().__init__(f"{law}: {detail}")
        self.law = law


@dataclass(eq=False)
class _Sums:
    """What an account should be, added up."""

    open_minor: int = 0
    spent_minor: int = 0
    deposited_minor: int = 0
    available_minor: int = 0
    held_minor: int = 0


class Laws:
    """Remembers what it has seen, because some laws are about what must never change."""

    def __init__(self, tables: Tables, exchange: SimExchange, people: People) -> None:
        self._tables = tables
        self._exchange = exchange
        self._people = people
        self.orders: dict[str, Item] = {}  # as they were when they were last seen
        self._postings: dict[tuple[str, ...], Item] = {}
        self._versions = (-1, -1)
        self.voided: set[str] = set()
        self.checks = 0

    def check(self) -> None:
        """Raise LawBroken, if anything has changed since the last time and is not lawful."""
        versions = (self._tables.version, self._exchange.version)
        if versions == self._versions:
            return
        self._versions = versions
        self.checks += 1
        sums: defaultdict[str, _Sums] = defaultdict(_Sums)
        positions: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(
            lambda: [Decimal(0)] * 2
        )
        for (order_id,), order in self._tables.of(Table.ORDERS).items():
            if self.orders.get(order_id) is not order:
                self._check_order(order_id, self.orders.get(order_id), order)
                self.orders[order_id] = order
            _add_order(order, sums, positions)
            self._check_late(order_id, order)
        self._add_postings(sums)
        self._check_accounts(sums)
        self._check_positions(positions)
        self._check_requests()

    def _check_order(self, order_id: str, before: Item | None, after: Item) -> None:
        state = after["state"]["S"]
        if before is None:
            self._check_price(order_id, after)
            if state != "PENDING":
                raise LawBroken("law 6", f"{order_id} begins as {state}")
            return
        changed = [name for name in _NEVER_CHANGES if before[name] != after[name]]
        if changed:
            raise LawBroken("law 6", f"{changed} of {order_id} changed")
        was = before["state"]["S"]
        if _RANK[was] == 2 and any(before[name] != after[name] for name in _STAYS_AT_THE_END):
            raise LawBroken("law 6", f"{order_id} was {was} and became {state}")
        if state == was:
            return
        if _RANK[state] < _RANK[was]:
            raise LawBroken("law 6", f"{order_id} went back from {was} to {state}")
        self._check_end(order_id, state)

    def _check_end(self, order_id: str, state: str) -> None:
        if state == "VOIDED" and order_id not in self.voided:
            raise LawBroken("law 6", f"{order_id} was ended by no operator and no answer")
        said = self._exchange.said[order_id]
        if state in ("ACCEPTED", "REJECTED") and (state == "ACCEPTED") not in said:
            raise LawBroken("law 6", f"{order_id} is {state}, which the exchange never said")

    def _check_price(self, order_id: str, order: Item) -> None:
        price, quantity = Decimal(order["price"]["N"]), Decimal(order["quantity"]["N"])
        known = {Decimal(text) for text in self._exchange.prices[order["symbol"]["S"]]}
        if price not in known:
            raise LawBroken("law 2", f"{order_id} has a price that was never published: {price}")
        exact = Fraction(price) * Fraction(quantity) * 100
        cost_minor = (exact + Fraction(1, 2)).__floor__()
        if order["cost_minor"]["N"] != str(cost_minor):
            raise LawBroken(
                "law 2", f"{order_id} costs {order['cost_minor']['N']}, not {cost_minor}"
            )

    def _check_late(self, order_id: str, order: Item) -> None:
        """An end that came late is a posting of its own, and no other is."""
        is_late = "ended_at" in order and _at(order, "ended_at") - _at(order, "created_at") > LATE
        key = (order["account_id"]["S"], f"{order_id}#END")
        if (key in self._tables.of(Table.POSTINGS)) is not is_late:
            raise LawBroken("law 5", f"the end of {order_id} is in the ledger twice, or not at all")

    def _add_postings(self, sums: dict[str, _Sums]) -> None:
        """Those that have items of their own; an end is told by its order as well."""
        postings = self._tables.of(Table.POSTINGS)
        for key, posting in postings.items():
            if self._postings.setdefault(key, posting) != posting:
                raise LawBroken("law 5", f"posting {key[1]} was changed")
            moved = int(posting["available_minor"]["N"]), int(posting["held_minor"]["N"])
            if posting["kind"]["S"] == "DEPOSIT":
                account = sums[posting["account_id"]["S"]]
                account.available_minor += moved[0]
                account.held_minor += moved[1]
                account.deposited_minor += moved[0]
            elif moved != _end(self.orders[posting["cause_id"]["S"]]):
                raise LawBroken("law 5", f"posting {key[1]} is not what its order says")
        if len(postings) < len(self._postings):
            raise LawBroken("law 5", "a posting has vanished")

    def _check_accounts(self, sums: dict[str, _Sums]) -> None:
        accounts = self._tables.of(Table.ACCOUNTS)
        for account_id in sums.keys() | {key for (key,) in accounts}:
            item = accounts.get((account_id,), {})
            available = int(item.get("available_minor", {"N": "0"})["N"])
            held = int(item.get("held_minor", {"N": "0"})["N"])
            account = sums[account_id]
            spent, deposited = account.spent_minor, account.deposited_minor
            if available < 0 or held < 0:
                raise LawBroken("law 1", f"{account_id}: available {available}, held {held}")
            if available + held + spent != deposited:
                text = f"available {available} + held {held} + spent {spent} ≠ {deposited}"
                raise LawBroken("law 2", f"{account_id}: {text}")
            if held != account.open_minor:
                text = f"held {held} ≠ {account.open_minor} of its open orders"
                raise LawBroken("law 3", f"{account_id}: {text}")
            if (available, held) != (account.available_minor, account.held_minor):
                raise LawBroken("law 5", f"{account_id}: its balances are not its postings")
        self._check_deposits()

    def _check_deposits(self) -> None:
        """No wish is granted twice."""
        twice = self.deposits("booked") - self.deposits("wished")
        if twice:
            raise LawBroken("law 2", f"a deposit that nobody asked for, or twice: {list(twice)}")

    def deposits(self, which: str) -> Counter[tuple[str, int]]:
        """Deposits by account and amount: "booked", "wished" or "granted"."""
        if which == "booked":
            return Counter(
                (p["account_id"]["S"], int(p["available_minor"]["N"]))
                for p in self._tables.of(Table.POSTINGS).values()
                if p["kind"]["S"] == "DEPOSIT"
            )
        return Counter(
            (ACCOUNTS[wish.who], int(Decimal(wish.body["amount"]) * 100))
            for wish in self._people.wishes
            if wish.path == "/wallet/deposits" and (which == "wished" or wish.granted)
        )

    def _check_positions(self, expected: dict[tuple[str, str], list[Decimal]]) -> None:
        stored = {
            (account_id, name.removeprefix("shares#")): [
                Decimal(value["N"]),
                Decimal(item[name.replace("shares#", "cost#")]["N"]),
            ]
            for (account_id,), item in self._tables.of(Table.ACCOUNTS).items()
            for name, value in item.items()
            if name.startswith("shares#")
        }
        if stored != expected:
            raise LawBroken("law 4", "the positions are not the sums of the accepted orders")

    def _check_requests(self) -> None:
        """What the exchange has of us is what we have stored, under one id each."""
        for request_id, request in self._exchange.requests.items():
            order = self.orders.get(request_id)
            if order is None:
                raise LawBroken(
                    "law 6", f"the exchange has {request_id}, and we have no such order"
                )
            if len(self._exchange.copies[request_id]) > 1:
                raise LawBroken("law 6", f"{request_id} was published in two forms")
            is_same = request["symbol"] == order["symbol"]["S"] and Decimal(
                str(request["quantity"])
            ) == Decimal(order["quantity"]["N"])
            if not is_same or request["group_id"] != OUR_GROUP:
                raise LawBroken("law 6", f"{request_id} was published as another order")


def _at(order: Item, name: str) -> datetime:
    return datetime.fromisoformat(order[name]["S"])


def _end(order: Item) -> tuple[int, int]:
    """By how much an order's end has moved available and held."""
    cost_minor = int(order["cost_minor"]["N"])
    match order["state"]["S"]:
        case "ACCEPTED":
            return 0, -cost_minor
        case "REJECTED" | "VOIDED":
            return cost_minor, -cost_minor
        case _:
            return 0, 0


def _add_order(
    order: Item, sums: dict[str, _Sums], positions: dict[tuple[str, str], list[Decimal]]
) -> None:
    account_id, cost = order["account_id"]["S"], order["cost_minor"]["N"]
    ended = _end(order)
    sums[account_id].available_minor += ended[0] - int(cost)
    sums[account_id].held_minor += ended[1] + int(cost)
    if order["state"]["S"] in OPEN:
        sums[account_id].open_minor += int(cost)
    if order["state"]["S"] == "ACCEPTED":
        sums[account_id].spent_minor += int(cost)
        place = positions[account_id, order["symbol"]["S"]]
        positions[account_id, order["symbol"]["S"]] = [
            place[0] + Decimal(order["quantity"]["N"]),
            place[1] + Decimal(cost),
        ]
