"""One order or deposit and its postings: the steps that it must have, and those that it has.

The rules are stated here a second time on purpose, from the stored facts and not by calling the
code that wrote them: a check that shares the writer's mistakes finds none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from lambdas.domain import money
from lambdas.domain.ledger import Posting, PostingKind
from lambdas.domain.orders import Order, State
from ops.laws import Breach, Law, signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """All that orders and ledger say of one cause: an order, or a deposit (no order)."""

    cause_id: str
    postings: tuple[Posting, ...]
    order: Order | None


def entry_breaches(account_id: str, entry: Entry) -> Iterator[Breach]:
    """What is wrong with the postings of one order or deposit, seen for itself."""
    order = entry.order
    if order is not None and order.account_id != account_id:
        yield _of_entry(
            account_id, f"order {entry.cause_id}", f"account {order.account_id}", "this account"
        )
        order = None
    if order is not None:
        yield from _cost_breaches(order)
    expected = dict(_deposit(entry) if order is None else _steps(order))
    found = {posting.posting_id: _seen(posting) for posting in entry.postings}
    for posting_id in sorted(expected.keys() | found.keys()):
        must, has = expected.get(posting_id, "none"), found.get(posting_id, "none")
        if must != has:
            yield _of_entry(account_id, _named(posting_id, order), must, has)


def _cost_breaches(order: Order) -> Iterator[Breach]:
    """Price and quantity say a second time what the order costs."""
    exact = Fraction(order.price) * Fraction(order.quantity) * 100
    must_minor = (exact + Fraction(1, 2)).__floor__()
    if order.cost_minor != must_minor:
        yield Breach(
            account_id=order.account_id,
            law=Law.NOTHING_LOST,
            what=f"cost of order {order.order_id}",
            expected=money.major(must_minor),
            found=money.major(order.cost_minor),
            off_by=signed(order.cost_minor - must_minor),
        )


def _steps(order: Order) -> Iterator[tuple[str, str]]:
    """The postings that an order in its state must have."""
    cost = order.cost_minor
    yield f"{order.order_id}#HOLD", _step("HOLD", -cost, cost, order.symbol)
    if order.state is State.ACCEPTED:
        yield f"{order.order_id}#END", _step("SPEND", 0, -cost, order.symbol)
    elif not order.is_open:
        yield f"{order.order_id}#END", _step("RELEASE", cost, -cost, order.symbol)


def _deposit(entry: Entry) -> Iterator[tuple[str, str]]:
    """Without an order there can be one thing only: money that came in."""
    for posting in entry.postings[:1]:
        if posting.kind is PostingKind.DEPOSIT and posting.available_minor > 0:
            yield (
                f"{entry.cause_id}#DEPOSIT",
                _step("DEPOSIT", posting.available_minor, 0, None),
            )


def _seen(posting: Posting) -> str:
    return _step(
        posting.kind.value, posting.available_minor, posting.held_minor, posting.symbol or None
    )


def _step(kind: str, available_minor: int, held_minor: int, symbol: str | None) -> str:
    of = "" if symbol is None else f" of {symbol}"
    return f"{kind}{of}, available {signed(available_minor)}, held {signed(held_minor)}"


def _named(posting_id: str, order: Order | None) -> str:
    if order is None:
        return f"posting {posting_id}, which belongs to no order of this account"
    return f"posting {posting_id} of an order that is {order.state}"


def _of_entry(account_id: str, what: str, expected: str, found: str) -> Breach:
    return Breach(account_id=account_id, law=Law.ENDS, what=what, expected=expected, found=found)
