"""What came of a run, as a table for people and as a list of what is wrong."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tests.chaos.aftermath import NOTES, Aftermath


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`complaints` empty: all as it should be."""

    complaints: list[str]
    rows: Mapping[str, object]

    def __str__(self) -> str:
        width = max(len(name) for name in self.rows)
        lines = [f"| {name:{width}} | {value} |" for name, value in self.rows.items()]
        return "\n".join((*lines, *(f"✗ {it}" for it in self.complaints)))


def what_it_came_to(aftermath: Aftermath) -> dict[str, object]:
    """Rows about the end: states, asks, conflicts, dead letters."""
    orders = aftermath.orders.values()
    states = Counter(order["state"] for order in orders)
    letters = Counter(letter.queue for letter in aftermath.letters)
    misled = aftermath.unlike_the_exchange
    return {
        "the exchange": _listed({note: aftermath.exchange[note] for note in NOTES}),
        "orders by state": _listed(dict(sorted(states.items()))),
        "orders asked for again": sum(order["asks"] > 0 for order in orders),
        "most asks of one order": max(order["asks"] for order in orders),
        "conflicts recorded": len(aftermath.conflicts),
        "ended by the exchange's contradiction": (
            f"{len(misled)}, of them in conflict {len(misled & aftermath.conflicts)}"
        ),
        "dead letters, each with a reason": _listed(letters),
    }


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
