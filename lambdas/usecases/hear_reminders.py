"""Look at every order that a reminder names: forget the reminders of which all have ended."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from lambdas.domain.errors import Transient
from lambdas.domain.orders import Order
from lambdas.ports import DeadLetters, Orders, Reminder, Reminders

LONGEST: Final = timedelta(seconds=10)
"""What is heard within this time shows again before the next sweep: it is hidden for 50 s of 60."""

MOST: Final = 2_000
"""Open orders that one sweep hears of, in any order: what it leaves, it hears another time."""

KEPT: Final = timedelta(days=7)
"""Half of what SQS keeps a message for."""

UNEXPLAINED: Final = "a reminder of no order of ours"
_AT_ONCE: Final = 100  # what a batch read takes
_LONGEST_ID: Final = 64  # no key of ours is longer, and DynamoDB refuses very long ones


class Heard(NamedTuple):
    """The open orders, by id, each once; how many reminders were put aside; and whether there was
    nothing more to hear.
    """

    open: dict[str, Order]
    unexplained: int
    is_all: bool


def hear_reminders(
    orders: Orders,
    reminders: Reminders,
    dead_letters: DeadLetters,
    *,
    clock: Callable[[], datetime],
) -> Heard:
    """Until there are no more, or enough. The reminders of open orders stay, and come again.

    What fails on the way ends the hearing: what was heard by then is not lost. Raises Transient
    where nothing was.
    """
    until = clock() + LONGEST
    waiting: dict[str, Order] = {}
    unexplained = 0
    try:
        while len(waiting) < MOST and clock() < until:
            heard = reminders.due()
            if not heard:
                return Heard(open=waiting, unexplained=unexplained, is_all=True)
            found = _read(orders, heard)
            waiting |= {order_id: order for order_id, order in found.items() if order.is_open}
            unexplained += _settle(reminders, dead_letters, heard, found, clock())
    except Transient:
        if not waiting:
            raise
    return Heard(open=waiting, unexplained=unexplained, is_all=False)


def _read(orders: Orders, heard: Sequence[Reminder]) -> dict[str, Order]:
    """The orders that are named, as far as they exist."""
    named = list(dict.fromkeys(it for reminder in heard for it in reminder.order_ids))
    possible = [it for it in named if len(it) <= _LONGEST_ID]
    found: dict[str, Order] = {}
    for start in range(0, len(possible), _AT_ONCE):
        found |= orders.read(possible[start : start + _AT_ONCE])
    return found


def _settle(
    reminders: Reminders,
    dead_letters: DeadLetters,
    heard: Sequence[Reminder],
    found: Mapping[str, Order],
    now: datetime,
) -> int:
    """Forget what has ended, put aside what no order explains, and tell how much that was."""
    still_open = {order_id for order_id, order in found.items() if order.is_open}
    strange = {it for reminder in heard for it in reminder.order_ids} - found.keys()
    for order_id in sorted(strange):
        dead_letters.put(order_id, UNEXPLAINED)
    staying = [it for it in heard if not still_open.isdisjoint(it.order_ids)]
    renewed = _renew(reminders, staying, still_open, strange, now)
    reminders.done([it for it in heard if it not in staying or it in renewed])
    return len(strange)


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
