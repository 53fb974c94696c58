"""In-memory ports over one store, with the same promises as DynamoDB's forms and none of the I/O.

`tests/contract` holds both forms to the same behaviour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from lambdas.domain.activity import GroupRequest, Verdict
from lambdas.domain.errors import Fault, InvalidInput, StaleDecision
from lambdas.domain.ledger import Account, Position, Posting
from lambdas.domain.market import Quote, Tick
from lambdas.domain.orders import Order
from lambdas.domain.trading import Decision, Snapshot
from lambdas.ports import OpenOrder, Page

T = TypeVar("T")


@dataclass
class MemoryStore:
    """What the tables would hold."""

    orders: dict[str, Order] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    postings: dict[tuple[str, str], Posting] = field(default_factory=dict)
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    quotes: dict[str, Quote] = field(default_factory=dict)
    ticks: dict[tuple[str, datetime], Tick] = field(default_factory=dict)
    requests: dict[str, GroupRequest] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def account(self, account_id: str) -> Account:
        """The account, empty where there is none."""
        return self.accounts.get(account_id, Account(account_id=account_id))

    def book(self, posting: Posting) -> None:
        """Write a posting and move the balances, or raise StaleDecision and change nothing."""
        key = (posting.account_id, posting.posting_id)
        account = self.account(posting.account_id)
        available_minor = account.available_minor + posting.available_minor
        held_minor = account.held_minor + posting.held_minor
        if key in self.postings or available_minor < 0 or held_minor < 0:
            raise StaleDecision
        self.postings[key] = posting
        self.accounts[posting.account_id] = replace(
            account, available_minor=available_minor, held_minor=held_minor
        )

    def gain(self, gained: Position) -> None:
        """Add to a position."""
        key = (gained.account_id, gained.symbol)
        known = self.positions.get(key, replace(gained, quantity=gained.quantity * 0, cost_minor=0))
        self.positions[key] = replace(
            known,
            quantity=known.quantity + gained.quantity,
            cost_minor=known.cost_minor + gained.cost_minor,
        )


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
        return _page(mine, lambda order: f"{order.created_at} {order.order_id}", limit, cursor)

    def unanswered(self, created_before: datetime) -> Sequence[OpenOrder]:
        """Oldest first."""
        found = [
            OpenOrder(order_id=order.order_id, created_at=order.created_at, ask_at=order.ask_at)
            for order in self.store.orders.values()
            if order.is_open and order.created_at < created_before
        ]
        return sorted(found, key=lambda order: order.created_at)


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
        return _page(mine, lambda p: f"{p.recorded_at} {p.posting_id}", limit, cursor)

    def positions(self, account_id: str) -> Sequence[Position]:
        """By symbol."""
        return [p for key, p in sorted(self.store.positions.items()) if key[0] == account_id]


class MemoryMarket:
    """The port `Market`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def board(self) -> Sequence[Quote]:
        """By symbol."""
        return [quote for _, quote in sorted(self.store.quotes.items())]

    def quote(self, symbol: str) -> Quote | None:
        """One quote."""
        return self.store.quotes.get(symbol)

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """Those that there are."""
        return {s: self.store.quotes[s] for s in symbols if s in self.store.quotes}

    def record(self, ticks: Sequence[Tick]) -> None:
        """Of two prices at one time the first one of a batch stays."""
        self.store.ticks |= {(t.symbol, t.observed_at): t for t in reversed(ticks)}

    def replace(self, changes: Sequence[tuple[Quote | None, Quote]]) -> None:
        """All or none."""
        if any(self.store.quotes.get(after.symbol) != before for before, after in changes):
            raise StaleDecision
        self.store.quotes |= {after.symbol: after for _, after in changes}

    def history(
        self,
        symbol: str,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Tick]:
        """Newest first."""
        found = [
            tick
            for tick in self.store.ticks.values()
            if tick.symbol == symbol
            and (start is None or tick.observed_at >= start)
            and (end is None or tick.observed_at < end)
        ]
        return _page(found, lambda tick: str(tick.observed_at), limit, cursor)


class MemoryActivityLog:
    """The port `ActivityLog`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def request(self, request: GroupRequest) -> None:
        """The first one stays."""
        self.store.requests.setdefault(request.request_id, request)

    def verdict(self, verdict: Verdict) -> None:
        """The first one stays."""
        self.store.verdicts.setdefault(verdict.request_id, verdict)


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


def _page(items: Sequence[T], key: Callable[[T], str], limit: int, cursor: str | None) -> Page[T]:
    """The cursor is the key of the last item shown, in hexadecimal."""
    ordered = sorted(items, key=key, reverse=True)
    if cursor is not None:
        last = _key_in(cursor)
        ordered = [item for item in ordered if key(item) < last]
    shown = ordered[:limit]
    has_more = len(ordered) > limit
    return Page(items=shown, next_cursor=key(shown[-1]).encode().hex() if has_more else None)


def _key_in(cursor: str) -> str:
    try:
        return bytes.fromhex(cursor).decode()
    except ValueError:
        fault = Fault(field="cursor", code="invalid_cursor", message="This is no cursor of ours.")
        raise InvalidInput(fault) from None
