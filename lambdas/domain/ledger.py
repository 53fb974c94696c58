"""What an account holds, and the immutable postings that say how it came to that.

Every posting's id is derived from what caused it, so that the same step cannot be written twice.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

_DEPOSITS: Final = UUID("0d2f7a52-6c3b-5f5e-9a53-3b6a2f0f9e22")


class PostingKind(StrEnum):
    """The four movements that there are."""

    DEPOSIT = "DEPOSIT"  # money came in
    HOLD = "HOLD"  # an order was placed
    SPEND = "SPEND"  # the exchange accepted it
    RELEASE = "RELEASE"  # it was rejected or voided: the money is back


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an account can spend, and what its open orders hold, in minor units."""

    account_id: str
    available_minor: int = 0
    held_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One movement: how much `available` and `held` changed, and because of what."""

    account_id: str
    posting_id: str
    kind: PostingKind
    available_minor: int
    held_minor: int
    cause_id: str  # of the order or the deposit
    recorded_at: datetime
    symbol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The shares of one company that an account owns, and what they cost."""

    account_id: str
    symbol: str
    quantity: Decimal
    cost_minor: int


def posting_id_for(cause_id: str, kind: PostingKind) -> str:
    """SPEND and RELEASE share one id, because an order can end only once."""
    step = "END" if kind in (PostingKind.SPEND, PostingKind.RELEASE) else kind.value
    return f"{cause_id}#{step}"


def deposit_id_for(account_id: str, key: UUID) -> str:
    """The id of the deposit that this account names `key`."""
    return str(uuid5(uuid5(_DEPOSITS, account_id), str(key)))


def deposit(account_id: str, deposit_id: str, amount_minor: int, now: datetime) -> Posting:
    """The posting that puts `amount_minor` into the wallet."""
    return Posting(
        account_id=account_id,
        posting_id=posting_id_for(deposit_id, PostingKind.DEPOSIT),
        kind=PostingKind.DEPOSIT,
        available_minor=amount_minor,
        held_minor=0,
        cause_id=deposit_id,
        recorded_at=now,
    )
