"""What must be true when all is calm again. Each rule yields complaints, in words, or none."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

from tests.chaos.aftermath import OUR_GROUP, Aftermath, Letter, Owned
from tests.chaos.clients import Clients

OPEN: Final = ("PENDING", "SENT")
NOTHING: Final = Decimal(0)
STEPS: Final = {"ACCEPTED": ["HOLD", "SPEND"], "REJECTED": ["HOLD", "RELEASE"]}

Complaints = Iterator[str]


def complaints(aftermath: Aftermath, clients: Clients, deposited: Decimal) -> list[str]:
    """All that is wrong; empty when nothing is."""
    rules: tuple[Callable[[], Complaints], ...] = (
        lambda: nothing_lost_or_doubled(aftermath, clients),
        lambda: every_order_has_its_end(aftermath),
        lambda: the_exchange_agrees(aftermath),
        lambda: dead_letters_belong_there(aftermath),
    )
    laws = (it for owned in aftermath.accounts for it in laws_of_money(owned, deposited))
    return [*laws, *(complaint for rule in rules for complaint in rule())]


def laws_of_money(owned: Owned, deposited: Decimal) -> Complaints:
    """Laws 1 to 5 of one account."""
    available, held = Decimal(owned.wallet["available"]), Decimal(owned.wallet["held"])
    accepted = [order for order in owned.orders if order["state"] == "ACCEPTED"]
    spent = _sum(accepted, "cost")
    if min(available, held) < 0:
        yield f"law 1: {available} available, {held} held"
    if available + held + spent != deposited:
        yield f"law 2: {available} + {held} + {spent} spent is not {deposited}"
    still_open = [order for order in owned.orders if order["state"] in OPEN]
    if held != _sum(still_open, "cost"):
        yield f"law 3: {held} held, open orders cost {_sum(still_open, 'cost')}"
    yield from _positions(owned, accepted)
    posted = _sum(owned.postings, "available"), _sum(owned.postings, "held")
    if posted != (available, held):
        yield f"law 5: {available}, {held}; the postings say {posted}"
    yield from _postings(owned)


def _positions(owned: Owned, accepted: list[dict[str, Any]]) -> Complaints:
    bought: dict[str, tuple[Decimal, Decimal]] = {}
    for order in accepted:
        quantity, cost = bought.get(order["symbol"], (NOTHING, NOTHING))
        more = Decimal(order["quantity"]), Decimal(order["cost"])
        bought[order["symbol"]] = (quantity + more[0], cost + more[1])
    here = {it["symbol"]: (Decimal(it["quantity"]), Decimal(it["cost"])) for it in owned.positions}
    if here != bought:
        yield f"law 4: positions are {here}, accepted orders make {bought}"


def _postings(owned: Owned) -> Complaints:
    """Each step of each order is in the ledger once."""
    steps: dict[str, list[str]] = {}
    for posting in owned.postings:
        if posting["order_id"] is not None:
            steps.setdefault(posting["order_id"], []).append(posting["kind"])
    for order in owned.orders:
        found = sorted(steps.pop(order["order_id"], []))
        if found != STEPS.get(order["state"], ["HOLD"]):
            yield f"law 5: order {order['order_id']} ({order['state']}) has postings {found}"
    yield from (f"law 5: postings of no order: {order_id}" for order_id in steps)


def nothing_lost_or_doubled(aftermath: Aftermath, clients: Clients) -> Complaints:
    """One key, one order, of the account that named it, and no other order."""
    seen: Counter[str] = Counter()
    for placed in clients.placed:
        key = placed.intent.key
        if len(placed.order_ids) != 1:
            yield f"doubled: the key {key} was answered with {len(placed.order_ids)} orders"
        if placed.made > 1:
            yield f"doubled: the key {key} was answered {placed.made} times with 202"
        own = {order["order_id"] for order in aftermath.accounts[placed.intent.account].orders}
        if not placed.order_ids <= own:
            yield f"lost: the order of the key {key} is not there"
        seen.update(placed.order_ids)
    for order_id in aftermath.orders.keys() ^ seen.keys():
        yield f"order {order_id} is not what anybody asked for"
    yield from (f"two keys made one order: {it}" for it, count in seen.items() if count > 1)


def every_order_has_its_end(aftermath: Aftermath) -> Complaints:
    """And only ends that an answer can give."""
    for order_id, order in aftermath.orders.items():
        if order["state"] not in STEPS:
            yield f"order {order_id} has no end: {order['state']}, asked {order['asks']} times"


def the_exchange_agrees(aftermath: Aftermath) -> Complaints:
    """Law 6: it knows our orders and no other of us, and each ended as it decided.

    Where it has itself sent both answers, either may have come first, and the other one is in
    conflict with the end. An order that it never contradicted has no conflict.
    """
    for order_id in aftermath.verdicts.keys() ^ aftermath.orders.keys():
        yield f"law 6: order {order_id} is known on one side only"
    for order_id, verdict in aftermath.verdicts.items():
        order = aftermath.orders.get(order_id, verdict)
        if _wanted(order) != _wanted(verdict):
            yield f"law 6: order {order_id} is {_wanted(order)}, published was {_wanted(verdict)}"
    for order_id in aftermath.unlike_the_exchange - aftermath.contradicted:
        yield f"law 6: order {order_id} ended otherwise than the exchange decided"
    for order_id in aftermath.conflicts - aftermath.contradicted:
        yield f"law 6: order {order_id} is in conflict, but the exchange gave one answer only"


def _wanted(order: dict[str, Any]) -> tuple[str, Decimal]:
    return order["symbol"], Decimal(order["quantity"])


def dead_letters_belong_there(aftermath: Aftermath) -> Complaints:
    """What cannot be understood, with the reason. Nothing that we could have used."""
    for letter in aftermath.letters:
        if letter.reason is None:
            yield f"a dead letter of {letter.queue} without a reason: {letter.body[:300]}"
        elif _is_usable(letter, aftermath):
            yield f"a good message in the dead letters of {letter.queue}: {letter.body[:300]}"


def _is_usable(letter: Letter, aftermath: Aftermath) -> bool:
    said = letter.payload
    if not isinstance(said, dict):
        return False
    is_ours = said.get("request_id") in list(aftermath.orders)
    is_ours = is_ours and str(said.get("group_id")) == str(OUR_GROUP)
    match letter.queue:
        case "validations":
            return is_ours and isinstance(said.get("valid"), bool)
        case "requests":
            return is_ours and isinstance(said.get("quantity"), int | float)
        case _:
            return False


def _sum(items: list[dict[str, Any]], field: str) -> Decimal:
    return sum((Decimal(item[field]) for item in items), NOTHING)
