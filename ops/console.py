"""The operator's terminal. What comes from outside is shown so that it cannot act on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TextIO

_LONGEST_CELL: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Where a command speaks, and where it listens for a yes."""

    out: TextIO
    answers: TextIO

    def say(self, text: str = "") -> None:
        """One line or several."""
        self.out.write(f"{text}\n")
        self.out.flush()

    def confirms(self, question: str) -> bool:
        """Whether the operator says yes; no answer is a no."""
        self.out.write(f"{question} [y/N] ")
        self.out.flush()
        answer = self.answers.readline()
        if not answer.endswith("\n"):
            self.say()
        return answer.strip().lower() in ("y", "yes")

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns as wide as they need to be."""
        cells = [list(heads), *([harmless(cell) for cell in row] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for row in cells:
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.say("  ".join(padded).rstrip())


def harmless(text: str, longest: int = _LONGEST_CELL) -> str:
    """Text of others, on one line, without anything that a terminal would obey."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[: longest + 1])
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def age(since: datetime, now: datetime) -> str:
    """`3 d 4 h`, `4 h 12 min`, `12 min`, `40 s`: the two largest units that matter."""
    seconds = max(0, int((now - since) / timedelta(seconds=1)))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def clock(at: datetime | None) -> str:
    """To the second, in UTC; a dash for what has not happened."""
    return "—" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
