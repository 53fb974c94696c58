"""Whether the exchange accepts a purchase, and the answer that says so. Pure.

The draw is keyed by group and request id: another group that sends an id it has seen gets an answer
of its own.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from local.exchange.dice import dice
from local.exchange.purchases import Purchase


class Reason(StrEnum):
    """Why a purchase got its verdict; stays with the exchange: the wire only says yes or no."""

    ACCEPTED = "accepted"
    BAD_QUANTITY = "quantity not above zero"
    UNKNOWN_SYMBOL = "unknown symbol"
    REFUSED_SYMBOL = "symbol refused by option"
    REFUSED_BY_LOT = "refused by lot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the exchange lets be bought. `reject_share` 0..1."""

    seed: int
    symbols: frozenset[str]
    reject_share: float = 0.0
    reject_symbols: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A decision of the exchange on the first request of that group with that id. Never changes."""

    purchase: Purchase
    reason: Reason
    decided_at: datetime

    @property
    def valid(self) -> bool:
        return self.reason is Reason.ACCEPTED

    @property
    def key(self) -> tuple[int, str]:
        return (self.purchase.group_id, self.purchase.request_id)


def decide(purchase: Purchase, rules: Rules, decided_at: datetime) -> Verdict:
    """The verdict on a purchase that has none yet."""
    return Verdict(purchase=purchase, reason=_reason(purchase, rules), decided_at=decided_at)


def _reason(purchase: Purchase, rules: Rules) -> Reason:
    if purchase.quantity <= 0:
        return Reason.BAD_QUANTITY
    if purchase.symbol not in rules.symbols:
        return Reason.UNKNOWN_SYMBOL
    if purchase.symbol in rules.reject_symbols:
        return Reason.REFUSED_SYMBOL
    draw = dice(rules.seed, "verdict", purchase.group_id, purchase.request_id)
    return Reason.REFUSED_BY_LOT if draw.random() < rules.reject_share else Reason.ACCEPTED


def answer(verdict: Verdict, *, contradicting: bool = False) -> bytes:
    """The `stocks/validation` message; `contradicting` says the opposite of what was decided."""
    message = {
        "request_id": verdict.purchase.request_id,
        "group_id": verdict.purchase.group_id,
        "seller": 0,
        "valid": verdict.valid != contradicting,
    }
    return json.dumps(message).encode()
