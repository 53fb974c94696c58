"""`void`: end an order by hand, through the same decision and transaction as an answer would.

The money goes back by the order's own posting. No table is edited.
"""

from typing import Final

from lambdas.domain import money
from lambdas.domain.errors import NotFound, Refused
from lambdas.domain.orders import Effect, Event, Order
from lambdas.usecases.advance_order import advance_order
from ops.console import Console, age, clock
from ops.ports import Tools

LONGEST_REASON: Final = 200


def void(tools: Tools, console: Console, *, order_id: str, reason: str, is_sure: bool) -> int:
    """Status 1 where the order cannot be ended, or the operator does not say yes."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        console.say(f"✗ Say why, in 1 to {LONGEST_REASON} characters: the owner will read it.")
        return 1
    order = tools.orders.get(order_id)
    if order is None:
        console.say(f"✗ There is no order {order_id!r}.")
        return 1
    if order.is_open and not is_sure and not console.confirms(_question(tools, order)):
        console.say("Nothing was changed.")
        return 1
    return _void(tools, console, order_id, reason)


def _void(tools: Tools, console: Console, order_id: str, reason: str) -> int:
    try:
        decision = advance_order(tools.orders, order_id, Event.VOID, now=tools.now(), reason=reason)
    except (NotFound, Refused):
        return _refuse(tools, console, order_id)
    after = decision.after
    if decision.effect is Effect.REPEAT:
        console.say(
            f"It was voided already, at {clock(after.ended_at)} ({after.reason}). "
            "Nothing was changed."
        )
        return 0
    console.say(
        f"✓ Order {order_id} is VOIDED; {_cost(after)} are available again on account "
        f"{after.account_id}."
    )
    return 0


def _refuse(tools: Tools, console: Console, order_id: str) -> int:
    """It had ended, or it ended while the operator was thinking."""
    order = tools.orders.get(order_id)
    ended = "is gone" if order is None else f"ended as {order.state} at {clock(order.ended_at)}"
    console.say(f"✗ Order {order_id} {ended}, and an end never changes. Nothing was changed.")
    return 1


def _question(tools: Tools, order: Order) -> str:
    return (
        f"Order {order.order_id}: {money.plain(order.quantity)} {order.symbol} for {_cost(order)}, "
        f"{order.state} for {age(order.created_at, tools.now())}, asked again {order.asks} times.\n"
        "If the exchange has accepted it, or will, voiding it makes a debt that nobody has paid "
        "for.\nHave you seen there that it has not? Void it?"
    )


def _cost(order: Order) -> str:
    return f"{money.major(order.cost_minor)} {order.currency}"
