"""Double-entry ledger of one account: balances, numbered postings, positions.

Postings are append-only. Each has the number that follows the account's version, lines that sum to
zero, and the balances after it. A mistake is corrected by another posting, never by a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class LineAccount(StrEnum):
    """Accounts that a posting's lines name. Only the first two have stored balances; the counter-
    accounts exist in lines alone, so that no item is shared by all accounts.
    """

    AVAILABLE = "available"
    HELD = "held"
    DEMO = "demo"
    WEBPAY = "webpay"
    EXCHANGE = "exchange"


class PostingKind(StrEnum):
    """What a posting does."""

    DEPOSIT = "DEPOSIT"  # money came in
    HOLD = "HOLD"  # an order was placed
    SPEND = "SPEND"  # the exchange accepted the order
    RELEASE = "RELEASE"  # the order was rejected or voided: the money is available again
    REFUND = "REFUND"  # an operator gave money of a card payment back


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Balances in minor units. `version` is the number of the last posting, 0 before the first."""

    account_id: str
    available_minor: int = 0
    held_minor: int = 0
    version: int = 0
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One side of a posting: a positive amount increases the account."""

    account: LineAccount
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One immutable ledger entry: its lines, and the balances after it."""

    account_id: str
    number: int
    kind: PostingKind
    lines: tuple[Line, ...]
    available_after_minor: int
    held_after_minor: int
    cause_id: str  # id of the order or deposit
    recorded_at: datetime
    symbol: str | None = None

    @property
    def posting_id(self) -> str:
        """Public id. An order ends once, so SPEND and RELEASE share one; a deposit may be refunded
        in parts.
        """
        match self.kind:
            case PostingKind.SPEND | PostingKind.RELEASE:
                step = "END"
            case PostingKind.REFUND:
                step = f"{self.kind}{self.number}"
            case _:
                step = self.kind.value
        return f"{self.cause_id}#{step}"

    @property
    def account_after(self) -> Account:
        """The account with this posting applied."""
        return Account(
            account_id=self.account_id,
            available_minor=self.available_after_minor,
            held_minor=self.held_after_minor,
            version=self.number,
            posted_at=self.recorded_at,
        )

    def amount_of(self, account: LineAccount) -> int:
        """Sum of the lines of one account, in minor units; 0 where there is none."""
        return sum(line.amount_minor for line in self.lines if line.account is account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Shares of one company that an account owns, and their cost basis."""

    account_id: str
    symbol: str
    quantity: Decimal
    cost_minor: int


def post(
    account: Account,
    kind: PostingKind,
    lines: Sequence[Line],
    *,
    cause_id: str,
    now: datetime,
    symbol: str | None = None,
) -> Posting:
    """The account's next posting.

    Its time is never before the previous posting's: the machines' clocks differ, the ledger's order
    does not. The caller has checked that no balance becomes negative.
    """
    posting = Posting(
        account_id=account.account_id,
        number=account.version + 1,
        kind=kind,
        lines=tuple(lines),
        available_after_minor=account.available_minor + _sum(lines, LineAccount.AVAILABLE),
        held_after_minor=account.held_minor + _sum(lines, LineAccount.HELD),
        cause_id=cause_id,
        recorded_at=now if account.posted_at is None else max(now, account.posted_at),
        symbol=symbol,
    )
    assert sum(line.amount_minor for line in lines) == 0, "the lines of a posting sum to zero"
    assert posting.available_after_minor >= 0, "available is never negative"
    assert posting.held_after_minor >= 0, "held is never negative"
    return posting


def _sum(lines: Sequence[Line], account: LineAccount) -> int:
    return sum(line.amount_minor for line in lines if line.account is account)
