"""The tables' content in memory, and pages of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lambdas.domain.activity import GroupRequest, Trade, Validation
from lambdas.domain.deposits import Deposit, DepositDecision
from lambdas.domain.errors import Fault, InvalidInput, StaleDecision
from lambdas.domain.jobs import Job
from lambdas.domain.ledger import Account, Position, Posting
from lambdas.domain.market import Candle, CandleKey, Quote, Tick, TickKey
from lambdas.domain.orders import Order
from lambdas.domain.profile import Profile
from lambdas.domain.receipts import Receipt
from lambdas.ports import Page

T = TypeVar("T")


@dataclass
class MemoryStore:
    """The tables' content."""

    orders: dict[str, Order] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    postings: dict[tuple[str, int], Posting] = field(default_factory=dict)
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    deposits: dict[tuple[str, str], Deposit] = field(default_factory=dict)
    quotes: dict[str, Quote] = field(default_factory=dict)
    ticks: dict[TickKey, Tick] = field(default_factory=dict)
    candles: dict[CandleKey, Candle] = field(default_factory=dict)
    requests: dict[str, GroupRequest] = field(default_factory=dict)
    validations: dict[str, Validation] = field(default_factory=dict)
    trades: dict[str, Trade] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)

    def account(self, account_id: str) -> Account:
        """The account, empty where there is none."""
        return self.accounts.get(account_id, Account(account_id=account_id))

    def ledger(self, account_id: str) -> list[Posting]:
        """The account's postings by number."""
        return [p for key, p in sorted(self.postings.items()) if key[0] == account_id]

    def must_follow(self, posting: Posting) -> None:
        """Raises StaleDecision unless the posting is the account's next one."""
        if self.account(posting.account_id).version != posting.number - 1:
            raise StaleDecision

    def post(self, posting: Posting) -> None:
        """Appends a posting and sets the balances."""
        self.must_follow(posting)
        self.postings[posting.account_id, posting.number] = posting
        self.accounts[posting.account_id] = posting.account_after

    def deposit(self, decision: DepositDecision) -> None:
        """Stores a deposit with its posting, or raises StaleDecision and changes nothing."""
        deposit = decision.after
        if self.deposits.get((deposit.account_id, deposit.deposit_id)) != decision.before:
            raise StaleDecision
        assert decision.posting is not None, "a deposit without money is no transaction"
        self.post(decision.posting)
        self.deposits[deposit.account_id, deposit.deposit_id] = deposit

    def add_to_position(self, change: Position) -> None:
        """Adds shares and cost to a position."""
        key = (change.account_id, change.symbol)
        known = self.positions.get(key, replace(change, quantity=change.quantity * 0, cost_minor=0))
        self.positions[key] = replace(
            known,
            quantity=known.quantity + change.quantity,
            cost_minor=known.cost_minor + change.cost_minor,
        )


def page_of(items: Iterable[T], key: Callable[[T], str], limit: int, cursor: str | None) -> Page[T]:
    """A page of items by descending key. The cursor is the last key in hexadecimal."""
    ordered = sorted(items, key=key, reverse=True)
    if cursor is not None:
        last = _parse_cursor(cursor)
        ordered = [item for item in ordered if key(item) < last]
    shown = ordered[:limit]
    has_more = len(ordered) > limit
    return Page(items=shown, next_cursor=key(shown[-1]).encode().hex() if has_more else None)


def _parse_cursor(cursor: str) -> str:
    fault = Fault(field="cursor", code="invalid_cursor", message="The cursor is invalid.")
    try:
        key = bytes.fromhex(cursor).decode()
    except ValueError:
        raise InvalidInput(fault) from None
    if not key:
        raise InvalidInput(fault)
    return key
