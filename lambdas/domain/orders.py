"""Orders: states, the transition table, and the decisions of an order's life.

Every decision is pure: it takes what was loaded and returns what to commit. The transition table is
total (every state × every event); the order's version is the condition of every write, so that two
writers at the same time cannot both succeed.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from lambdas.domain import money
from lambdas.domain.errors import Fault, InvalidInput, KeyReused, NotFound, Refused, StaleDecision
from lambdas.domain.ledger import Account, Line, LineAccount, Position, Posting, PostingKind, post
from lambdas.domain.market import Quote

_ORDER_NAMESPACE: Final = UUID("6f1c3c86-9f0e-5b0e-8f0a-0c7b7a3c1d11")


class State(StrEnum):
    """State of an order. ACCEPTED, REJECTED and VOIDED never change again."""

    PENDING = "PENDING"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    VOIDED = "VOIDED"


class Event(StrEnum):
    """What can happen to an order."""

    ECHOED = "ECHOED"  # our own request came back on the request topic
    ACCEPT = "ACCEPT"  # the exchange answered valid: true
    REJECT = "REJECT"  # the exchange answered valid: false
    VOID = "VOID"  # an operator ended it, with a reason


class Effect(StrEnum):
    """What an event does in a state."""

    MOVE = "MOVE"  # the order changes its state
    REPEAT = "REPEAT"  # known already, or of no importance any more: nothing changes
    CONFLICT = "CONFLICT"  # the answer contradicts the order's end: recorded, nothing else changes
    REFUSE = "REFUSE"  # an operator cannot void an ended order


OPEN: Final = frozenset({State.PENDING, State.SENT})

TRANSITIONS: Final[dict[tuple[State, Event], tuple[Effect, State]]] = {
    (State.PENDING, Event.ECHOED): (Effect.MOVE, State.SENT),
    (State.PENDING, Event.ACCEPT): (Effect.MOVE, State.ACCEPTED),
    (State.PENDING, Event.REJECT): (Effect.MOVE, State.REJECTED),
    (State.PENDING, Event.VOID): (Effect.MOVE, State.VOIDED),
    (State.SENT, Event.ECHOED): (Effect.REPEAT, State.SENT),
    (State.SENT, Event.ACCEPT): (Effect.MOVE, State.ACCEPTED),
    (State.SENT, Event.REJECT): (Effect.MOVE, State.REJECTED),
    (State.SENT, Event.VOID): (Effect.MOVE, State.VOIDED),
    (State.ACCEPTED, Event.ECHOED): (Effect.REPEAT, State.ACCEPTED),
    (State.ACCEPTED, Event.ACCEPT): (Effect.REPEAT, State.ACCEPTED),
    (State.ACCEPTED, Event.REJECT): (Effect.CONFLICT, State.ACCEPTED),
    (State.ACCEPTED, Event.VOID): (Effect.REFUSE, State.ACCEPTED),
    (State.REJECTED, Event.ECHOED): (Effect.REPEAT, State.REJECTED),
    (State.REJECTED, Event.ACCEPT): (Effect.CONFLICT, State.REJECTED),
    (State.REJECTED, Event.REJECT): (Effect.REPEAT, State.REJECTED),
    (State.REJECTED, Event.VOID): (Effect.REFUSE, State.REJECTED),
    (State.VOIDED, Event.ECHOED): (Effect.REPEAT, State.VOIDED),
    (State.VOIDED, Event.ACCEPT): (Effect.CONFLICT, State.VOIDED),
    (State.VOIDED, Event.REJECT): (Effect.REPEAT, State.VOIDED),
    (State.VOIDED, Event.VOID): (Effect.REPEAT, State.VOIDED),
}

_REASONS: Final = {
    Event.ACCEPT: "the exchange accepted it",
    Event.REJECT: "the exchange rejected it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """An answer that contradicts the order's end, for an operator."""

    event: Event
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A purchase request. `order_id` is its `request_id` on the wire."""

    order_id: str
    account_id: str
    symbol: str
    quantity: Decimal
    price: Decimal
    cost_minor: int
    currency: str
    state: State
    created_at: datetime
    request_fingerprint: str  # tells a retry of the client from another order under the same key
    next_attempt_at: datetime  # when the sweep may publish it again
    account_version: int  # number of the order's latest posting
    attempts: int = 0  # how many times the sweep has published it again
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    conflict: Conflict | None = None
    version: int = 1  # number of writes; the optimistic lock

    @property
    def is_open(self) -> bool:
        """Whether the order has not ended, and its cost is held."""
        return self.state in OPEN

    def is_overdue(self, now: datetime, overdue_after: timedelta) -> bool:
        """Whether the order has been open for so long that an operator should look."""
        return self.is_open and now - self.created_at >= overdue_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a client asks for: exactly one of `quantity` and `amount_minor`."""

    symbol: str
    quantity: Decimal | None = None
    amount_minor: int | None = None
    max_price: Decimal | None = None

    @property
    def fingerprint(self) -> str:
        """Equal for equal requests, whatever notation the numbers came in."""
        parts = (
            ("symbol", self.symbol),
            ("quantity", None if self.quantity is None else money.plain(self.quantity)),
            ("amount_minor", self.amount_minor),
            ("max_price", None if self.max_price is None else money.plain(self.max_price)),
        )
        return " ".join(f"{name}={value}" for name, value in parts if value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A stage's settings on orders."""

    max_price_age: timedelta
    first_retry_after: timedelta
    max_retry_interval: timedelta
    overdue_after: timedelta
    retry_orders: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What placing an order needs, read at one moment."""

    account: Account
    quote: Quote | None
    order: Order | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One step of one order, to be committed in one transaction or not at all.

    Stale unless the order still has the version of `before`, and the account the version that the
    posting's number follows.
    """

    before: Order | None
    after: Order
    effect: Effect
    posting: Posting | None = None
    position_change: Position | None = None


def order_id_for(account_id: str, key: UUID) -> str:
    """Id of the order that the account names `key`. Ids of two accounts never collide."""
    return str(uuid5(uuid5(_ORDER_NAMESPACE, account_id), str(key)))


def place(
    purchase: Purchase, snapshot: Snapshot, *, order_id: str, now: datetime, policy: Policy
) -> Decision | None:
    """Stores a new order and holds its cost; None for a retry of an order that exists.

    Raises KeyReused, NotFound (company), Refused (price_too_old, price_above_max,
    insufficient_funds) and InvalidInput (a cost of zero).
    """
    if snapshot.order is not None:
        if snapshot.order.request_fingerprint != purchase.fingerprint:
            raise KeyReused
        return None
    quote = _tradable_quote(snapshot.quote, purchase, now, policy.max_price_age)
    quantity = _quantity(purchase, quote.price)
    cost_minor = _cost(purchase, quote.price, quantity)
    if snapshot.account.available_minor < cost_minor:
        raise Refused("insufficient_funds", "There is not enough money available for this order.")
    account = snapshot.account
    order = Order(
        order_id=order_id,
        account_id=account.account_id,
        symbol=quote.symbol,
        quantity=quantity,
        price=quote.price,
        cost_minor=cost_minor,
        currency=quote.currency,
        state=State.PENDING,
        created_at=now,
        request_fingerprint=purchase.fingerprint,
        next_attempt_at=now + policy.first_retry_after,
        account_version=account.version + 1,
    )
    return Decision(
        before=None,
        after=order,
        effect=Effect.MOVE,
        posting=_post(account, order, PostingKind.HOLD, now),
    )


def _tradable_quote(
    quote: Quote | None, purchase: Purchase, now: datetime, max_price_age: timedelta
) -> Quote:
    if quote is None:
        raise NotFound("company")
    if now - quote.observed_at > max_price_age:
        raise Refused("price_too_old", "The latest price we know is too old to trade on.")
    if purchase.max_price is not None and quote.price > purchase.max_price:
        raise Refused("price_above_max", "The price has risen above the most you want to pay.")
    return quote


def _quantity(purchase: Purchase, price: Decimal) -> Decimal:
    if purchase.quantity is not None:
        return purchase.quantity
    assert purchase.amount_minor is not None, "a purchase has a quantity or an amount"
    return money.quantity_for(purchase.amount_minor, price)


def _cost(purchase: Purchase, price: Decimal, quantity: Decimal) -> int:
    cost_minor = money.cost_minor(price, quantity)
    if cost_minor == 0 or quantity == 0:
        field = "amount" if purchase.quantity is None else "quantity"
        raise InvalidInput(
            Fault(field=field, code="too_small", message="This would cost less than one cent.")
        )
    return cost_minor


def needs_account(order: Order, event: Event) -> bool:
    """Whether the event moves money, so that `apply` needs the account."""
    effect, state = TRANSITIONS[order.state, event]
    return effect is Effect.MOVE and state is not State.SENT


def apply(
    order: Order,
    event: Event,
    account: Account | None,
    *,
    now: datetime,
    reason: str | None = None,
) -> Decision:
    """Applies an event by the transition table. `account` is required where money moves.

    Raises Refused when an operator voids an ended order, and StaleDecision when the account was
    read after the order had ended.
    """
    effect, state = TRANSITIONS[order.state, event]
    match effect:
        case Effect.MOVE if state is State.SENT:
            after = replace(order, state=state, sent_at=now, version=order.version + 1)
            return Decision(before=order, after=after, effect=effect)
        case Effect.MOVE:
            assert account is not None, "an order's end moves money"
            return _end(order, state, account, now, reason or _REASONS.get(event))
        case Effect.CONFLICT if order.conflict is None:
            conflict = Conflict(event=event, seen_at=now)
            after = replace(order, conflict=conflict, version=order.version + 1)
            return Decision(before=order, after=after, effect=effect)
        case Effect.CONFLICT | Effect.REPEAT:  # a conflict is recorded and counted once
            return Decision(before=order, after=order, effect=Effect.REPEAT)
        case Effect.REFUSE:
            raise Refused("order_has_ended", f"The order has ended already: {order.state}.")


def _end(
    order: Order, state: State, account: Account, now: datetime, reason: str | None
) -> Decision:
    if account.held_minor < order.cost_minor:
        # The order ended between the two reads: an open order's cost is always held.
        raise StaleDecision
    kind = PostingKind.SPEND if state is State.ACCEPTED else PostingKind.RELEASE
    posting = _post(account, order, kind, now)
    after = replace(
        order,
        state=state,
        ended_at=max(posting.recorded_at, order.created_at),
        reason=reason,
        account_version=posting.number,
        version=order.version + 1,
    )
    change = Position(
        account_id=order.account_id,
        symbol=order.symbol,
        quantity=order.quantity,
        cost_minor=order.cost_minor,
    )
    return Decision(
        before=order,
        after=after,
        effect=Effect.MOVE,
        posting=posting,
        position_change=change if state is State.ACCEPTED else None,
    )


def _post(account: Account, order: Order, kind: PostingKind, now: datetime) -> Posting:
    return post(
        account,
        kind,
        _lines(kind, order.cost_minor),
        cause_id=order.order_id,
        now=now,
        symbol=order.symbol,
    )


def _lines(kind: PostingKind, cost_minor: int) -> tuple[Line, Line]:
    match kind:
        case PostingKind.HOLD:
            debit, credit = LineAccount.AVAILABLE, LineAccount.HELD
        case PostingKind.SPEND:
            debit, credit = LineAccount.HELD, LineAccount.EXCHANGE
        case PostingKind.RELEASE:
            debit, credit = LineAccount.HELD, LineAccount.AVAILABLE
        case _:
            raise AssertionError(f"{kind} is no step of an order")
    return Line(debit, -cost_minor), Line(credit, cost_minor)


def retry(order: Order, policy: Policy, now: datetime) -> Decision | None:
    """Publishes an unanswered order again under the same id; None when it is not due.

    The interval doubles with every attempt up to `max_retry_interval`. Time alone never ends an
    order: only the exchange's answer or an operator does.
    """
    if not policy.retry_orders or not order.is_open or now < order.next_attempt_at:
        return None
    attempts = order.attempts + 1
    # The exponent is bounded: a timedelta overflows after some 40 doublings.
    interval = min(policy.first_retry_after * 2 ** min(attempts, 32), policy.max_retry_interval)
    after = replace(
        order, attempts=attempts, next_attempt_at=now + interval, version=order.version + 1
    )
    return Decision(before=order, after=after, effect=Effect.MOVE)
