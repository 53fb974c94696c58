"""What the tables would hold, in memory, and pages of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lambdas.domain.activity import GroupRequest, Verdict
from lambdas.domain.candles import Candle, CandleKey
from lambdas.domain.errors import Fault, InvalidInput, StaleDecision
from lambdas.domain.jobs import Job
from lambdas.domain.ledger import Account, Position, Posting
from lambdas.domain.market import Quote, Tick
from lambdas.domain.orders import Order
from lambdas.domain.quoting import TickKey
from lambdas.ports import Page

T = TypeVar("T")


@dataclass
class MemoryStore:
    """What the tables would hold."""

    orders: dict[str, Order] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    postings: dict[tuple[str, str], Posting] = field(default_factory=dict)
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    quotes: dict[str, Quote] = field(default_factory=dict)
    ticks: dict[TickKey, Tick] = field(default_factory=dict)
    candles: dict[CandleKey, Candle] = field(default_factory=dict)
    requests: dict[str, GroupRequest] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)

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


def page_of(items: Iterable[T], key: Callable[[T], str], limit: int, cursor: str | None) -> Page[T]:
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
