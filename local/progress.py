"""What the person sees while a run starts: each step with its seconds, and on a terminal what is
under way.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

_CLEAR_LINE: Final = "\r\033[K"


class Progress:
    """Prints a line when a step ends. Steps may overlap."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._live = out.isatty()
        self._started = time.monotonic()
        self._running: dict[str, float] = {}

    @property
    def total_s(self) -> float:
        """Seconds since the first step could begin."""
        return time.monotonic() - self._started

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the block; only a block that succeeds is reported as done."""
        self.begin(name)
        try:
            yield
        except BaseException:
            self._running.pop(name, None)
            raise
        self.end(name)

    def begin(self, name: str) -> None:
        """A step is under way."""
        self._running[name] = time.monotonic()
        self.tick()

    def end(self, name: str) -> None:
        """A step is done."""
        seconds = time.monotonic() - self._running.pop(name)
        self.say(f"  ✓ {name:<46} {seconds:6.1f} s")

    def tick(self) -> None:
        """On a terminal, refresh the line that tells what is under way."""
        if self._live and self._running:
            now = time.monotonic()
            text = ", ".join(f"{name} {now - began:.0f} s" for name, began in self._running.items())
            self._out.write(f"{_CLEAR_LINE}  … {text[:90]}")
            self._out.flush()

    def say(self, text: str) -> None:
        """A line that stays."""
        self._out.write(f"{_CLEAR_LINE if self._live else ''}{text}\n")
        self._out.flush()
