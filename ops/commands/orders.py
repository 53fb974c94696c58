"""Orders: the overdue ones, those in conflict, and one order in full."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from lambdas.domain import money
from lambdas.domain.ledger import LineAccount, Posting
from lambdas.domain.orders import Event, Order
from ops.console import age, clock, printable, progress, say, show_table
from ops.laws import order_breaches, signed
from ops.ports import LogLine, Tools
from ops.timeline import request_ids, timeline_of

_READ_BATCH: Final = 100  # keys of one BatchGetItem


def overdue(tools: Tools, *, after: timedelta | None) -> int:
    """Lists open orders older than the stage's setting, oldest first, from the index of open ones.

    Status 0 however many there are.
    """
    limit = tools.settings().overdue_after if after is None else after
    now = tools.now()
    entries = tools.orders.open()
    old = iter([it.order_id for it in entries if now - it.created_at >= limit])
    late: list[Order] = []
    while order_ids := list(islice(old, _READ_BATCH)):
        found = tools.orders.get_many(order_ids).values()
        late += [order for order in found if order.is_overdue(now, limit)]
    if not late:
        say(f"No order has waited for {limit / timedelta(seconds=1):g} s or longer.")
        return 0
    late.sort(key=lambda order: order.created_at)
    rows = [_overdue_row(order, now) for order in late]
    show_table(("order", "account", "state", "age", "retried", "held", "for"), rows)
    say(f"{len(late)} orders without an answer; {_held(late)} held by them.")
    return 0


def _overdue_row(order: Order, now: datetime) -> tuple[str, ...]:
    return (
        order.order_id,
        order.account_id,
        order.state.value,
        age(order.created_at, now),
        f"{order.attempts} times",
        _cost(order),
        f"{money.plain(order.quantity)} {order.symbol}",
    )


def _held(orders: Sequence[Order]) -> str:
    sums: Counter[str] = Counter()
    for order in orders:
        sums[order.currency] += order.cost_minor
    return ", ".join(f"{money.major(minor)} {currency}" for currency, minor in sums.items())


def _cost(order: Order) -> str:
    return f"{money.major(order.cost_minor)} {order.currency}"


_ANSWERS: Final = {Event.ACCEPT: "accepted", Event.REJECT: "rejected"}


def conflicts(tools: Tools) -> int:
    """Lists the orders whose end the exchange has contradicted. Scans the table of orders."""
    rows = []
    with progress("Orders in conflict") as counted:
        for order in tools.audit_store.in_conflict():
            counted.advance()
            rows += list(_conflict_rows(order))
    if not rows:
        say("✓ No order has an answer that contradicts its end.")
        return 0
    show_table(
        ("order", "account", "ended", "at", "then the exchange said", "at", "cost"),
        sorted(rows, key=lambda row: row[5]),
    )
    say(f"{len(rows)} orders in conflict. One in full: python -m ops order ORDER")
    return 0


def _conflict_rows(order: Order) -> Iterator[tuple[str, ...]]:
    if order.conflict is not None:
        yield (
            order.order_id,
            order.account_id,
            order.state.value,
            clock(order.ended_at),
            _ANSWERS.get(order.conflict.event, order.conflict.event.value),
            clock(order.conflict.seen_at),
            _cost(order),
        )


# Clocks differ a little, and an answer may come, or contradict, long after the end.
_BEFORE: Final = timedelta(minutes=1)
_AFTER: Final = timedelta(hours=1)


def show_order(tools: Tools, *, order_id: str, with_logs: bool) -> int:
    """Shows one order with its postings and, on demand, its timeline from all logs.

    Status 1 where there is no such order, or its postings are not those of its state.
    """
    order = tools.audit_store.order(order_id)
    if order is None:
        say(f"✗ There is no order {printable(order_id)!r}. Is it an order of this stage?")
        return 1
    postings = tools.audit_store.postings_of(order)
    _show_facts(tools, order)
    _show_postings(postings)
    if with_logs:
        _show_timeline(tools, order)
    return _check(tools, order, postings)


def _show_facts(tools: Tools, order: Order) -> None:
    reason = "" if order.reason is None else f": {printable(order.reason, 250)}"
    rows = [
        ("order", order.order_id),
        ("account", order.account_id),
        (
            "purchase",
            f"{money.plain(order.quantity)} {order.symbol} at {money.plain(order.price)}"
            f" = {_cost(order)}   ({printable(order.request_fingerprint)})",
        ),
        ("state", f"{order.state}{reason}"),
        ("placed", clock(order.created_at)),
        ("echoed", clock(order.sent_at)),
    ]
    if order.attempts:
        rows.append(("retried", f"{order.attempts} times"))
    if order.is_open:
        rows.append(("next attempt", clock(order.next_attempt_at)))
        rows.append(("waiting", age(order.created_at, tools.now())))
    else:
        rows.append(("ended", clock(order.ended_at)))
    if order.conflict is not None:
        answer = _ANSWERS.get(order.conflict.event, order.conflict.event.value)
        rows.append(
            ("CONFLICT", f"{clock(order.conflict.seen_at)}: the exchange then said {answer}")
        )
    for name, value in rows:
        say(f"{name:<13}{value}")


def _show_postings(postings: Sequence[Posting]) -> None:
    say("\nPostings")
    rows = [
        (
            str(posting.number),
            posting.kind.value,
            clock(posting.recorded_at),
            ", ".join(f"{line.account} {signed(line.amount_minor)}" for line in posting.lines),
            f"{LineAccount.AVAILABLE} {money.major(posting.available_after_minor)}, "
            f"{LineAccount.HELD} {money.major(posting.held_after_minor)}",
        )
        for posting in postings
    ]
    show_table(("number", "kind", "recorded", "lines", "balances after"), rows)


def _show_timeline(tools: Tools, order: Order) -> None:
    """The order's log lines with the time between them, then the steps without a line."""
    say("\nTimeline")
    timeline = timeline_of(_lines(tools, order))
    rows = [
        (
            f"{it.at:%Y-%m-%d %H:%M:%S}.{it.at.microsecond // 1000:03}",
            it.part,
            it.what,
            "" if it.waited is None else f"{it.waited.total_seconds():.3f} s {it.where}",
        )
        for it in timeline.entries
    ]
    show_table(("at (UTC)", "part", "what", "waited before"), rows)
    for missing in timeline.missing:
        say(
            f"? no line of {missing.part} says {missing.message!r}: "
            f"{missing.where}, for {age(missing.since, tools.now())}"
        )


def _lines(tools: Tools, order: Order) -> list[LogLine]:
    logs = tools.logs()
    since, until = order.created_at - _BEFORE, _last_event(order, tools.now()) + _AFTER
    lines = list(logs.search(order.order_id, since, until))
    for request_id in request_ids(lines):
        lines += logs.search(request_id, since, until, "gateway")
    return sorted(lines, key=lambda line: line.at)


def _last_event(order: Order, now: datetime) -> datetime:
    if order.ended_at is None:
        return now
    return order.ended_at if order.conflict is None else order.conflict.seen_at


def _check(tools: Tools, order: Order, postings: Sequence[Posting]) -> int:
    """Compares order and postings, unless the order changed between the two reads."""
    breaches = list(order_breaches(order, postings))
    if breaches and tools.audit_store.order(order.order_id) != order:
        say("\n? The order changed while it was read: run the command again.")
        return 1
    for breach in breaches:
        say(f"✗ {breach.what} is {breach.found}, must be {breach.expected}")
    if not breaches:
        say("✓ its postings are those of its state")
    return 1 if breaches else 0
