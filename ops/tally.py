"""One account against the laws of money. Pure, and in one pass: an account is read as a stream, so
that its length never has to fit into memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from lambdas.domain import money
from lambdas.domain.ledger import Account, Position, Posting, PostingKind
from lambdas.domain.orders import Order, State
from ops.entries import Entry, entry_breaches
from ops.laws import Breach, Law, signed

MOST_BREACHES: Final = 20
"""Of one account's orders that are kept; the others are counted. Its sums are always told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One account as it was read. Equal digests mean that nothing in it has changed between."""

    account_id: str
    digest: str
    breaches: tuple[Breach, ...] = ()
    more_breaches: int = 0
    orders: int = 0
    postings: int = 0
    deposited_minor: int = 0
    spent_minor: int = 0
    account: Account | None = None


class Tally:
    """Adds up one account, entry by entry, and says in the end which laws it breaks."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._digest = sha256()
        self._breaches: list[Breach] = []
        self._found = 0
        self._orders = 0
        self._postings = 0
        self._deposited_minor = 0
        self._spent_minor = 0
        self._open_minor = 0
        self._posted = Account(account_id=account_id)
        self._owned: dict[str, tuple[Decimal, int]] = {}

    def add(self, entry: Entry) -> None:
        """Take the next entry; each cause comes once."""
        self._note(entry)
        for breach in entry_breaches(self._account_id, entry):
            self._break(breach)
        for posting in entry.postings:
            self._add_posting(posting)
        if entry.order is not None and entry.order.account_id == self._account_id:
            self._add_order(entry.order)

    def close(self, account: Account | None, positions: Sequence[Position]) -> Reading:
        """What was read, all in all. No balances at all count as zeros."""
        self._note(account, *sorted(positions, key=lambda position: position.symbol))
        balances = account or Account(account_id=self._account_id)
        sums = (*self._balance_breaches(balances), *self._position_breaches(positions))
        return Reading(
            account_id=self._account_id,
            digest=self._digest.hexdigest(),
            breaches=(*sums, *self._breaches),
            more_breaches=self._found - len(self._breaches),
            orders=self._orders,
            postings=self._postings,
            deposited_minor=self._deposited_minor,
            spent_minor=self._spent_minor,
            account=account,
        )

    def _note(self, *read: object) -> None:
        for value in read:
            self._digest.update(repr(value).encode() + b"\n")

    def _break(self, breach: Breach) -> None:
        self._found += 1
        if len(self._breaches) < MOST_BREACHES:
            self._breaches.append(breach)

    def _add_posting(self, posting: Posting) -> None:
        self._postings += 1
        self._posted = Account(
            account_id=self._account_id,
            available_minor=self._posted.available_minor + posting.available_minor,
            held_minor=self._posted.held_minor + posting.held_minor,
        )
        if posting.kind is PostingKind.DEPOSIT:
            self._deposited_minor += posting.available_minor

    def _add_order(self, order: Order) -> None:
        self._orders += 1
        if order.is_open:
            self._open_minor += order.cost_minor
        elif order.state is State.ACCEPTED:
            self._spent_minor += order.cost_minor
            quantity, cost_minor = self._owned.get(order.symbol, (Decimal(0), 0))
            exact = money.EXACT.add(quantity, order.quantity)
            self._owned[order.symbol] = (exact, cost_minor + order.cost_minor)

    def _balance_breaches(self, account: Account) -> Iterator[Breach]:
        available, held = account.available_minor, account.held_minor
        for name, amount_minor in (("available", available), ("held", held)):
            if amount_minor < 0:
                yield self._amounts(Law.NOT_NEGATIVE, name, 0, amount_minor)
        sums = (
            (
                Law.NOTHING_LOST,
                "available + held + spent",
                self._deposited_minor,
                available + held + self._spent_minor,
            ),
            (Law.HELD, "held", self._open_minor, held),
            (Law.BALANCES, "available", self._posted.available_minor, available),
            (Law.BALANCES, "held", self._posted.held_minor, held),
        )
        for law, what, expected_minor, found_minor in sums:
            if expected_minor != found_minor:
                yield self._amounts(law, what, expected_minor, found_minor)

    def _position_breaches(self, positions: Sequence[Position]) -> Iterator[Breach]:
        held = {position.symbol: (position.quantity, position.cost_minor) for position in positions}
        for symbol in sorted(held.keys() | self._owned.keys()):
            must_quantity, must_minor = self._owned.get(symbol, (Decimal(0), 0))
            quantity, cost_minor = held.get(symbol, (Decimal(0), 0))
            if quantity != must_quantity:
                yield Breach(
                    account_id=self._account_id,
                    law=Law.POSITIONS,
                    what=f"shares of {symbol}",
                    expected=money.plain(must_quantity),
                    found=money.plain(quantity),
                    off_by=f"{money.EXACT.subtract(quantity, must_quantity).normalize():+f}",
                )
            if cost_minor != must_minor:
                yield self._amounts(Law.POSITIONS, f"cost of {symbol}", must_minor, cost_minor)

    def _amounts(self, law: Law, what: str, expected_minor: int, found_minor: int) -> Breach:
        return Breach(
            account_id=self._account_id,
            law=law,
            what=what,
            expected=money.major(expected_minor),
            found=money.major(found_minor),
            off_by=signed(found_minor - expected_minor),
        )
