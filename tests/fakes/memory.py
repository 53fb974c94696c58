"""In-memory ports over one store, with the same promises as DynamoDB's forms and none of the I/O.

`tests/contract` holds both forms to the same behaviour.
"""

from collections.abc import Sequence

from lambdas.domain.errors import StaleDecision
from lambdas.domain.ledger import Account, Position, Posting
from lambdas.domain.orders import Order
from lambdas.domain.trading import Decision, Snapshot
from lambdas.ports import Page
from tests.fakes.market import MemoryActivityLog, MemoryMarket
from tests.fakes.store import MemoryStore, page_of

__all__ = [
    "MemoryActivityLog",
    "MemoryDeadLetters",
    "MemoryMarket",
    "MemoryOrders",
    "MemoryOutbox",
    "MemoryStore",
    "MemoryWallets",
]


class MemoryOrders:
    """The port `Orders`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def snapshot(self, account_id: str, symbol: str, order_id: str) -> Snapshot:
        """All three, at one moment."""
        return Snapshot(
            account=self.store.account(account_id),
            quote=self.store.quotes.get(symbol),
            order=self.store.orders.get(order_id),
        )

    def get(self, order_id: str) -> Order | None:
        """One order."""
        return self.store.orders.get(order_id)

    def read(self, order_ids: Sequence[str]) -> dict[str, Order]:
        """Those that are there."""
        return {it: self.store.orders[it] for it in order_ids if it in self.store.orders}

    def glimpse(self, order_id: str) -> Order | None:
        """As it is now."""
        return self.get(order_id)

    def commit(self, decision: Decision) -> None:
        """All of it, or StaleDecision and none of it."""
        if self.store.orders.get(decision.after.order_id) != decision.before:
            raise StaleDecision
        if decision.posting is not None:
            self.store.book(decision.posting)
        if decision.gained is not None:
            self.store.gain(decision.gained)
        self.store.orders[decision.after.order_id] = decision.after

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Order]:
        """Newest first."""
        mine = [order for order in self.store.orders.values() if order.account_id == account_id]
        return page_of(mine, lambda order: f"{order.created_at} {order.order_id}", limit, cursor)


class MemoryWallets:
    """The port `Wallets`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def account(self, account_id: str) -> Account:
        """The balances."""
        return self.store.account(account_id)

    def posting(self, account_id: str, posting_id: str) -> Posting | None:
        """One movement."""
        return self.store.postings.get((account_id, posting_id))

    def deposit(self, posting: Posting) -> None:
        """Once."""
        self.store.book(posting)

    def postings(self, account_id: str, limit: int, cursor: str | None) -> Page[Posting]:
        """Newest first."""
        mine = [p for p in self.store.postings.values() if p.account_id == account_id]
        return page_of(mine, lambda p: f"{p.recorded_at} {p.posting_id}", limit, cursor)

    def positions(self, account_id: str) -> Sequence[Position]:
        """By symbol."""
        return [p for key, p in sorted(self.store.positions.items()) if key[0] == account_id]


class MemoryOutbox:
    """The port `Outbox`; `refuse` names positions that a batch cannot queue."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.refuse: set[int] = set()

    def send(self, requests: Sequence[str]) -> Sequence[int]:
        """Positions not queued."""
        self.sent += [body for place, body in enumerate(requests) if place not in self.refuse]
        return sorted(self.refuse & set(range(len(requests))))


class MemoryDeadLetters:
    """The port `DeadLetters`."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []

    def put(self, body: str, reason: str) -> None:
        """Body and reason."""
        self.letters.append((body, reason))
