"""Apply one event to one order: our request seen, the exchange's answer, an operator's ending."""

from datetime import datetime

from lambdas.domain import trading
from lambdas.domain.errors import NotFound, StaleDecision
from lambdas.domain.orders import Event, Order
from lambdas.domain.trading import Decision
from lambdas.ports import Orders


def advance_order(
    orders: Orders, order_id: str, event: Event, *, now: datetime, reason: str | None = None
) -> Decision:
    """What the event did. Raises NotFound, Refused (an ended order voided), StaleDecision after a
    third collision.
    """
    try:
        return _advance(orders, orders.glimpse(order_id), event, now, reason)
    except (StaleDecision, NotFound):  # it was old, or of nothing yet
        order = orders.get(order_id)
    try:
        return _advance(orders, order, event, now, reason)
    except StaleDecision:
        return _advance(orders, orders.get(order_id), event, now, reason)


def _advance(
    orders: Orders, order: Order | None, event: Event, now: datetime, reason: str | None
) -> Decision:
    if order is None:
        raise NotFound("order")
    decision = trading.apply(order, event, now=now, reason=reason)
    if decision.after != decision.before:
        orders.commit(decision)
    return decision
