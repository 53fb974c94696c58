"""What an order's life does to its account: a hold, and one end.

An order is its own ledger: nothing of what these postings are made of ever changes in it.
"""

from datetime import datetime

from lambdas.domain.ledger import Posting, PostingKind, posting_id_for
from lambdas.domain.orders import Order, State


def hold(order: Order) -> Posting:
    """The posting of placing it."""
    cost_minor = order.cost_minor
    return _posting(order, PostingKind.HOLD, -cost_minor, cost_minor, order.created_at)


def end(order: Order) -> Posting | None:
    """The posting of its end; None while there is none."""
    if order.ended_at is None:
        return None
    cost_minor = order.cost_minor
    if order.state is State.ACCEPTED:
        return _posting(order, PostingKind.SPEND, 0, -cost_minor, order.ended_at)
    return _posting(order, PostingKind.RELEASE, cost_minor, -cost_minor, order.ended_at)


def told_by(order: Order) -> tuple[Posting, ...]:
    """The postings that the order stands for. An end that came late is stored by itself."""
    ended = end(order)
    return (hold(order),) if ended is None or order.ended_late else (hold(order), ended)


def _posting(
    order: Order, kind: PostingKind, available_minor: int, held_minor: int, at: datetime
) -> Posting:
    return Posting(
        account_id=order.account_id,
        posting_id=posting_id_for(order.order_id, kind),
        kind=kind,
        available_minor=available_minor,
        held_minor=held_minor,
        cause_id=order.order_id,
        recorded_at=at,
        symbol=order.symbol,
    )
