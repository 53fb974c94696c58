"""From the broker to SQS: each queue has its own lane of waiting messages and its own senders.

The rule: a message is acknowledged only when SQS has accepted it, or can never accept it.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from mqtt_bridge import routing
from mqtt_bridge.counters import Count, Counters
from mqtt_bridge.lane import Lane, Waiting
from mqtt_bridge.limits import Limits
from mqtt_bridge.logs import log, log_ids
from mqtt_bridge.own_ids import OwnIds
from mqtt_bridge.queues import Queues, Sent, Verdict
from mqtt_bridge.threads import Alarm, spawn
from mqtt_bridge.transport import Arrival


class Inward:
    """Takes arrivals from the transport (it is its Receiver) and brings them to SQS."""

    def __init__(
        self,
        *,
        queues: Queues,
        queue_urls: dict[str, str],
        acknowledge: Callable[[Sequence[object]], None],
        counters: Counters,
        limits: Limits,
        own_ids: OwnIds,
        clock: Callable[[], datetime],
        alarm: Alarm,
    ) -> None:
        self._queues = queues
        self._acknowledge = acknowledge
        self._counters = counters
        self._limits = limits
        self._own_ids = own_ids
        self._clock = clock
        self._alarm = alarm
        self._lanes = {topic: Lane(url, limits) for topic, url in queue_urls.items()}
        self._lock = threading.Lock()
        self._held = 0
        self._held_bytes = 0
        self.peak_held = 0  # the most messages ever in memory at once
        self._taking = True
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the senders of every lane."""
        for topic, lane in self._lanes.items():
            work = partial(self._send_all, lane)
            for n in range(self._limits.senders_per_queue):
                self._threads.append(spawn(f"send-{topic}-{n}", work, self._alarm))

    def has_room(self) -> bool:
        """Whether another message may be read from the broker."""
        return (
            self._held < self._limits.window_messages
            and self._held_bytes < self._limits.window_bytes
        )

    def offer(self, arrival: Arrival) -> None:
        """Take one message; after `stop` it is left with the broker, unacknowledged."""
        if not self._taking:
            return
        self._counters.add(Count.RECEIVED)
        lane = self._lanes.get(arrival.topic)
        if lane is None:
            self._drop(Count.UNROUTABLE, arrival, "no queue for this topic")
            return
        if routing.surely_oversize(arrival.payload):
            self._drop(Count.OVERSIZE, arrival, "payload over the limit of SQS")
            return
        body = routing.envelope(arrival.topic, arrival.payload, self._clock())
        if not routing.fits(body):
            self._drop(Count.OVERSIZE, arrival, "envelope over the limit of SQS")
            return
        self._hold(1, len(body))
        named = routing.correlation_id(arrival.payload)
        own_id = named if named in self._own_ids else None
        lane.put(Waiting(body, arrival.token, time.monotonic(), own_id))

    def stop(self) -> None:
        """Take in no more; the senders end when their lane is empty."""
        self._taking = False
        for lane in self._lanes.values():
            lane.close()

    def join(self, deadline: float) -> None:
        """Wait for the senders until `deadline` (monotonic seconds), then let them go."""
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for lane in self._lanes.values():
            lane.abandon()

    @property
    def held(self) -> int:
        """Messages in memory: received, and not yet accepted by SQS."""
        return self._held

    def is_moving(self) -> bool:
        """Whether no message waits suspiciously long for SQS."""
        now = time.monotonic()
        return all(lane.oldest_s(now) < self._limits.stuck_s for lane in self._lanes.values())

    def _hold(self, messages: int, size: int) -> None:
        with self._lock:
            self._held += messages
            self._held_bytes += size
            self.peak_held = max(self.peak_held, self._held)

    def _drop(self, count: Count, arrival: Arrival, reason: str) -> None:
        self._counters.add(count)
        log(
            logging.WARNING,
            "dropped",
            topic=arrival.topic,
            bytes=len(arrival.payload),
            reason=reason,
        )
        self._acknowledge([arrival.token])

    def _send_all(self, lane: Lane) -> None:
        while batch := lane.take():
            sent = self._queues.send(lane.url, [waiting.body for waiting in batch])
            self._settle(lane, batch, sent)

    def _settle(self, lane: Lane, batch: list[Waiting], sent: Sent) -> None:
        """Acknowledge what is done, put back what is not."""
        pairs = list(zip(batch, sent.verdicts, strict=True))
        failed = [waiting for waiting, verdict in pairs if verdict is Verdict.FAILED]
        done = [waiting for waiting, verdict in pairs if verdict is not Verdict.FAILED]
        refused = sum(verdict is Verdict.REFUSED for verdict in sent.verdicts)
        lane.settle(failed, any_accepted=bool(done))
        if done:
            self._hold(-len(done), -sum(len(waiting.body) for waiting in done))
            self._acknowledge([waiting.token for waiting in done])
            self._counters.add(Count.FORWARDED, len(done) - refused)
            own = (w.correlation_id for w, v in pairs if v is Verdict.ACCEPTED)
            log_ids("forwarded", own, queue=lane.name)
        if refused:
            self._counters.add(Count.REFUSED, refused)
            log(logging.ERROR, "refused", queue=lane.name, messages=refused, code=sent.code)
        if failed:
            self._counters.add(Count.RETRIED, len(failed))
            lane.complain(len(failed), sent.code)
