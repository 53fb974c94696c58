"""Whether this machine has time to measure: seconds on a busy one are somebody else's."""

import time
from pathlib import Path
from typing import Final

BUSY: Final = 0.15
"""Of all cores together, by whatever else runs."""

LOOK_S: Final = 3.0
LOOKS: Final = 10


class Busy(Exception):
    """Others use the machine, and have not stopped."""


def wait_until_quiet() -> None:
    """At once if it is; else for half a minute at most. Raises Busy."""
    for _ in range(LOOKS):
        share = _busy_share()
        if share <= BUSY:
            return
    raise Busy(f"others take {share:.0%} of its CPU; BUSY=1 (--busy) measures all the same")


def _busy_share() -> float:
    before = _ticks()
    time.sleep(LOOK_S)
    idle, total = (now - then for now, then in zip(_ticks(), before, strict=True))
    return 1 - idle / total


def _ticks() -> tuple[int, int]:
    """Idle, and all, since the machine was started."""
    counted = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return counted[3] + counted[4], sum(counted)
