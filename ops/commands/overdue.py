"""`overdue`: orders that the exchange has not answered for longer than the stage allows."""

from datetime import timedelta

from lambdas.domain import money
from lambdas.domain.orders import Order
from ops.console import Console, age
from ops.ports import Tools


def overdue(tools: Tools, console: Console, *, after: timedelta | None) -> int:
    """Oldest first. A Scan of the orders."""
    limit = tools.settings().overdue_after if after is None else after
    now = tools.now()
    late = [order for order in tools.books.open_orders() if order.is_overdue(now, limit)]
    late.sort(key=lambda order: order.created_at)
    if not late:
        console.say(f"No order has waited for {_words(limit)} or longer.")
        return 0
    console.table(
        ("order", "account", "state", "age", "asked again", "held", "for"),
        [
            (
                order.order_id,
                order.account_id,
                order.state.value,
                age(order.created_at, now),
                f"{order.asks} times",
                f"{money.major(order.cost_minor)} {order.currency}",
                f"{money.plain(order.quantity)} {order.symbol}",
            )
            for order in late
        ],
    )
    console.say(f"{len(late)} orders without an answer; {_held(late)} held by them.")
    return 0


def _words(limit: timedelta) -> str:
    return f"{limit / timedelta(seconds=1):g} s"


def _held(orders: list[Order]) -> str:
    sums: dict[str, int] = {}
    for order in orders:
        sums[order.currency] = sums.get(order.currency, 0) + order.cost_minor
    return ", ".join(f"{money.major(minor)} {currency}" for currency, minor in sums.items())
