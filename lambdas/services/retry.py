"""Optimistic concurrency: load, decide and commit again when another writer was faster."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from lambdas.domain.errors import StaleDecision

T = TypeVar("T")

MAX_ELAPSED_S: Final = 6.0
"""No new attempt starts later, so that the last one ends within the API function's time-out."""

FIRST_PAUSE_S: Final = 0.02
MAX_PAUSE_S: Final = 0.4


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
        time.sleep(random.uniform(0, pause_s))  # noqa: S311 - jitter, no secret
        pause_s = min(2 * pause_s, MAX_PAUSE_S)
