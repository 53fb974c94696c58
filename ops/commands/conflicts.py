"""`conflicts`: orders whose end the exchange has contradicted. Only a person can tell why."""

from lambdas.domain import money
from lambdas.domain.orders import Event
from ops.console import Console, clock
from ops.ports import Tools

_ANSWERS = {Event.ACCEPT: "accepted", Event.REJECT: "rejected"}


def conflicts(tools: Tools, console: Console) -> int:
    """A Scan of the orders: for a person who looks, not for a schedule (docs/operations.md)."""
    rows = [
        (
            order.order_id,
            order.account_id,
            order.state.value,
            clock(order.ended_at),
            _ANSWERS.get(order.conflict.event, order.conflict.event.value),
            clock(order.conflict.seen_at),
            f"{money.major(order.cost_minor)} {order.currency}",
        )
        for order in tools.books.in_conflict()
        if order.conflict is not None
    ]
    if not rows:
        console.say("No order has an answer that contradicts its end.")
        return 0
    console.table(
        ("order", "account", "ended", "at", "then the exchange said", "at", "cost"),
        sorted(rows, key=lambda row: row[5]),
    )
    console.say(f"{len(rows)} orders in conflict. `story ORDER` tells one whole.")
    return 0
