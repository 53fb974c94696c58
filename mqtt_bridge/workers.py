"""Threads that neither die nor hang unnoticed, and the delays between their attempts.

A bridge with one dead direction would look alive; a process that ends is started again.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import SystemRandom

from mqtt_bridge.observability import log_crash

_random = SystemRandom()


class Workers:
    """Starts the process's threads and watches them."""

    def __init__(self, stuck_s: float) -> None:
        self._stuck_s = stuck_s
        self._fatal_error = threading.Event()
        self._steps: dict[int, float] = {}  # thread → when its current step began

    @property
    def has_fatal_error(self) -> bool:
        """Whether a thread met a bug, so that the process must end."""
        return self._fatal_error.is_set()

    def report_fatal_error(self) -> None:
        """Log the exception that is being handled and have the process end."""
        log_crash()
        self._fatal_error.set()

    def start(self, name: str, work: Callable[[], None]) -> threading.Thread:
        """Run `work` on a daemon thread, which never keeps the process from ending."""

        def guarded() -> None:
            try:
                work()
            except BaseException:  # noqa: BLE001 - it is logged, and the process ends
                self.report_fatal_error()

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        thread.start()
        return thread

    @contextmanager
    def step(self) -> Iterator[None]:
        """Mark work of this thread that must end soon: a call, a turn of a loop.

        Waiting for work is not part of a step, so an idle thread is never taken for a stuck one.
        """
        thread = threading.get_ident()
        self._steps[thread] = time.monotonic()
        try:
            yield
        finally:
            self._steps.pop(thread, None)

    def make_progress(self) -> bool:
        """Return whether no thread has ended by a bug or been in one step for too long."""
        now = time.monotonic()
        # A copy: other threads begin and end their steps meanwhile.
        begun = self._steps.copy().values()
        return not self.has_fatal_error and all(now - at < self._stuck_s for at in begun)


class Backoff:
    """Exponential delays with jitter, so that clients do not all return to a broker at once.

    For one repeated attempt; threads that share it need a lock.
    """

    def __init__(self, *, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._failures = 0

    def next_s(self) -> float:
        """Return the delay after one more failure: a tenth of the ceiling to all of it."""
        ceiling = min(self._longest_s, self._first_s * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return _random.uniform(ceiling / 10, ceiling)

    def reset(self) -> None:
        """Start again at the first delay, after a success."""
        self._failures = 0
