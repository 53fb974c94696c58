"""From `outbound` to the broker: pull, publish, and delete only what the broker has acknowledged.

While the broker is away nothing is pulled. A message without an acknowledgement is simply not
deleted: SQS shows it again when its visibility lapses. The body is published byte for byte.
"""

import logging
import threading
import time
from collections import deque
from concurrent.futures import Future
from typing import Final

from mqtt_bridge.backoff import Backoff
from mqtt_bridge.counters import Count, Counters
from mqtt_bridge.limits import Limits
from mqtt_bridge.logs import log, log_ids
from mqtt_bridge.own_ids import OwnIds
from mqtt_bridge.queues import Pulled, Queues, QueueUnavailable
from mqtt_bridge.routing import MAX_ENTRIES, correlation_id
from mqtt_bridge.threads import Alarm, spawn
from mqtt_bridge.transport import Transport

_GIVE_BACK_S: Final = 1.0


class Outward:
    """One puller, one deleter, and the publications between them."""

    def __init__(
        self,
        *,
        queues: Queues,
        queue_url: str,
        topic: str,
        transport: Transport,
        counters: Counters,
        limits: Limits,
        own_ids: OwnIds,
        alarm: Alarm,
    ) -> None:
        self._queues = queues
        self._url = queue_url
        self._topic = topic
        self._transport = transport
        self._counters = counters
        self._limits = limits
        self._own_ids = own_ids
        self._alarm = alarm
        self._changed = threading.Condition()
        self._in_flight: dict[str, float] = {}  # receipt → published at
        self._done: deque[str] = deque()  # acknowledged by the broker, to be deleted
        self._named: dict[str, str | None] = {}  # receipt → correlation id, until it is logged
        self._stopping = False
        self._moved_at = time.monotonic()
        self._puller: threading.Thread | None = None

    def start(self) -> None:
        """Start pulling, publishing and deleting."""
        self._puller = spawn("pull", self._pull_all, self._alarm)
        spawn("delete", self._delete_all, self._alarm)

    def stop(self) -> None:
        """Pull no more."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self, deadline: float) -> int:
        """Wait until `deadline` for PUBACKs and deletions; give back and count the rest."""
        assert self._puller
        self._puller.join(max(0.0, deadline - time.monotonic()))
        with self._changed:
            self._changed.wait_for(
                lambda: not self._in_flight and not self._done,
                max(0.0, deadline - time.monotonic()),
            )
            rest = [*self._in_flight]
        # On its own thread: an SQS that does not answer must not outlast the time we have.
        giving_back = spawn("give-back", lambda: self._release(rest), self._alarm)
        giving_back.join(_GIVE_BACK_S)
        return len(rest)

    @property
    def in_flight(self) -> int:
        """Published and not yet acknowledged, within their time."""
        return len(self._in_flight)

    def is_moving(self) -> bool:
        """Whether SQS was asked, with success, not long ago."""
        return time.monotonic() - self._moved_at < self._limits.stuck_s

    def _pull_all(self) -> None:
        backoff = Backoff(
            first_s=self._limits.first_delay_s, longest_s=self._limits.longest_delay_s
        )
        while self._wait_for_slots():
            try:
                pulled = self._queues.receive(
                    self._url, poll_s=self._limits.poll_s, visibility_s=self._limits.visibility_s
                )
            except QueueUnavailable as error:
                log(logging.WARNING, "outbound not readable, will try again", code=str(error))
                self._sleep(backoff.next_s())
                continue
            backoff.reset()
            self._moved_at = time.monotonic()
            self._counters.add(Count.PULLED, len(pulled))
            self._publish(pulled)

    def _wait_for_slots(self) -> bool:
        """Block until connected with room for a batch; False when stopping."""
        while not self._stopping:
            self._expire()
            if not self._transport.wait_connected(0.2):
                continue
            with self._changed:
                room = self._limits.outbound_window - len(self._in_flight)
                if room >= MAX_ENTRIES:
                    return True
                self._changed.wait(0.2)
        return False

    def _publish(self, pulled: list[Pulled]) -> None:
        if self._stopping:
            self._release([message.receipt for message in pulled])
            return
        for message in pulled:
            receipt, body = message.receipt, message.body.encode()
            named = correlation_id(body)
            if named is not None:  # before it is out: its echo may be quicker than its PUBACK
                self._own_ids.add(named)
            with self._changed:
                self._in_flight[receipt] = time.monotonic()
                self._named[receipt] = named
            future = self._transport.publish(self._topic, body)
            future.add_done_callback(lambda done, r=receipt: self._settle(r, done))  # type: ignore[misc]

    def _settle(self, receipt: str, done: "Future[None]") -> None:
        """On the transport's thread: short, and no I/O."""
        confirmed = not done.cancelled() and done.exception() is None
        with self._changed:
            in_time = self._in_flight.pop(receipt, None) is not None
            if confirmed:
                # Late ones too: the old receipt still works if nobody has pulled it again.
                self._done.append(receipt)
            else:
                self._named.pop(receipt, None)
            self._changed.notify_all()
        if confirmed:
            self._counters.add(Count.PUBLISHED)
        elif in_time:
            self._counters.add(Count.UNCONFIRMED)

    def _expire(self) -> None:
        """Free the slots of publications that got no answer; SQS will show them again."""
        before = time.monotonic() - self._limits.puback_s
        with self._changed:
            late = [receipt for receipt, at in self._in_flight.items() if at < before]
            for receipt in late:
                del self._in_flight[receipt]
        if late:
            self._counters.add(Count.UNCONFIRMED, len(late))
            log(logging.WARNING, "not acknowledged in time", messages=len(late))

    def _delete_all(self) -> None:
        backoff = Backoff(
            first_s=self._limits.first_delay_s, longest_s=self._limits.longest_delay_s
        )
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._done)
                batch = [self._done[i] for i in range(min(MAX_ENTRIES, len(self._done)))]
                named = [self._named.pop(receipt, None) for receipt in batch]
            log_ids("published", named)
            try:
                again = self._queues.delete(self._url, batch)
            except QueueUnavailable as error:
                log(logging.WARNING, "not deleted, will try again", code=str(error))
                again = batch
            with self._changed:
                for _ in batch:
                    self._done.popleft()
                self._done.extend(again)
                self._changed.notify_all()
            self._counters.add(Count.DELETED, len(batch) - len(again))
            if again:
                self._sleep(backoff.next_s())
            else:
                backoff.reset()

    def _release(self, receipts: list[str]) -> None:
        for start in range(0, len(receipts), MAX_ENTRIES):
            batch = receipts[start : start + MAX_ENTRIES]
            try:
                self._queues.release(self._url, batch)
                self._counters.add(Count.RELEASED, len(batch))
            except QueueUnavailable as error:
                log(logging.WARNING, "not given back, will come again later", code=str(error))

    def _sleep(self, delay_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, delay_s)
