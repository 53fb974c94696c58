"""Ask the exchange again about orders without an answer, and count those that are overdue."""

from dataclasses import dataclass
from datetime import datetime

from lambdas.domain import trading
from lambdas.domain.errors import StaleDecision
from lambdas.domain.trading import Policy
from lambdas.ports import OpenOrder, Orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What one sweep found and did."""

    unanswered: int
    overdue: int
    asked: tuple[str, ...]


def ask_again(orders: Orders, *, policy: Policy, now: datetime, at_most: int) -> Sweep:
    """Ask again about the orders that are due, oldest first, `at_most` of them in one sweep."""
    found = orders.unanswered(now - policy.first_ask_after)
    due = [order for order in found if order.ask_at <= now] if policy.ask_again else []
    asked = [order.order_id for order in due[:at_most] if _ask(orders, order, policy, now)]
    overdue = sum(now - order.created_at >= policy.overdue_after for order in found)
    return Sweep(unanswered=len(found), overdue=overdue, asked=tuple(asked))


def _ask(orders: Orders, found: OpenOrder, policy: Policy, now: datetime) -> bool:
    order = orders.get(found.order_id)
    decision = None if order is None else trading.ask_again(order, policy, now)
    if decision is None:  # the index lagged: it has been answered meanwhile
        return False
    try:
        orders.commit(decision)
    except StaleDecision:  # answered, or asked by another sweep, in this very moment
        return False
    return True
