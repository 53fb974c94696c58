"""States that a campaign must reach sometimes: a fault that never strikes tests nothing.

Some are noted where they happen (`Kernel.reached`), the rest are seen in the tables at the end.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from tests.simulation.expressions import Item
from tests.simulation.kernel import What

OFTEN_RETRIED: Final = "one invocation met three stale writes"
UNHEARD: Final = "a client got no answer and tried again"
REFUSED: Final = "an order was refused for lack of money"
REUSED: Final = "a key was refused for another content"
PRICE_TOO_OLD: Final = "an order was refused because the price was too old"
OVERDUE: Final = "an open order was overdue"
NEXT_PAGE: Final = "a list had a next page"
FORGOTTEN: Final = "the broker forgot messages"
STALE_READ: Final = "a read that may lag returned an older version"
PREVIOUS: Final = "a function of the previous release ran"
STALE_INDEX: Final = "an index lagged"
_CONFLICT: Final = "an answer contradicted the end of an order"
_VOIDED: Final = "an operator ended an order"
_RETRIED: Final = "an order was published again"
_ALL_ENDS: Final = "orders of one account ended in both ways"

_WHOLE_ONLY: Final = (_RETRIED, FORGOTTEN)
"""`fast` has neither."""

EVERYWHERE: Final = (
    OFTEN_RETRIED,
    UNHEARD,
    REFUSED,
    REUSED,
    PRICE_TOO_OLD,
    OVERDUE,
    NEXT_PAGE,
    STALE_READ,
    STALE_INDEX,
    PREVIOUS,
    _CONFLICT,
    _VOIDED,
    _ALL_ENDS,
    *(f"fault: {what}" for what in What),
)
ENOUGH: Final = 500
"""Schedules of a mode after which each of its states must have been reached."""


def never(reached: Collection[str], *, is_whole: bool) -> list[str]:
    """What schedules of a mode must reach, and these have not."""
    expected = (*EVERYWHERE, *(_WHOLE_ONLY if is_whole else ()))
    return [state for state in expected if state not in reached]


def seen_in(orders: Iterable[Item], overdue_after: timedelta) -> set[str]:
    """The states that can be seen in the orders at the end of a run."""
    found: set[str] = set()
    ends: set[tuple[str, str]] = set()
    for order in orders:
        state = order["state"]["S"]
        ends.add((order["account_id"]["S"], state))
        if "conflict_event" in order:
            found.add(_CONFLICT)
        if state == "VOIDED":
            found.add(_VOIDED)
        if order["attempts"]["N"] != "0":
            found.add(_RETRIED)
        if (
            "ended_at" not in order
            or _at(order, "ended_at") - _at(order, "created_at") > overdue_after
        ):
            found.add(OVERDUE)
    if any((account_id, "REJECTED") in ends for account_id, state in ends if state == "ACCEPTED"):
        found.add(_ALL_ENDS)
    return found


def _at(order: Item, name: str) -> datetime:
    return datetime.fromisoformat(order[name]["S"])
