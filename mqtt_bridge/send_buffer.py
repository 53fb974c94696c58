"""Messages that wait to be sent to one queue, and the decision when a batch is due.

Thread-safe: the transport's thread appends, several senders take. Failed messages return to the
front.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from mqtt_bridge.aws import MAX_BYTES, MAX_ENTRIES
from mqtt_bridge.observability import logger
from mqtt_bridge.settings import Limits
from mqtt_bridge.workers import Backoff

_LOG_FAILURES_EVERY_S: Final = 5.0  # an outage takes a few lines, not one per batch


@dataclass(frozen=True, slots=True)
class BufferedMessage:
    """A message on its way to SQS. Positional, without checks: one is made for every message."""

    body: str
    token: object
    received_at: float  # monotonic seconds
    request_id: str | None = None  # only of an echo of our own request


class SendBuffer:
    """The waiting messages of one queue."""

    def __init__(self, url: str, limits: Limits) -> None:
        self.url = url
        self.queue_name = url.rsplit("/", 1)[-1]
        self._linger_s = limits.linger_s
        self._waiting: deque[BufferedMessage] = deque()
        self._bytes = 0
        self._in_flight: dict[int, float] = {}  # sender's thread → when its oldest message came
        self._backoff = Backoff(first_s=limits.first_delay_s, longest_s=limits.longest_delay_s)
        self._resume_at = 0.0
        self._failure_logged_at = float("-inf")
        self._closed = False
        self._abandoned = False
        self._changed = threading.Condition()

    def put(self, message: BufferedMessage) -> None:
        """Append one message."""
        with self._changed:
            self._waiting.append(message)
            self._bytes += len(message.body)
            # Wake a sender for the first message and for each full batch; it takes those between.
            if len(self._waiting) % MAX_ENTRIES == 1 or self._is_full():
                self._changed.notify()

    def take(self) -> list[BufferedMessage] | None:
        """Block until a batch is due; None when the buffer is closed and empty."""
        with self._changed:
            while True:
                if self._abandoned or (self._closed and not self._waiting):
                    return None
                delay_s = self._delay_s(time.monotonic())
                if delay_s is not None and delay_s <= 0:
                    break
                self._changed.wait(delay_s)
            batch = self._pop_batch()
            self._in_flight[threading.get_ident()] = batch[0].received_at
            return batch

    def settle(self, failed: list[BufferedMessage], *, any_accepted: bool) -> None:
        """End this thread's batch: return failed messages, and delay the next if all failed."""
        with self._changed:
            self._in_flight.pop(threading.get_ident(), None)
            self._waiting.extendleft(reversed(failed))
            self._bytes += sum(len(message.body) for message in failed)
            now = time.monotonic()
            if any_accepted:
                self._backoff.reset()
            if failed and now >= self._resume_at:
                # One delay per buffer, not per sender: eight failures at once are one outage.
                self._resume_at = now + self._backoff.next_s()
            if self._closed or not self._in_flight:
                self._changed.notify_all()

    def close(self) -> None:
        """Expect no more messages: `take` returns the rest at once, then None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Return no more batches: the rest stays with the broker, unacknowledged."""
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()

    def oldest_s(self, now: float) -> float:
        """Return the age of the oldest message, waiting or being sent."""
        with self._changed:
            first = (message.received_at for message in islice(self._waiting, 1))
            received = [*self._in_flight.values(), *first]
            return now - min(received) if received else 0.0

    def log_failure(self, messages: int, code: str) -> None:
        """Log that SQS did not accept some messages, at most once every few seconds."""
        now = time.monotonic()
        with self._changed:
            if now - self._failure_logged_at < _LOG_FAILURES_EVERY_S:
                return
            self._failure_logged_at = now
        logger.warning(
            "send failed, will retry", queue=self.queue_name, messages=messages, code=code
        )

    def _is_full(self) -> bool:
        return len(self._waiting) >= MAX_ENTRIES or self._bytes >= MAX_BYTES

    def _delay_s(self, now: float) -> float | None:
        """Return the seconds until the next batch is due; None when there is nothing to send."""
        if not self._waiting:
            return None
        if now < self._resume_at:
            return self._resume_at - now
        return linger_s(
            is_full=self._is_full() or self._closed,
            in_flight=len(self._in_flight),
            waited_s=now - self._waiting[0].received_at,
            linger_s=self._linger_s,
        )

    def _pop_batch(self) -> list[BufferedMessage]:
        first = islice(self._waiting, MAX_ENTRIES)
        n = batch_length(len(message.body) for message in first)
        batch = [self._waiting.popleft() for _ in range(n)]
        self._bytes -= sum(len(message.body) for message in batch)
        return batch


def batch_length(sizes: Iterable[int]) -> int:
    """Return how many of the waiting bodies, oldest first, fit into one batch."""
    total = 0
    count = 0
    for size in sizes:
        total += size
        if count == MAX_ENTRIES or (count and total > MAX_BYTES):
            break
        count += 1
    return count


def linger_s(*, is_full: bool, in_flight: int, waited_s: float, linger_s: float) -> float:
    """Return how much longer a batch waits for more messages; 0 sends it now.

    A message that finds its queue idle is sent at once. While another batch is in flight a partial
    one waits, because under load the next messages arrive within that time.
    """
    if is_full or in_flight == 0:
        return 0.0
    return max(0.0, linger_s - waited_s)
