"""How long to wait before trying again: exponential, with jitter.

Without jitter everybody would come back to a restarted broker in the same moment.
"""

from secrets import SystemRandom

_random = SystemRandom()


class Backoff:
    """Delays of one repeated attempt; not shared between threads without a lock."""

    def __init__(self, *, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._failures = 0

    def next_s(self) -> float:
        """Delay after one more failure: between a tenth and all of the ceiling."""
        ceiling = min(self._longest_s, self._first_s * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return _random.uniform(ceiling / 10, ceiling)

    def reset(self) -> None:
        """What was tried has worked."""
        self._failures = 0
