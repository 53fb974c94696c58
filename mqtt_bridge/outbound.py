"""From the queue `outbound` to the broker: receive, publish, delete once the broker acknowledged.

A received message is held until then: its visibility is extended, and it is published again on the
next connection, so that a broker that is away or stalled for hours costs it no further receives and
never makes it a dead letter. While the broker does not acknowledge, nothing more is received.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, TypeVar

from mqtt_bridge.aws import MAX_ENTRIES, Queues, QueueUnavailable, ReceivedMessage
from mqtt_bridge.observability import (
    Count,
    Counters,
    RecentRequestIds,
    log_request_ids,
    logger,
    request_id_of,
)
from mqtt_bridge.settings import Limits
from mqtt_bridge.transport import Transport
from mqtt_bridge.workers import Backoff, Workers

T = TypeVar("T")
_RELEASE_S: Final = 1.0
_TURN_S: Final = 0.2  # how long a turn waits when it has nothing to do


@dataclass(slots=True, eq=False)
class _Held:
    """A message received from `outbound` and not deleted yet."""

    receipt: str
    body: bytes
    request_id: str | None
    received_at: float  # monotonic seconds, like every time here
    extend_at: float
    published_at: float | None = None  # on this connection
    is_acknowledged: bool = False


class Outbound:
    """One thread receives and publishes, another one deletes."""

    def __init__(
        self,
        *,
        queues: Queues,
        queue_url: str,
        topic: str,
        transport: Transport,
        counters: Counters,
        limits: Limits,
        recent_request_ids: RecentRequestIds,
        workers: Workers,
    ) -> None:
        self._queues = queues
        self._url = queue_url
        self._topic = topic
        self._transport = transport
        self._counters = counters
        self._limits = limits
        self._recent_request_ids = recent_request_ids
        self._workers = workers
        self._changed = threading.Condition()
        self._held: dict[str, _Held] = {}  # by receipt
        self._to_delete: deque[_Held] = deque()  # acknowledged by the broker
        self._acknowledging = True  # until a publication has waited too long
        self._patience_s = limits.puback_s
        self._renewals = Backoff(first_s=limits.puback_s, longest_s=limits.renewal_s)
        self._receives = self._new_backoff()
        self._receive_at = 0.0
        self._failing_since: dict[str, float] = {}  # operation of SQS → its first failure
        self._stopping = False
        self._publisher: threading.Thread | None = None

    def start(self) -> None:
        """Start both threads."""
        self._publisher = self._workers.start("publish", self._publish_all)
        self._workers.start("delete", self._delete_all)

    def stop(self) -> None:
        """Receive and publish no more."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self, deadline: float) -> int:
        """Wait until `deadline` for PUBACKs and deletions; return the rest to the queue."""
        assert self._publisher
        self._publisher.join(max(0.0, deadline - time.monotonic()))
        with self._changed:
            self._changed.wait_for(
                lambda: not self._published() and not self._to_delete,
                max(0.0, deadline - time.monotonic()),
            )
            rest = [held.receipt for held in self._unacknowledged()]
        # On its own thread: an SQS that does not answer must not outlast the time that is left.
        self._workers.start("release", lambda: self._release(rest)).join(_RELEASE_S)
        return len(rest)

    @property
    def in_flight(self) -> int:
        """Received and not yet acknowledged by the broker."""
        with self._changed:
            return len(self._unacknowledged())

    def broker_acknowledges(self) -> bool:
        """Return whether the broker acknowledges publications in time."""
        return self._acknowledging

    def sqs_answers(self) -> bool:
        """Return whether receiving and deleting have not failed for a suspiciously long time."""
        now = time.monotonic()
        failures = self._failing_since.copy().values()  # a copy: two threads change it
        return all(now - since < self._limits.stuck_s for since in failures)

    def _publish_all(self) -> None:
        while not self._stopping:
            self._extend_visibility()
            with self._workers.step():
                if not self._transport.wait_connected(_TURN_S):
                    continue
                self._check_acknowledgements()
                self._publish_waiting()
                if self._may_receive():
                    self._receive()
                    continue
            with self._changed:
                self._changed.wait(_TURN_S)

    def _may_receive(self) -> bool:
        """Return whether there is room for a batch and the broker acknowledges.

        A stalled broker is probed with a message in hand; one is received only if none is left.
        """
        with self._changed:
            has_room = self._limits.outbound_window - len(self._held) >= MAX_ENTRIES
            may_publish = self._acknowledging or not self._held
        return has_room and may_publish and time.monotonic() >= self._receive_at

    def _receive(self) -> None:
        limits = self._limits
        try:
            received = self._queues.receive(
                self._url, poll_s=limits.poll_s, visibility_s=limits.visibility_s
            )
        except QueueUnavailable as error:
            logger.warning("receive failed, will retry", code=str(error))
            now = time.monotonic()
            self._receive_at = now + self._receives.next_s()
            self._failing_since.setdefault("receive", now)
            return
        self._receives.reset()
        self._failing_since.pop("receive", None)
        self._counters.add(Count.OUTBOUND_RECEIVED, len(received))
        with self._changed:
            is_stopping = self._stopping
            if not is_stopping:
                self._held |= {message.receipt: self._hold(message) for message in received}
        if is_stopping:
            self._release([message.receipt for message in received])
        else:
            self._publish_waiting()

    def _hold(self, message: ReceivedMessage) -> _Held:
        now = time.monotonic()
        body = message.body.encode()
        return _Held(
            receipt=message.receipt,
            body=body,
            request_id=request_id_of(body),
            received_at=now,
            extend_at=now + self._limits.visibility_s / 2,
        )

    def _publish_waiting(self) -> None:
        """Publish the messages that are not published on this connection; one while stalled."""
        with self._changed:
            waiting = [held for held in self._unacknowledged() if held.published_at is None]
            if not self._acknowledging:
                waiting = [] if self._published() else waiting[:1]
            for held in waiting:
                held.published_at = time.monotonic()
        for held in waiting:
            if held.request_id is not None:  # before it is sent: an echo may overtake its PUBACK
                self._recent_request_ids.add(held.request_id)
            future = self._transport.publish(self._topic, held.body)
            future.add_done_callback(partial(self._settle, held))

    def _settle(self, held: _Held, done: "Future[None]") -> None:
        """End one publication. Runs on the transport's thread: short, and no I/O."""
        is_confirmed = not done.cancelled() and done.exception() is None
        has_resumed = False
        with self._changed:
            if is_confirmed:
                held.is_acknowledged = True
                self._to_delete.append(held)
                has_resumed = not self._acknowledging
                self._acknowledging = True
                self._patience_s = self._limits.puback_s
                self._renewals.reset()
                self._changed.notify_all()
            else:
                held.published_at = None
                if self._held.pop(held.receipt, None):
                    self._held[held.receipt] = held  # behind the others: each is a probe in turn
        self._counters.add(Count.PUBLISHED if is_confirmed else Count.UNCONFIRMED)
        if has_resumed:
            logger.info("publications acknowledged again")

    def _check_acknowledgements(self) -> None:
        """Renew the connection when a publication has waited too long for its PUBACK."""
        now = time.monotonic()
        with self._changed:
            published = self._published()
            waited_s = max((now - at for _, at in published), default=0.0)
            if waited_s < self._patience_s:
                return
            has_stalled = self._acknowledging
            self._acknowledging = False
            self._patience_s = max(self._limits.puback_s, self._renewals.next_s())
            for held, _ in published:
                held.published_at = now  # until the ending connection fails their futures
        if has_stalled:
            logger.error("publications not acknowledged", messages=len(published))
        self._transport.reconnect()

    def _extend_visibility(self) -> None:
        """Keep the held messages hidden in the queue; give up those that are held for too long."""
        now = time.monotonic()
        with self._changed:
            expired = [
                held
                for held in self._unacknowledged()
                if now - held.received_at >= self._limits.hold_s
            ]
            for held in expired:
                del self._held[held.receipt]
            due = [held for held in self._held.values() if held.extend_at <= now]
        if expired:
            logger.warning("held for too long, returned to the queue", messages=len(expired))
        visibility_s = self._limits.visibility_s
        for batch in _batches(due):
            receipts = [held.receipt for held in batch]
            try:
                with self._workers.step():
                    self._queues.change_visibility(self._url, receipts, visibility_s)
            except QueueUnavailable as error:
                logger.warning("visibility not extended, will retry", code=str(error))
                for held in due:
                    held.extend_at = max(held.extend_at, now + visibility_s / 10)
                return
            for held in batch:
                held.extend_at = now + visibility_s / 2

    def _delete_all(self) -> None:
        backoff = self._new_backoff()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._to_delete)
                batch = list(islice(self._to_delete, MAX_ENTRIES))
            with self._workers.step():
                is_done = self._delete(batch)
            if is_done:
                backoff.reset()
                self._failing_since.pop("delete", None)
            else:
                self._failing_since.setdefault("delete", time.monotonic())
                self._sleep(backoff.next_s())

    def _delete(self, batch: list[_Held]) -> bool:
        log_request_ids("published", [held.request_id for held in batch])
        receipts = [held.receipt for held in batch]
        try:
            retried = set(self._queues.delete(self._url, receipts))
        except QueueUnavailable as error:
            logger.warning("delete failed, will retry", code=str(error))
            retried = set(receipts)
        with self._changed:
            for held in batch:
                self._to_delete.popleft()
                if held.receipt in retried:
                    held.request_id = None  # it is logged once
                    self._to_delete.append(held)
                else:
                    self._held.pop(held.receipt, None)
            self._changed.notify_all()
        self._counters.add(Count.DELETED, len(batch) - len(retried))
        return not retried

    def _release(self, receipts: list[str]) -> None:
        for batch in _batches(receipts):
            try:
                self._queues.change_visibility(self._url, batch, 0)
                self._counters.add(Count.RELEASED, len(batch))
            except QueueUnavailable as error:
                logger.warning("not released, returns after its visibility", code=str(error))

    def _unacknowledged(self) -> list[_Held]:
        return [held for held in self._held.values() if not held.is_acknowledged]

    def _published(self) -> list[tuple[_Held, float]]:
        return [
            (held, held.published_at)
            for held in self._unacknowledged()
            if held.published_at is not None
        ]

    def _new_backoff(self) -> Backoff:
        return Backoff(first_s=self._limits.first_delay_s, longest_s=self._limits.longest_delay_s)

    def _sleep(self, delay_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, delay_s)


def _batches(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), MAX_ENTRIES):
        yield items[start : start + MAX_ENTRIES]
