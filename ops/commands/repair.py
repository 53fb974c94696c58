"""What changes something: ending an order by hand, dead letters, candles.

No table is edited: these commands use the decisions and transactions of the functions.
"""

import json
from collections.abc import Sequence
from typing import Final

from lambdas.domain import money
from lambdas.domain.errors import NotFound, Refused
from lambdas.domain.orders import Effect, Event, Order
from lambdas.services.market import rebuild_candles
from lambdas.services.orders import advance_order
from ops.console import age, clock, confirm, printable, progress, say, show_table
from ops.ports import DeadLetter, DeadLetterQueue, Tools

MAX_REASON: Final = 200


def void(tools: Tools, *, order_id: str, reason: str, is_confirmed: bool) -> int:
    """Ends an open order by hand and releases its hold.

    Status 1 where the order cannot be ended, or the operator does not confirm.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > MAX_REASON or not reason.isprintable():
        say(f"✗ Give a reason of 1 to {MAX_REASON} characters: the owner of the order reads it.")
        return 1
    order = tools.orders.get(order_id)
    if order is None:
        say(f"✗ There is no order {printable(order_id)!r}. Is it an order of this stage?")
        return 1
    if order.is_open and not is_confirmed and not confirm(_question(tools, order)):
        say("Nothing was changed.")
        return 1
    return _void(tools, order_id, reason)


def _void(tools: Tools, order_id: str, reason: str) -> int:
    try:
        decision = advance_order(
            tools.orders, tools.accounts, order_id, Event.VOID, now=tools.now(), reason=reason
        )
    except (NotFound, Refused):
        return _refuse(tools, order_id)
    after = decision.after
    if decision.effect is Effect.REPEAT:
        reason = printable(str(after.reason), 250)
        say(f"It was voided already, at {clock(after.ended_at)} ({reason}). Nothing was changed.")
        return 0
    say(
        f"✓ Order {order_id} is VOIDED; {_cost(after)} are available again on account "
        f"{after.account_id}."
    )
    return 0


def _refuse(tools: Tools, order_id: str) -> int:
    """The order had ended, or it ended while the operator was thinking."""
    order = tools.orders.get(order_id)
    ended = "is gone" if order is None else f"ended as {order.state} at {clock(order.ended_at)}"
    say(f"✗ Order {order_id} {ended}, and an end never changes. Nothing was changed.")
    return 1


def _question(tools: Tools, order: Order) -> str:
    return (
        f"Order {order.order_id}: {money.plain(order.quantity)} {order.symbol} for {_cost(order)}, "
        f"{order.state} for {age(order.created_at, tools.now())}, retried {order.attempts} times.\n"
        "If the exchange has accepted it, or will, nobody has paid for the shares that we then "
        "owe.\nHas the exchange told you that it has not accepted it and never will? Void it?"
    )


def _cost(order: Order) -> str:
    return f"{money.major(order.cost_minor)} {order.currency}"


MAX_LETTERS: Final = 500
"""Dead letters at a time: what an operator can look at, and what fits into memory."""

_MAX_BODY: Final = 4000
_GIVEN_UP: Final = "the queue gave up after its last attempt: see the function's log"
_RECORDS_GONE: Final = (
    "A stream keeps its records for a day, or the function failed again (see `make errors`).\n"
    "The orders are stored and in the index of open orders: the sweep publishes their requests by\n"
    "itself. Once `overdue` shows none of them, drop what is left."
)


def replay(
    tools: Tools, *, queue: str, drop: str | None, only_list: bool, is_confirmed: bool
) -> int:
    """Lists the dead letters of a queue, and moves them back or drops one.

    Status 1 where nothing could be done as asked, or the operator does not confirm.
    """
    dead_letters = tools.dead_letters(queue)
    found = dead_letters.peek(MAX_LETTERS)
    if drop is not None:
        return _drop(dead_letters, found, drop, is_confirmed)
    if not found:
        say(f"No dead letters of {queue}.")
        return 0
    _list(tools, found)
    if only_list:
        return 0
    if not is_confirmed and not confirm(f"Move these {len(found)} back to {queue}?"):
        say("Nothing was moved.")
        return 1
    return _move(dead_letters, found, queue)


def _list(tools: Tools, found: Sequence[DeadLetter]) -> None:
    now = tools.now()
    rows = [
        (
            letter.letter_id,
            age(letter.sent_at, now),
            printable(letter.reason or _GIVEN_UP, 100),
            printable(_payload(letter.body), 60),
        )
        for letter in found
    ]
    show_table(("id", "age", "reason", "message"), rows)
    more = ", perhaps more: run again for the next" if len(found) >= MAX_LETTERS else ""
    say(f"{len(found)} dead letters{more}.")


def _payload(body: str) -> str:
    """The message without the bridge's envelope, where it has one."""
    try:
        envelope = json.loads(body)
    except ValueError:
        return body
    payload = envelope.get("payload") if isinstance(envelope, dict) else None
    return payload if isinstance(payload, str) else body


def _move(dead_letters: DeadLetterQueue, found: Sequence[DeadLetter], queue: str) -> int:
    moved = dead_letters.move(found)
    if moved.left:
        say(f"✓ {moved.letters} were processed again. ✗ {moved.left} were not:")
        say(_RECORDS_GONE)
        return 1
    if not moved.finished:
        say(f"✗ SQS is still moving them ({moved.letters} so far): run it again in a few minutes.")
        return 1
    say(f"✓ {moved.letters} went back to {queue}. What still cannot be processed comes back here.")
    return 0


def _drop(
    dead_letters: DeadLetterQueue, found: Sequence[DeadLetter], letter_id: str, is_confirmed: bool
) -> int:
    letter = next((it for it in found if it.letter_id == letter_id), None)
    if letter is None:
        say(f"✗ There is no dead letter {printable(letter_id)!r} here. --list shows their ids.")
        return 1
    say(f"Reason   {printable(letter.reason or _GIVEN_UP, 300)}")
    say(f"Message  {printable(letter.body, _MAX_BODY)}")
    if not is_confirmed and not confirm("Delete it for good?"):
        say("Nothing was dropped.")
        return 1
    if not dead_letters.drop(letter_id):
        say("✗ It is not here any more: somebody has moved or dropped it.")
        return 1
    say("✓ Dropped.")
    return 0


def candles(tools: Tools, *, symbol: str | None) -> int:
    """Rebuilds candles from the price history, of one company or of all, while prices arrive.

    Status 1 where there is no such company.
    """
    symbols = [quote.symbol for quote in tools.market().board()]
    if symbol is not None:
        if symbol.upper() not in symbols:
            say(f"✗ There is no company {printable(symbol)!r}.")
            return 1
        symbols = [symbol.upper()]
    with progress("Companies", total=len(symbols)) as counted:
        for each in symbols:
            rebuilt = rebuild_candles(tools.market(), each)
            say(
                f"✓ {each}: {rebuilt.days} days with prices, {rebuilt.candles} candles were wrong"
                " or missing"
            )
            counted.advance()
    return 0
