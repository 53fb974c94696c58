"""Messages that wait for one queue, and the decision which of them go next.

Thread-safe: the transport's thread puts, several senders take. What failed goes back to the front.
"""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Final

from mqtt_bridge import routing
from mqtt_bridge.backoff import Backoff
from mqtt_bridge.limits import Limits
from mqtt_bridge.logs import log

_COMPLAIN_EVERY_S: Final = 5.0  # an outage is said in a few lines, not in one per batch


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message on its way to SQS. Positional and bare: one is made for every message."""

    body: str
    token: object
    since: float  # monotonic seconds
    correlation_id: str | None = None  # of what comes back to us


class Lane:
    """One queue's waiting messages."""

    def __init__(self, url: str, limits: Limits) -> None:
        self.url = url
        self.name = url.rsplit("/", 1)[-1]
        self._linger_s = limits.linger_s
        self._waiting: deque[Waiting] = deque()
        self._bytes = 0
        self._in_flight: set[int] = set()  # threads that hold a batch
        self._sent_since: dict[int, float] = {}
        self._backoff = Backoff(first_s=limits.first_delay_s, longest_s=limits.longest_delay_s)
        self._resume_at = 0.0
        self._complained_at = float("-inf")
        self._closed = False
        self._abandoned = False
        self._changed = threading.Condition()

    def put(self, waiting: Waiting) -> None:
        """Append one message."""
        with self._changed:
            self._waiting.append(waiting)
            self._bytes += len(waiting.body)
            # Wake a sender for the first message and for each full batch; those between ride along.
            if len(self._waiting) % routing.MAX_ENTRIES == 1 or self._full():
                self._changed.notify()

    def take(self) -> list[Waiting] | None:
        """Block until a batch is due; None when the lane is closed and empty."""
        me = threading.get_ident()
        with self._changed:
            while True:
                if self._abandoned or (self._closed and not self._waiting):
                    return None
                pause_s = self._pause_s(time.monotonic())
                if pause_s is not None and pause_s <= 0:
                    break
                self._changed.wait(pause_s)
            batch = self._pop()
            self._in_flight.add(me)
            self._sent_since[me] = batch[0].since
            return batch

    def settle(self, failed: list[Waiting], *, any_accepted: bool) -> None:
        """After a send by this thread: put back what failed, and slow down if nothing worked."""
        me = threading.get_ident()
        with self._changed:
            self._in_flight.discard(me)
            self._sent_since.pop(me, None)
            self._waiting.extendleft(reversed(failed))
            self._bytes += sum(len(waiting.body) for waiting in failed)
            now = time.monotonic()
            if any_accepted:
                self._backoff.reset()
            if failed and now >= self._resume_at:
                # One delay for the lane, not one per sender: eight failures at once are one outage.
                self._resume_at = now + self._backoff.next_s()
            if self._closed or not self._in_flight:
                self._changed.notify_all()

    def close(self) -> None:
        """No more messages will come: `take` gives out the rest, without lingering."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Give out nothing more: what is left stays with the broker, unacknowledged."""
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()

    def oldest_s(self, now: float) -> float:
        """Age of the oldest message, waiting or being sent."""
        with self._changed:
            since = [*self._sent_since.values(), *(w.since for w in islice(self._waiting, 1))]
            return now - min(since) if since else 0.0

    def complain(self, messages: int, code: str) -> None:
        """Log that SQS did not take some messages, not more often than every few seconds."""
        now = time.monotonic()
        with self._changed:
            if now - self._complained_at < _COMPLAIN_EVERY_S:
                return
            self._complained_at = now
        log(
            logging.WARNING,
            "not accepted, will try again",
            queue=self.name,
            messages=messages,
            code=code,
        )

    def _full(self) -> bool:
        return len(self._waiting) >= routing.MAX_ENTRIES or self._bytes >= routing.MAX_BYTES

    def _pause_s(self, now: float) -> float | None:
        """Seconds until the next batch is due; None when there is nothing to send."""
        if not self._waiting:
            return None
        if now < self._resume_at:
            return self._resume_at - now
        return routing.wait_s(
            waiting=len(self._waiting),
            full=self._full() or self._closed,
            in_flight=len(self._in_flight),
            waited_s=now - self._waiting[0].since,
            linger_s=self._linger_s,
        )

    def _pop(self) -> list[Waiting]:
        first = islice(self._waiting, routing.MAX_ENTRIES)
        n = routing.batch_length(len(waiting.body) for waiting in first)
        batch = [self._waiting.popleft() for _ in range(n)]
        self._bytes -= sum(len(waiting.body) for waiting in batch)
        return batch
