"""`remind`: a new reminder of every open order, where one may have been lost."""

from datetime import timedelta

from ops.console import Console
from ops.ports import Tools


def remind(tools: Tools, console: Console) -> int:
    """A Scan of the orders; status 1 where a reminder was not taken. Twice is harmless."""
    order_ids = [order.order_id for order in tools.books.open_orders()]
    lost = tools.reminders().send(order_ids, timedelta(0))
    console.say(f"The sweep is reminded of {len(order_ids) - len(lost)} open orders.")
    if lost:
        console.say(f"✗ {len(lost)} reminders were not taken: run it again.")
    return 1 if lost else 0
