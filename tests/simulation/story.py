"""Runs a seed; shortens the script of a failure, and tells it as text."""

import re
from collections.abc import Callable
from random import Random

from tests.simulation.people import ACCOUNTS
from tests.simulation.script import Event, Mode, Script, script
from tests.simulation.world import Outcome, run

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DULL = re.compile(r": (GetItem|BatchGetItem|Query|looks into)|: hears nothing$")
_MOST_LINES = 80


def script_of(seed: int, mode: Mode) -> Script:
    """The script that a seed stands for."""
    return script(Random(f"{mode}/{seed}"), mode)


def run_seed(seed: int, mode: Mode) -> Outcome:
    """The run that a seed stands for."""
    return run(seed, mode, script_of(seed, mode))


def shrunk(
    outcome: Outcome, tell: Callable[[int], None] = lambda _: None
) -> tuple[Script, Outcome]:
    """Leaves out events, many at first, then one by one, while the same law still breaks."""
    assert outcome.broken is not None, "only a failure can be shrunk"
    kept, best = script_of(outcome.seed, outcome.mode), outcome
    size = max(1, len(kept) // 2)
    while True:
        place, is_shorter = 0, False
        while place < len(kept):
            candidate = kept[:place] + kept[place + size :]
            tried = run(outcome.seed, outcome.mode, candidate)
            if tried.broken is not None and tried.broken.law == outcome.broken.law:
                kept, best, is_shorter = candidate, tried, True
                tell(len(kept))
            else:
                place += size
        if size == 1 and not is_shorter:
            return kept, best
        size = max(1, size // 2)


def story(events: Script, outcome: Outcome) -> str:
    """A failure as text: the shortest script, and what happened."""
    named = _Names()
    shown = [line for line in outcome.trace if not _DULL.search(line)]
    skipped = max(0, len(shown) - _MOST_LINES)
    lines = [
        f"seed {outcome.seed} ({outcome.mode}): {outcome.broken}",
        "",
        f"The shortest script that still breaks it ({len(events)} events):",
        *(str(event) for event in sorted(events, key=_order)),
        "",
        f"What happened ({outcome.steps} steps; reads are left out):",
        *(["          …"] if skipped else []),
        *shown[skipped:],
    ]
    return named.in_text("\n".join(lines))


def _order(event: Event) -> tuple[float, str]:
    return event.at_s, event.kind


class _Names:
    """Short names for ids, in the order in which they appear."""

    def __init__(self) -> None:
        self._names = {account_id: who for who, account_id in ACCOUNTS.items()}
        self._orders = 0

    def in_text(self, text: str) -> str:
        """The text with short names."""
        return _ID.sub(self._name, text)

    def _name(self, match: re.Match[str]) -> str:
        found = match[0]
        if found.startswith("00000000-0000-4000-8000-"):  # a wish's key
            return f"key-{int(found[-12:], 16)}"
        if found not in self._names:
            self._orders += 1
            self._names[found] = f"order-{self._orders}"
        return self._names[found]
