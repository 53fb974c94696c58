"""The laws of money, checked on the raw items of the tables by arithmetic of its own.

Only table names and constants are taken from `lambdas`: a checker that shared the code's helpers
would share its mistakes.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeVar

from lambdas.names import OPEN_ORDER_SHARDS, Table
from tests.simulation.exchange import OUR_GROUP, SimExchange
from tests.simulation.expressions import Item
from tests.simulation.ledger import LawBroken, Ledger, minor
from tests.simulation.people import ACCOUNTS, People, Wish
from tests.simulation.tables import Tables

T = TypeVar("T")
__all__ = ["OPEN", "LawBroken", "Laws"]

_NEVER_CHANGES: Final = (
    "account_id",
    "symbol",
    "quantity",
    "price",
    "cost_minor",
    "currency",
    "created_at",
    "request_fingerprint",
)
_RANK: Final = {"PENDING": 0, "SENT": 1, "ACCEPTED": 2, "REJECTED": 2, "VOIDED": 2}
_STAYS_AT_THE_END: Final = ("state", "ended_at", "reason", "attempts", "next_attempt_at")
_CONFLICT: Final = ("conflict_event", "conflict_at")
OPEN: Final = ("PENDING", "SENT")


@dataclass(eq=False)
class _Sums:
    """What the orders of an account come to."""

    open_minor: int = 0
    spent_minor: int = 0


class Laws:
    """Checks each state of the tables. Keeps what it has seen: some laws forbid changes."""

    def __init__(self, tables: Tables, exchange: SimExchange, people: People) -> None:
        self._tables = tables
        self._exchange = exchange
        self._people = people
        self._ledger = Ledger(tables)
        self._history = _History(tables)
        self.orders: dict[str, Item] = {}  # as they were at the last check
        self._versions = (-1, -1)
        self.voided: set[str] = set()
        self.checks = 0

    def check(self) -> None:
        """Raises LawBroken if anything has changed since the last check and breaks a law."""
        versions = (self._tables.version, self._exchange.version)
        if versions == self._versions:
            return
        self._versions = versions
        self.checks += 1
        for (order_id,), order in self._tables.of(Table.ORDERS).items():
            if self.orders.get(order_id) is not order:
                self._check_order(order_id, self.orders.get(order_id), order)
                self.orders[order_id] = order
        self._ledger.check(self.orders)
        self._check_accounts()
        self._check_deposits()
        self._check_positions()
        self._check_requests()
        self._history.record()

    def _check_order(self, order_id: str, before: Item | None, after: Item) -> None:
        state = after["state"]["S"]
        _check_index(order_id, after)
        if before is None:
            self._check_price(order_id, after)
            if state != "PENDING":
                raise LawBroken("law 6", f"{order_id} begins as {state}")
            return
        _check_change(order_id, before, after)
        was = before["state"]["S"]
        if state == was:
            return
        if _RANK[state] < _RANK[was]:
            raise LawBroken("law 6", f"{order_id} went back from {was} to {state}")
        self._check_end(order_id, state)

    def _check_end(self, order_id: str, state: str) -> None:
        if state == "VOIDED" and order_id not in self.voided:
            raise LawBroken("law 6", f"{order_id} was ended by no operator and no answer")
        answers = self._exchange.said[order_id]
        if state in ("ACCEPTED", "REJECTED") and (state == "ACCEPTED") not in answers:
            raise LawBroken("law 6", f"{order_id} is {state}, which the exchange never said")

    def _check_price(self, order_id: str, order: Item) -> None:
        price, quantity = Decimal(order["price"]["N"]), Decimal(order["quantity"]["N"])
        known = {Decimal(text) for text in self._exchange.prices[order["symbol"]["S"]]}
        if price not in known:
            raise LawBroken("law 2", f"{order_id} has a price that was never published: {price}")
        cost_minor = _cost_minor(price, quantity)
        if minor(order, "cost_minor") != cost_minor:
            raise LawBroken(
                "law 2", f"{order_id} costs {order['cost_minor']['N']}, not {cost_minor}"
            )

    def _check_accounts(self) -> None:
        """Laws 1 to 3. That the balances are those of the last posting is the ledger's to check."""
        sums: defaultdict[str, _Sums] = defaultdict(_Sums)
        for order in self.orders.values():
            account = sums[order["account_id"]["S"]]
            if order["state"]["S"] in OPEN:
                account.open_minor += minor(order, "cost_minor")
            elif order["state"]["S"] == "ACCEPTED":
                account.spent_minor += minor(order, "cost_minor")
        deposited: Counter[str] = Counter()
        for (account_id, _), deposit in self._tables.of(Table.DEPOSITS).items():
            deposited[account_id] += minor(deposit, "amount_minor")
        accounts = self._tables.of(Table.ACCOUNTS)
        for account_id in sums.keys() | deposited.keys() | {key for (key,) in accounts}:
            _check_balances(
                account_id, accounts.get((account_id,)), sums[account_id], deposited[account_id]
            )

    def _check_deposits(self) -> None:
        """No wish is granted twice."""
        twice = self.deposits("booked") - self.deposits("wished")
        if twice:
            raise LawBroken("law 2", f"a deposit that nobody asked for, or twice: {list(twice)}")

    def deposits(self, which: str) -> Counter[tuple[str, int]]:
        """Deposits by account and amount: "booked", "wished" or "granted"."""
        if which == "booked":
            return Counter(
                (account_id, minor(deposit, "amount_minor"))
                for (account_id, _), deposit in self._tables.of(Table.DEPOSITS).items()
            )
        return Counter(
            (ACCOUNTS[wish.who], int(Decimal(wish.body["amount"]) * 100))
            for wish in self._people.wishes
            if wish.path == "/wallet/deposits" and (which == "wished" or wish.granted)
        )

    def _check_positions(self) -> None:
        expected: defaultdict[tuple[str, str], tuple[Decimal, int]] = defaultdict(
            lambda: (Decimal(0), 0)
        )
        for order in self.orders.values():
            if order["state"]["S"] == "ACCEPTED":
                key = order["account_id"]["S"], order["symbol"]["S"]
                quantity, cost_minor = expected[key]
                expected[key] = (
                    quantity + Decimal(order["quantity"]["N"]),
                    cost_minor + minor(order, "cost_minor"),
                )
        stored = {
            key: (Decimal(position["quantity"]["N"]), minor(position, "cost_minor"))
            for key, position in self._tables.of(Table.POSITIONS).items()
        }
        if stored != expected:
            raise LawBroken("law 4", "the positions are not the sums of the accepted orders")

    def _check_requests(self) -> None:
        """What the exchange has received from us is what we have stored, under one id each."""
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

    def check_refusal(self, wish: Wish, since: int) -> None:
        """A refusal for lack of money was right at some moment since the request was sent.

        `since` is the version of the tables at that time. Raises LawBroken.
        """
        available = self._history.lowest_available(ACCOUNTS[wish.who], since)
        price = self._history.highest_price(wish.body["symbol"], since)
        if "amount" in wish.body:
            cost_minor = int(Decimal(wish.body["amount"]) * 100)
        else:
            cost_minor = _cost_minor(price, Decimal(str(wish.body["quantity"])))
        if available >= cost_minor:
            text = f"{wish.who} was refused {cost_minor} and had at least {available} all the time"
            raise LawBroken("law 8", text)


class _History:
    """Available money and prices over time, each with the version of the tables."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._available: defaultdict[str, list[tuple[int, int]]] = defaultdict(lambda: [(0, 0)])
        self._prices: defaultdict[str, list[tuple[int, Decimal]]] = defaultdict(
            lambda: [(0, Decimal(0))]
        )

    def record(self) -> None:
        """Adds what has changed since the last call."""
        version = self._tables.version
        for (account_id,), account in self._tables.of(Table.ACCOUNTS).items():
            balances, available = self._available[account_id], minor(account, "available_minor")
            if balances[-1][1] != available:
                balances.append((version, available))
        for (_, symbol), quote in self._tables.of(Table.QUOTES).items():
            prices, price = self._prices[symbol], Decimal(quote["price"]["N"])
            if prices[-1][1] != price:
                prices.append((version, price))

    def lowest_available(self, account_id: str, since: int) -> int:
        """The least that was available at any moment since that version."""
        return min(_since(self._available[account_id], since))

    def highest_price(self, symbol: str, since: int) -> Decimal:
        """The highest price on the board at any moment since that version."""
        return max(_since(self._prices[symbol], since))


def _since(changes: list[tuple[int, T]], since: int) -> list[T]:
    """The value at that version, and all later ones."""
    start = max(at for at, (version, _) in enumerate(changes) if version <= since)
    return [value for _, value in changes[start:]]


def _check_index(order_id: str, order: Item) -> None:
    """The index of open orders holds the open ones, in partitions that the sweep reads."""
    shard = order.get("open_shard", {}).get("S")
    expected = [str(number) for number in range(OPEN_ORDER_SHARDS)]
    if (shard in expected) is not (order["state"]["S"] in OPEN):
        raise LawBroken("index", f"{order_id} is {order['state']['S']} with shard {shard}")


def _check_change(order_id: str, before: Item, after: Item) -> None:
    """What a write of an order may change."""
    fixed = [*_NEVER_CHANGES]
    if _RANK[before["state"]["S"]] == 2:
        fixed += _STAYS_AT_THE_END
    if "conflict_event" in before:  # it is recorded once
        fixed += _CONFLICT
    changed = [name for name in fixed if before.get(name) != after.get(name)]
    if changed:
        raise LawBroken("law 6", f"{changed} of {order_id} changed: {before['state']['S']}")
    if minor(after, "version") != minor(before, "version") + 1:
        raise LawBroken("law 6", f"a write of {order_id} was lost")


def _check_balances(account_id: str, item: Item | None, sums: _Sums, deposited: int) -> None:
    available = 0 if item is None else minor(item, "available_minor")
    held = 0 if item is None else minor(item, "held_minor")
    if available < 0 or held < 0:
        raise LawBroken("law 1", f"{account_id}: available {available}, held {held}")
    spent = sums.spent_minor
    if available + held + spent != deposited:
        text = f"available {available} + held {held} + spent {spent} ≠ {deposited}"
        raise LawBroken("law 2", f"{account_id}: {text}")
    if held != sums.open_minor:
        text = f"held {held} ≠ {sums.open_minor} of its open orders"
        raise LawBroken("law 3", f"{account_id}: {text}")


def _cost_minor(price: Decimal, quantity: Decimal) -> int:
    """Half up to the cent, by exact fractions."""
    exact = Fraction(price) * Fraction(quantity) * 100
    return (exact + Fraction(1, 2)).__floor__()
