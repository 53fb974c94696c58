"""The laws of money by their numbers, and what it means that one is broken."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from lambdas.domain import money


class Law(IntEnum):
    """The laws by their numbers; 0 is what all of them need."""

    READABLE = 0
    NOT_NEGATIVE = 1
    NOTHING_LOST = 2
    HELD = 3
    POSITIONS = 4
    BALANCES = 5
    ENDS = 6


TITLES: Final = {
    Law.READABLE: "every item has the form that our code writes",
    Law.NOT_NEGATIVE: "available and held are never below zero",
    Law.NOTHING_LOST: "available + held + spent = deposited",
    Law.HELD: "held = the costs of the open orders",
    Law.POSITIONS: "a position = the sum of its accepted orders",
    Law.BALANCES: "the balances = the sum of the postings",
    Law.ENDS: "an order has the postings of its state, once, and ends as the exchange says",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One law that does not hold: of what, what it must be, what it is, and by how much."""

    account_id: str
    law: Law
    what: str
    expected: str
    found: str
    off_by: str = ""


def signed(amount_minor: int) -> str:
    """`+0.01` for one cent too much."""
    return f"{'+' if amount_minor >= 0 else ''}{money.major(amount_minor)}"
