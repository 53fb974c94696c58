"""Look at every order that a reminder names: forget the reminders of those that have ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lambdas.domain.orders import Order
from lambdas.ports import DeadLetters, Orders, Reminder, Reminders

LONGEST: Final = timedelta(seconds=10)
"""What is heard within this time shows again before the next sweep: it is hidden for 50 s of 60."""

MOST: Final = 2_000
"""Reminders that one sweep hears, in any order: what it leaves, it hears another time."""

KEPT: Final = timedelta(days=7)
"""Half of what SQS keeps a message for."""

UNEXPLAINED: Final = "a reminder of no order of ours"
_LONGEST_ID: Final = 64  # no key of ours is longer, and DynamoDB refuses very long ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
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
        found = orders.read([it.order_id for it in heard if len(it.order_id) <= _LONGEST_ID])
        still_open = {order_id: order for order_id, order in found.items() if order.is_open}
        strange = [it for it in heard if it.order_id not in found]
        for reminder in strange:
            dead_letters.put(reminder.order_id, UNEXPLAINED)
        staying = [it for it in heard if it.order_id in still_open]
        renewed = _renew(reminders, staying, clock())
        reminders.done([it for it in heard if it not in staying or it in renewed])
        waiting |= still_open
        count += len(heard)
        unexplained += len(strange)
    return Heard(open=waiting, unexplained=unexplained)


def _renew(reminders: Reminders, waiting: Sequence[Reminder], now: datetime) -> Sequence[Reminder]:
    """Send those anew that SQS will forget one day; the old ones of them, which may go."""
    old = [reminder for reminder in waiting if now - reminder.sent_at >= KEPT]
    if not old:
        return []
    failed = set(reminders.send([it.order_id for it in old], timedelta(0)))
    return [reminder for place, reminder in enumerate(old) if place not in failed]
