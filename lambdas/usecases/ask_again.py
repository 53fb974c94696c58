"""Ask the exchange again about orders without an answer, and count those that are overdue."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from lambdas.domain import trading
from lambdas.domain.errors import StaleDecision
from lambdas.domain.orders import Order
from lambdas.domain.trading import Decision, Policy
from lambdas.ports import Orders


class Sweep(NamedTuple):
    """What one sweep found and did."""

    unanswered: int
    overdue: int
    asked: tuple[str, ...]


def ask_again(
    orders: Orders, waiting: Iterable[Order], *, policy: Policy, now: datetime, at_most: int
) -> Sweep:
    """Ask again about those of the open orders that are due, oldest first, `at_most` of them."""
    old = [order for order in waiting if now - order.created_at >= policy.first_ask_after]
    old.sort(key=lambda order: order.created_at)
    decisions = [trading.ask_again(order, policy, now) for order in old]
    due = [decision for decision in decisions if decision is not None]
    return Sweep(
        unanswered=len(old),
        overdue=sum(order.is_overdue(now, policy.overdue_after) for order in old),
        asked=tuple(it.after.order_id for it in due[:at_most] if _commit(orders, it)),
    )


def _commit(orders: Orders, decision: Decision) -> bool:
    try:
        orders.commit(decision)
    except StaleDecision:  # answered, or asked by another sweep, since it was read
        return False
    return True
