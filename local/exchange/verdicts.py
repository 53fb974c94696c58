"""Verdicts: whether the exchange accepts a purchase, the answer it publishes. Pure.

A verdict depends on seed, group and request id alone, so a run can be repeated, and two groups that
use the same request id get independent verdicts.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from local.exchange.messages import PurchaseRequest
from local.exchange.seeds import random_source


class Reason(StrEnum):
    """Why a purchase was accepted or rejected; kept in the ledger, never published."""

    ACCEPTED = "accepted"
    BAD_QUANTITY = "quantity not above zero"
    UNKNOWN_SYMBOL = "unknown symbol"
    REJECTED_SYMBOL = "symbol refused by option"
    REJECTED_AT_RANDOM = "refused by lot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Which purchases are accepted. `reject_share` is between 0 and 1."""

    seed: int
    symbols: frozenset[str]
    reject_share: float = 0.0
    reject_symbols: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Decision on the first request of a group with this id. It never changes."""

    request: PurchaseRequest
    reason: Reason
    decided_at: datetime

    @property
    def valid(self) -> bool:
        return self.reason is Reason.ACCEPTED

    @property
    def key(self) -> tuple[int, str]:
        return (self.request.group_id, self.request.request_id)


def decide(request: PurchaseRequest, rules: Rules, decided_at: datetime) -> Verdict:
    """Verdict on a request that has none yet."""
    return Verdict(request=request, reason=_reason(request, rules), decided_at=decided_at)


def answer(verdict: Verdict, *, contradicting: bool = False) -> bytes:
    """The `stocks/validation` message; `contradicting` publishes the opposite of the verdict."""
    message = {
        "request_id": verdict.request.request_id,
        "group_id": verdict.request.group_id,
        "seller": 0,
        "valid": verdict.valid != contradicting,
    }
    return json.dumps(message).encode()


def _reason(request: PurchaseRequest, rules: Rules) -> Reason:
    if request.quantity <= 0:
        return Reason.BAD_QUANTITY
    if request.symbol not in rules.symbols:
        return Reason.UNKNOWN_SYMBOL
    if request.symbol in rules.reject_symbols:
        return Reason.REJECTED_SYMBOL
    source = random_source(rules.seed, "verdict", request.group_id, request.request_id)
    is_rejected = source.random() < rules.reject_share
    return Reason.REJECTED_AT_RANDOM if is_rejected else Reason.ACCEPTED
