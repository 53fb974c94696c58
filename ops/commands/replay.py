"""`replay`: what lies in a dead-letter queue and why; back to where it came from, or dropped."""

import json
from collections.abc import Sequence
from typing import Final

from ops.console import Console, age, harmless
from ops.ports import Letter, Letters, Tools
from ops.whereabouts import RELAY

MOST: Final = 500
"""Letters at a time: what an operator can look at, and what fits into memory."""

_LONGEST_BODY: Final = 4000
_TRIED: Final = "tried in vain until the queue gave up: see the function's log"
_NO_WAY_BACK: Final = (
    "These are notes about places in the orders' stream, not messages: there is nothing to move.\n"
    "The orders behind them are stored. `remind` has the sweep ask for each of them until it has\n"
    "an answer; then drop the notes."
)


def replay(
    tools: Tools, console: Console, *, queue: str, drop: str | None, only_list: bool, is_sure: bool
) -> int:
    """Status 1 where nothing could be done as asked, or the operator does not say yes."""
    letters = tools.letters(queue)
    found = letters.look(MOST)
    if drop is not None:
        return _drop(console, letters, found, drop, is_sure)
    if not found:
        console.say(f"No dead letters of {queue}.")
        return 0
    _list(tools, console, found)
    if queue == RELAY:
        console.say(_NO_WAY_BACK)
        return 0
    if only_list:
        return 0
    if not is_sure and not console.confirms(f"Move these {len(found)} back to {queue}?"):
        console.say("Nothing was moved.")
        return 1
    return _move(console, letters, found, queue)


def _list(tools: Tools, console: Console, found: Sequence[Letter]) -> None:
    now = tools.now()
    console.table(
        ("id", "age", "reason", "message"),
        [
            (
                letter.letter_id,
                age(letter.sent_at, now),
                harmless(letter.reason or _TRIED, 100),
                harmless(_gist(letter.body), 60),
            )
            for letter in found
        ],
    )
    more = ", perhaps more: run again for the next" if len(found) >= MOST else ""
    console.say(f"{len(found)} dead letters{more}.")


def _gist(body: str) -> str:
    """What came from outside, without the envelope that the bridge put around it."""
    try:
        envelope = json.loads(body)
    except ValueError:
        return body
    payload = envelope.get("payload") if isinstance(envelope, dict) else None
    return payload if isinstance(payload, str) else body


def _move(console: Console, letters: Letters, found: Sequence[Letter], queue: str) -> int:
    moved = letters.move(found)
    if not moved.finished:
        console.say(f"SQS is still moving them ({moved.letters} so far): look again in a while.")
        return 1
    console.say(f"✓ {moved.letters} went back to {queue}. What is still not understood comes back.")
    return 0


def _drop(
    console: Console, letters: Letters, found: Sequence[Letter], letter_id: str, is_sure: bool
) -> int:
    letter = next((it for it in found if it.letter_id == letter_id), None)
    if letter is None:
        console.say(f"✗ There is no letter {harmless(letter_id)!r} here.")
        return 1
    console.say(f"Reason   {harmless(letter.reason or _TRIED, 300)}")
    console.say(f"Message  {harmless(letter.body, _LONGEST_BODY)}")
    if not is_sure and not console.confirms("Drop it for ever?"):
        console.say("Nothing was dropped.")
        return 1
    if not letters.drop(letter_id):
        console.say("✗ It is not here any more.")
        return 1
    console.say("✓ Dropped.")
    return 0
