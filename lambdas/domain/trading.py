"""The decisions of an order's life. Each takes what was loaded, and returns what to commit.

A `Decision` is a value: it can be printed, compared, simulated. None stands for 'nothing to do'.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from lambdas.domain import money
from lambdas.domain.errors import Fault, InvalidInput, KeyReused, NotFound, Refused
from lambdas.domain.ledger import Account, Position, Posting
from lambdas.domain.movements import end, hold
from lambdas.domain.orders import TRANSITIONS, Conflict, Effect, Event, Order, State

if TYPE_CHECKING:  # whoever settles an order need not load what a price is
    from lambdas.domain.market import Quote

REASONS: Final = {
    Event.SEEN: "the exchange's broker has our request",
    Event.ACCEPT: "the exchange accepted it",
    Event.REJECT: "the exchange rejected it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a client asks for: exactly one of `quantity` and `amount_minor`."""

    symbol: str
    quantity: Decimal | None = None
    amount_minor: int | None = None
    max_price: Decimal | None = None

    def canonical(self) -> str:
        """One line that is equal exactly for equal requests."""
        parts = (
            ("symbol", self.symbol),
            ("quantity", None if self.quantity is None else money.plain(self.quantity)),
            ("amount_minor", self.amount_minor),
            ("max_price", None if self.max_price is None else money.plain(self.max_price)),
        )
        return " ".join(f"{name}={value}" for name, value in parts if value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settings of a stage that decide about orders."""

    max_price_age: timedelta
    first_ask_after: timedelta
    longest_ask_interval: timedelta
    overdue_after: timedelta
    ask_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What placing an order needs to know, read in one go."""

    account: Account
    quote: Quote | None
    order: Order | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One step of one order, to be committed whole or not at all.

    `before` is what the commit insists on: if the order is not so any more, the decision is stale.
    `posting` is what the balances move by, `gained` what the account's position grows by.
    """

    before: Order | None
    after: Order
    effect: Effect
    posting: Posting | None = None
    gained: Position | None = None


def place(
    purchase: Purchase,
    snapshot: Snapshot,
    *,
    order_id: str,
    now: datetime,
    policy: Policy,
) -> Decision | None:
    """Hold the cost and store the order; None when this very order is there already."""
    if snapshot.order is not None:
        if snapshot.order.asked_for != purchase.canonical():
            raise KeyReused
        return None
    quote = _tradable(snapshot.quote, purchase, now, policy.max_price_age)
    quantity = _quantity(purchase, quote.price)
    cost_minor = _cost(purchase, quote.price, quantity)
    if snapshot.account.available_minor < cost_minor:
        raise Refused("insufficient_funds", "There is not enough money available for this order.")
    order = Order(
        order_id=order_id,
        account_id=snapshot.account.account_id,
        symbol=quote.symbol,
        quantity=quantity,
        price=quote.price,
        cost_minor=cost_minor,
        currency=quote.currency,
        state=State.PENDING,
        created_at=now,
        asked_for=purchase.canonical(),
        ask_at=now + policy.first_ask_after,
    )
    return Decision(before=None, after=order, effect=Effect.MOVE, posting=hold(order))


def _tradable(
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
    assert purchase.amount_minor is not None  # Purchase holds exactly one of the two
    return money.quantity_for(purchase.amount_minor, price)


def _cost(purchase: Purchase, price: Decimal, quantity: Decimal) -> int:
    cost_minor = money.cost_minor(price, quantity)
    if cost_minor == 0 or quantity == 0:  # shares for nothing
        field = "amount" if purchase.quantity is None else "quantity"
        raise InvalidInput(
            Fault(field=field, code="too_small", message="This would cost less than one cent.")
        )
    return cost_minor


def apply(order: Order, event: Event, *, now: datetime, reason: str | None = None) -> Decision:
    """What `event` does to `order`, by the table of `orders.TRANSITIONS`.

    Raises Refused when an operator wants to end what has ended.
    """
    effect, state = TRANSITIONS[order.state, event]
    match effect:
        case Effect.MOVE:
            return _move(order, state, now, reason or REASONS.get(event))
        case Effect.REPEAT:
            return Decision(before=order, after=order, effect=effect)
        case Effect.CONFLICT:
            conflict = order.conflict or Conflict(event=event, seen_at=now)
            after = replace(order, conflict=conflict)
            return Decision(before=order, after=after, effect=effect)
        case Effect.REFUSE:
            raise Refused("order_has_ended", f"The order has ended already: {order.state}.")


def _move(order: Order, state: State, now: datetime, reason: str | None) -> Decision:
    if state is State.SENT:
        return Decision(
            before=order, after=replace(order, state=state, sent_at=now), effect=Effect.MOVE
        )
    # Another machine's clock may be behind: nothing ends before it began.
    after = replace(order, state=state, ended_at=max(now, order.created_at), reason=reason)
    return Decision(
        before=order,
        after=after,
        effect=Effect.MOVE,
        posting=end(after),
        gained=_gained(order) if state is State.ACCEPTED else None,
    )


def _gained(order: Order) -> Position:
    return Position(
        account_id=order.account_id,
        symbol=order.symbol,
        quantity=order.quantity,
        cost_minor=order.cost_minor,
    )


def ask_again(order: Order, policy: Policy, now: datetime) -> Decision | None:
    """Send the request once more under the same id; None when it is not (yet) to be sent.

    The waiting time doubles with every time, up to `longest_ask_interval`. Time alone never ends
    an order: only the exchange's answer or an operator does.
    """
    if not policy.ask_again or not order.is_open or now < order.ask_at:
        return None
    asks = order.asks + 1
    # 2 ** asks is bounded before it is multiplied: a timedelta overflows after some 40 doublings.
    interval = min(policy.first_ask_after * 2 ** min(asks, 32), policy.longest_ask_interval)
    after = replace(order, asks=asks, ask_at=now + interval)
    return Decision(before=order, after=after, effect=Effect.MOVE)
