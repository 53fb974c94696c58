"""Look at every order that a reminder names: forget the reminders of which all have ended."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from lambdas.domain.orders import Order
from lambdas.ports import DeadLetters, Orders, Reminder, Reminders

LONGEST: Final = timedelta(seconds=10)
"""What is heard within this time shows again before the next sweep: it is hidden for 50 s of 60."""

MOST: Final = 2_000
"""Orders that one sweep hears of, in any order: what it leaves, it hears another time."""

KEPT: Final = timedelta(days=7)
"""Half of what SQS keeps a message for."""

UNEXPLAINED: Final = "a reminder of no order of ours"
_LONGEST_ID: Final = 64  # no key of ours is longer, and DynamoDB refuses very long ones


class Heard(NamedTuple):
    """The open orders, by id, each once; and how many reminders were put aside."""

    open: dict[str, Order]
    unexplained: int


def hear_reminders(
    orders: Orders,
    reminders: Reminders,
    dead_letters: DeadLetters,
    *,
    clock: Callable[[], datetime],
) -> Heard:
    """Until there are no more, or enough. The reminders of open orders stay, and come again."""
    until = clock() + LONGEST
    waiting: dict[str, Order] = {}
    count = unexplained = 0
    while count < MOST and clock() < until and (heard := reminders.due()):
        named = list(dict.fromkeys(it for reminder in heard for it in reminder.order_ids))
        found = orders.read([it for it in named if len(it) <= _LONGEST_ID])
        still_open = {order_id: order for order_id, order in found.items() if order.is_open}
        strange = [order_id for order_id in named if order_id not in found]
        for order_id in strange:
            dead_letters.put(order_id, UNEXPLAINED)
        staying = [it for it in heard if not still_open.keys().isdisjoint(it.order_ids)]
        renewed = _renew(reminders, staying, still_open.keys(), set(strange), clock())
        reminders.done([it for it in heard if it not in staying or it in renewed])
        waiting |= still_open
        count += len(named)
        unexplained += len(strange)
    return Heard(open=waiting, unexplained=unexplained)


def _renew(
    reminders: Reminders,
    waiting: Sequence[Reminder],
    still_open: AbstractSet[str],
    strange: AbstractSet[str],
    now: datetime,
) -> Sequence[Reminder]:
    """Send anew what is open of those that SQS will forget one day, or that name what was put
    aside; the old ones of them, which may go.
    """
    old = [it for it in waiting if now - it.sent_at >= KEPT or not strange.isdisjoint(it.order_ids)]
    order_ids = [it for reminder in old for it in reminder.order_ids if it in still_open]
    failed = reminders.send(order_ids, timedelta(0)) if order_ids else ()
    lost = {order_ids[place] for place in failed}
    return [reminder for reminder in old if lost.isdisjoint(reminder.order_ids)]
