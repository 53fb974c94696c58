"""`story`: one order from beginning to end, on one page, and whether its postings fit to it."""

from datetime import datetime, timedelta

from lambdas.domain import money
from lambdas.domain.ledger import Posting
from lambdas.domain.movements import end, told_by
from lambdas.domain.orders import Order
from ops.console import Console, age, clock, harmless
from ops.entries import Entry, entry_breaches
from ops.journey import journey_of, request_ids
from ops.ports import LogLine, Tools

# Clocks differ a little, and an answer may come, or contradict, long after the end.
_BEFORE = timedelta(minutes=1)
_AFTERWARDS = timedelta(hours=1)


def story(tools: Tools, console: Console, *, order_id: str, with_logs: bool) -> int:
    """One read, or two; with the logs, a search in each of them. Status 1 where there is no such
    order, or its postings do not fit.
    """
    order = tools.orders.get(order_id)
    if order is None:
        console.say(f"✗ There is no order {harmless(order_id)!r}.")
        return 1
    postings = (*told_by(order), *_late_end(tools, order))
    _tell_order(console, order)
    _tell_times(tools, console, order)
    _tell_postings(console, postings)
    if with_logs:
        _tell_logs(tools, console, order)
    return _tell_fit(tools, console, Entry(cause_id=order_id, postings=postings, order=order))


def _late_end(tools: Tools, order: Order) -> tuple[Posting, ...]:
    """The posting of an end that came late, as it is stored."""
    expected = end(order)
    if expected is None or not order.ended_late:
        return ()
    found = tools.wallets.posting(order.account_id, expected.posting_id)
    return () if found is None else (found,)


def _tell_order(console: Console, order: Order) -> None:
    console.say(f"Order    {order.order_id}")
    console.say(f"Account  {order.account_id}")
    console.say(
        f"Asked    {money.plain(order.quantity)} {order.symbol} at {money.plain(order.price)}"
        f" = {money.major(order.cost_minor)} {order.currency}   ({harmless(order.asked_for)})"
    )
    console.say(f"State    {order.state}{_because(order)}")


def _because(order: Order) -> str:
    return "" if order.reason is None else f": {harmless(order.reason, 250)}"


def _tell_times(tools: Tools, console: Console, order: Order) -> None:
    console.say("\nTimes")
    console.say(f"  placed      {clock(order.created_at)}")
    console.say(f"  seen there  {clock(order.sent_at)}")
    if order.asks:
        console.say(f"  asked again {order.asks} times")
    if order.is_open:
        console.say(f"  next ask    {clock(order.ask_at)}")
        console.say(f"  waiting     {age(order.created_at, tools.now())}")
    else:
        console.say(f"  ended       {clock(order.ended_at)}")
    if order.conflict is not None:
        console.say(
            f"  CONFLICT    {clock(order.conflict.seen_at)}: the exchange then said "
            f"{order.conflict.event}"
        )


def _tell_postings(console: Console, postings: tuple[Posting, ...]) -> None:
    console.say("\nPostings")
    rows = [
        (
            f"  {posting.kind}",
            clock(posting.recorded_at),
            f"available {money.major(posting.available_minor)}",
            f"held {money.major(posting.held_minor)}",
        )
        for posting in postings
    ]
    console.table(("  step", "recorded", "", ""), rows)


def _tell_logs(tools: Tools, console: Console, order: Order) -> None:
    """The way of the order, with where it was between the steps; then the steps without a line."""
    console.say("\nLogs")
    journey = journey_of(_lines(tools, order))
    rows = [
        (
            f"  {step.at:%Y-%m-%d %H:%M:%S}.{step.at.microsecond // 1000:03}",
            step.part,
            step.what,
            "" if step.waited is None else f"{step.waited.total_seconds():.3f} s {step.where}",
        )
        for step in journey.steps
    ]
    console.table(("  at (UTC)", "part", "what", "after"), rows)
    for missing in journey.missing:
        console.say(
            f"  ? no line of {missing.part} says {missing.event!r}: "
            f"{missing.where}, for {age(missing.since, tools.now())}"
        )


def _lines(tools: Tools, order: Order) -> list[LogLine]:
    logs = tools.logs()
    since = order.created_at - _BEFORE
    until = _last_word(order, tools.now()) + _AFTERWARDS
    lines = list(logs.holding(order.order_id, since, until))
    for request_id in request_ids(lines):
        lines += logs.holding(request_id, since, until, "gateway")
    return sorted(lines, key=lambda line: line.at)


def _last_word(order: Order, now: datetime) -> datetime:
    if order.ended_at is None:
        return now
    return order.ended_at if order.conflict is None else order.conflict.seen_at


def _tell_fit(tools: Tools, console: Console, entry: Entry) -> int:
    """An order that ended between the reads is read once more before anything is said."""
    assert entry.order is not None
    account_id = entry.order.account_id
    breaches = list(entry_breaches(account_id, entry))
    if breaches and tools.orders.get(entry.cause_id) != entry.order:
        console.say("\n? It changed while it was read: ask again.")
        return 1
    for breach in breaches:
        console.say(f"\n✗ {breach.what}: is {breach.found}, must be {breach.expected}")
    if not breaches:
        console.say("\n✓ its postings are those of its state")
    return 1 if breaches else 0
