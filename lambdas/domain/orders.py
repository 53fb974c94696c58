"""An order's life: its states, its events, and the one table that says what each event does.

The table is total (every state × every event). The same rule stands again as the condition of
every write, so that two writers at once cannot break it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

LONG: Final = timedelta(seconds=10)
"""An order that waited longer for its end has it in the ledger by itself (0122). What is stored
depends on it: with another value, old ends would be told twice, or not at all.
"""

_ORDERS: Final = UUID("6f1c3c86-9f0e-5b0e-8f0a-0c7b7a3c1d11")


class State(StrEnum):
    """Where an order stands. The last three never change again."""

    PENDING = "PENDING"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    VOIDED = "VOIDED"


class Event(StrEnum):
    """What can happen to an order that exists."""

    SEEN = "SEEN"  # our own request came back from the broker
    ACCEPT = "ACCEPT"  # the exchange answered valid: true
    REJECT = "REJECT"  # the exchange answered valid: false
    VOID = "VOID"  # an operator, who has looked, ended it


class Effect(StrEnum):
    """What an event means in a state."""

    MOVE = "MOVE"  # the order changes
    REPEAT = "REPEAT"  # it says again what we know, or what no longer matters
    CONFLICT = "CONFLICT"  # an answer other than the end we know: recorded, nothing changes
    REFUSE = "REFUSE"  # an operator cannot end what has ended: told so, nothing changes


OPEN: Final = frozenset({State.PENDING, State.SENT})

TRANSITIONS: Final[dict[tuple[State, Event], tuple[Effect, State]]] = {
    (State.PENDING, Event.SEEN): (Effect.MOVE, State.SENT),
    (State.PENDING, Event.ACCEPT): (Effect.MOVE, State.ACCEPTED),
    (State.PENDING, Event.REJECT): (Effect.MOVE, State.REJECTED),
    (State.PENDING, Event.VOID): (Effect.MOVE, State.VOIDED),
    (State.SENT, Event.SEEN): (Effect.REPEAT, State.SENT),
    (State.SENT, Event.ACCEPT): (Effect.MOVE, State.ACCEPTED),
    (State.SENT, Event.REJECT): (Effect.MOVE, State.REJECTED),
    (State.SENT, Event.VOID): (Effect.MOVE, State.VOIDED),
    (State.ACCEPTED, Event.SEEN): (Effect.REPEAT, State.ACCEPTED),
    (State.ACCEPTED, Event.ACCEPT): (Effect.REPEAT, State.ACCEPTED),
    (State.ACCEPTED, Event.REJECT): (Effect.CONFLICT, State.ACCEPTED),
    (State.ACCEPTED, Event.VOID): (Effect.REFUSE, State.ACCEPTED),
    (State.REJECTED, Event.SEEN): (Effect.REPEAT, State.REJECTED),
    (State.REJECTED, Event.ACCEPT): (Effect.CONFLICT, State.REJECTED),
    (State.REJECTED, Event.REJECT): (Effect.REPEAT, State.REJECTED),
    (State.REJECTED, Event.VOID): (Effect.REFUSE, State.REJECTED),
    (State.VOIDED, Event.SEEN): (Effect.REPEAT, State.VOIDED),
    (State.VOIDED, Event.ACCEPT): (Effect.CONFLICT, State.VOIDED),
    (State.VOIDED, Event.REJECT): (Effect.CONFLICT, State.VOIDED),
    (State.VOIDED, Event.VOID): (Effect.REPEAT, State.VOIDED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """An answer that contradicts the end we know. Only an operator can tell what it means."""

    event: Event
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A purchase request of one of our accounts. `order_id` is its `request_id` on the wire."""

    order_id: str
    account_id: str
    symbol: str
    quantity: Decimal
    price: Decimal
    cost_minor: int
    currency: str
    state: State
    created_at: datetime
    asked_for: str  # what the client asked, in one canonical line: tells a retry from another order
    ask_at: datetime  # when the sweep may ask again
    asks: int = 0  # how many times the sweep has asked again
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    conflict: Conflict | None = None

    @property
    def is_open(self) -> bool:
        """Whether its end is still to come, and its cost still held."""
        return self.state in OPEN

    @property
    def ended_late(self) -> bool:
        """Whether its end came longer after its beginning than nearly all do."""
        return self.ended_at is not None and self.ended_at - self.created_at > LONG

    def is_overdue(self, now: datetime, overdue_after: timedelta) -> bool:
        """Whether the exchange has been silent for so long that an operator should look."""
        return self.is_open and now - self.created_at >= overdue_after


def order_id_for(account_id: str, key: UUID) -> str:
    """The id of the order that this account names `key`: no two accounts can meet in one."""
    return str(uuid5(uuid5(_ORDERS, account_id), str(key)))
