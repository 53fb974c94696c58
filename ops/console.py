"""The operator's terminal, by rich. Foreign text is shown so that a terminal cannot obey it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_MAX_CELL: Final = 120
_TABLE_WIDTH: Final = 1000
"""No row is wrapped or cut: an id can always be copied, and a row is one line for grep."""

_STYLES: Final = {"✓": "green", "✗": "red", "?": "yellow"}


@cache
def _console() -> Console:
    """One for all output, so that text appears above a progress line and not within it."""
    return Console(highlight=False)


def say(text: str = "") -> None:
    """Prints text; a line that begins with ✓, ✗ or ? is green, red or yellow."""
    _console().print(Text(text, style=_STYLES.get(text[:1], "")), soft_wrap=True)


def show_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table; foreign text in it cannot act on the terminal."""
    console = Console(width=_TABLE_WIDTH)
    style = box.SIMPLE_HEAD if console.is_terminal else None
    table = Table(*headers, box=style, show_edge=False, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print(table)


def confirm(question: str) -> bool:
    """Whether the operator answers yes; no answer is a no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        say()
        return False


class Counted:
    """How far a long scan has come."""

    def __init__(self, progress: Progress, title: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=total)

    def advance(self) -> None:
        """One more."""
        self._progress.advance(self._task)


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Counted]:
    """A progress line on a terminal, nothing elsewhere. It vanishes at the end."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = _console()
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as shown:
        yield Counted(shown, title, total)


def printable(text: str, limit: int = _MAX_CELL) -> str:
    """Foreign text on one line, with control characters escaped, at most `limit` long."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[: limit + 1])
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


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
