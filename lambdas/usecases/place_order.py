"""Place a purchase request: hold its cost and store it. The orders' stream carries it further."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lambdas.domain import trading
from lambdas.domain.errors import StaleDecision
from lambdas.domain.orders import Order, order_id_for
from lambdas.domain.trading import Policy, Purchase
from lambdas.ports import Orders


class Placed(NamedTuple):
    """The order under this key, and whether this very call made it."""

    order: Order
    is_new: bool


def place_order(
    orders: Orders, *, account_id: str, key: UUID, purchase: Purchase, policy: Policy, now: datetime
) -> Placed:
    """The order that the account names `key`; the same one however often it is called.

    Raises NotFound (company), Refused (insufficient_funds, price_too_old, price_above_max),
    KeyReused, InvalidInput, and StaleDecision after a second collision.
    """
    order_id = order_id_for(account_id, key)
    try:
        return _place(orders, account_id, order_id, purchase, policy, now)
    except StaleDecision:
        return _place(orders, account_id, order_id, purchase, policy, now)


def _place(
    orders: Orders,
    account_id: str,
    order_id: str,
    purchase: Purchase,
    policy: Policy,
    now: datetime,
) -> Placed:
    snapshot = orders.snapshot(account_id, purchase.symbol, order_id)
    decision = trading.place(purchase, snapshot, order_id=order_id, now=now, policy=policy)
    if decision is None:
        assert snapshot.order is not None  # place() decides nothing only when it is there
        return Placed(order=snapshot.order, is_new=False)
    orders.commit(decision)
    return Placed(order=decision.after, is_new=True)
