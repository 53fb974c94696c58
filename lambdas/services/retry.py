"""Optimistic concurrency: load, decide and commit again when another writer was faster."""

import time
from collections.abc import Callable
from random import SystemRandom
from typing import Final, TypeVar

from lambdas.domain.errors import StaleDecision

T = TypeVar("T")

MAX_ELAPSED_S: Final = 6.0
"""No new attempt starts after this time and one more pause, so that an attempt of two calls ends
within the API function's time-out.
"""

FIRST_PAUSE_S: Final = 0.02
MAX_PAUSE_S: Final = 0.4

jitter: Final = SystemRandom()
"""Not the module's generator: its state is part of a SnapStart snapshot, so that all environments
restored from one would pause for the same times.
"""


def retry_stale(attempt: Callable[[], T]) -> T:
    """Repeats `attempt` while it raises StaleDecision, with exponential back-off and full jitter.

    Raises the last StaleDecision once MAX_ELAPSED_S have passed.
    """
    deadline_s = time.monotonic() + MAX_ELAPSED_S
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return attempt()
        except StaleDecision:
            if time.monotonic() >= deadline_s:
                raise
        time.sleep(jitter.uniform(0, pause_s))
        pause_s = min(2 * pause_s, MAX_PAUSE_S)
