"""In-memory ports over one store, with the same promises as the AWS ones and without I/O.

`tests/contract` runs the same tests on both.
"""

from collections.abc import Sequence
from dataclasses import replace

from lambdas.domain.deposits import Deposit, DepositDecision
from lambdas.domain.errors import StaleDecision
from lambdas.domain.ledger import Account, Position, Posting
from lambdas.domain.orders import Decision, Order, Snapshot
from lambdas.domain.profile import Profile
from lambdas.ports import OpenOrder, Page
from tests.fakes.market import MemoryActivityLog, MemoryMarket
from tests.fakes.store import MemoryStore, page_of

__all__ = [
    "MemoryAccounts",
    "MemoryActivityLog",
    "MemoryDeadLetters",
    "MemoryMarket",
    "MemoryOrders",
    "MemoryOutbox",
    "MemoryProfiles",
    "MemoryStore",
]


class MemoryOrders:
    """The port `Orders`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def snapshot(self, account_id: str, symbol: str, order_id: str) -> Snapshot:
        """Account, quote and order."""
        return Snapshot(
            account=self.store.account(account_id),
            quote=self.store.quotes.get(symbol),
            order=self.store.orders.get(order_id),
        )

    def get(self, order_id: str) -> Order | None:
        """One order."""
        return self.store.orders.get(order_id)

    def get_many(self, order_ids: Sequence[str]) -> dict[str, Order]:
        """The existing ones."""
        known = self.store.orders
        return {order_id: known[order_id] for order_id in order_ids if order_id in known}

    def commit(self, decision: Decision) -> None:
        """Everything, or StaleDecision and nothing."""
        if self.store.orders.get(decision.after.order_id) != decision.before:
            raise StaleDecision
        if decision.posting is not None:
            self.store.post(decision.posting)
        if decision.position_change is not None:
            self.store.add_to_position(decision.position_change)
        self.store.orders[decision.after.order_id] = decision.after

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Order]:
        """Newest first."""
        mine = [order for order in self.store.orders.values() if order.account_id == account_id]
        return page_of(mine, lambda order: f"{order.created_at} {order.order_id}", limit, cursor)

    def open(self) -> Sequence[OpenOrder]:
        """Next attempt first."""
        return sorted(
            (
                OpenOrder(order.order_id, order.next_attempt_at, order.created_at)
                for order in self.store.orders.values()
                if order.is_open
            ),
            key=lambda entry: entry.next_attempt_at,
        )


class MemoryAccounts:
    """The port `Accounts`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def get(self, account_id: str) -> Account:
        """The balances."""
        return self.store.account(account_id)

    def versions(self, account_ids: Sequence[str]) -> dict[str, int]:
        """Of each."""
        return {account_id: self.store.account(account_id).version for account_id in account_ids}

    def deposit_snapshot(self, account_id: str, deposit_id: str) -> tuple[Account, Deposit | None]:
        """Account and deposit."""
        return self.store.account(account_id), self.store.deposits.get((account_id, deposit_id))

    def commit_deposit(self, decision: DepositDecision) -> None:
        """Both, or StaleDecision and nothing."""
        self.store.deposit(decision)

    def postings(self, account_id: str, limit: int, cursor: str | None) -> Page[Posting]:
        """Newest first."""
        return page_of(self.store.ledger(account_id), lambda p: f"{p.number:09}", limit, cursor)

    def positions(self, account_id: str) -> Sequence[Position]:
        """By symbol."""
        return [p for key, p in sorted(self.store.positions.items()) if key[0] == account_id]


class MemoryProfiles:
    """The port `Profiles`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def get(self, account_id: str) -> Profile:
        """The settings."""
        return self.store.profiles.get(account_id, Profile(account_id=account_id))

    def put(self, profile: Profile) -> Profile:
        """With the next version, or StaleDecision and nothing."""
        if self.get(profile.account_id).version != profile.version:
            raise StaleDecision
        self.store.profiles[profile.account_id] = replace(profile, version=profile.version + 1)
        return self.store.profiles[profile.account_id]


class MemoryOutbox:
    """The port `Outbox`; `refuse` holds positions that a batch cannot enqueue."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.refuse: set[int] = set()

    def send(self, requests: Sequence[str]) -> Sequence[int]:
        """Positions that were not enqueued."""
        self.sent += [body for position, body in enumerate(requests) if position not in self.refuse]
        return sorted(self.refuse & set(range(len(requests))))


class MemoryDeadLetters:
    """The port `DeadLetters`; `letters` holds each body with its reason."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []

    def put(self, body: str, reason: str) -> None:
        """Body and reason."""
        self.letters.append((body, reason))
