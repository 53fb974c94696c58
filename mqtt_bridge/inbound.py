"""From the broker to SQS: each queue has its own send buffer and its own sender threads.

A message is acknowledged to the broker only when SQS has accepted it, or can never accept it.
"""

import base64
import json
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from mqtt_bridge.aws import MAX_BYTES, BatchResult, Queues, SendResult
from mqtt_bridge.observability import (
    Count,
    Counters,
    RecentRequestIds,
    log_request_ids,
    logger,
    request_id_of,
)
from mqtt_bridge.send_buffer import BufferedMessage, SendBuffer
from mqtt_bridge.settings import Limits
from mqtt_bridge.transport import InboundMessage
from mqtt_bridge.workers import Workers

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


def envelope(topic: str, payload: bytes, received_at: datetime) -> str:
    """Return the body for SQS. It is ASCII with escapes, so SQS cannot refuse a character."""
    text = received_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    try:
        content = {"payload": payload.decode()}
    except UnicodeDecodeError:
        content = {"payload_b64": base64.b64encode(payload).decode()}
    return _encode({"v": 1, "topic": topic, **content, "received_at": text})


def fits(body: str) -> bool:
    """Return whether SQS accepts a body of this size; it is ASCII, so characters are bytes."""
    return len(body) <= MAX_BYTES


class Inbound:
    """Takes messages from the transport, as its Receiver, and sends them to SQS."""

    def __init__(
        self,
        *,
        queues: Queues,
        queue_urls: dict[str, str],
        acknowledge: Callable[[Sequence[object]], None],
        counters: Counters,
        limits: Limits,
        recent_request_ids: RecentRequestIds,
        clock: Callable[[], datetime],
        workers: Workers,
    ) -> None:
        self._queues = queues
        self._acknowledge = acknowledge
        self._counters = counters
        self._limits = limits
        self._recent_request_ids = recent_request_ids
        self._clock = clock
        self._workers = workers
        self._buffers = {topic: SendBuffer(url, limits) for topic, url in queue_urls.items()}
        self._lock = threading.Lock()
        self._held = 0
        self._held_bytes = 0
        self.peak_held = 0  # the highest number of messages in memory at once
        self._stopped = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the sender threads of every queue."""
        for topic, buffer in self._buffers.items():
            for n in range(self._limits.senders_per_queue):
                thread = self._workers.start(f"send-{topic}-{n}", partial(self._send_all, buffer))
                self._threads.append(thread)

    def has_room(self) -> bool:
        """Return whether another message may be read from the broker."""
        return (
            self._held < self._limits.window_messages
            and self._held_bytes < self._limits.window_bytes
        )

    def offer(self, message: InboundMessage) -> None:
        """Take one message; after `stop` it is left with the broker, unacknowledged."""
        if self._stopped:
            return
        self._counters.add(Count.RECEIVED)
        buffer = self._buffers.get(message.topic)
        if buffer is None:
            self._drop(Count.UNROUTABLE, message, "no queue for this topic")
            return
        # The bare payload first, so that a huge one is not copied only to be measured.
        if len(message.payload) > MAX_BYTES:
            self._drop(Count.OVERSIZE, message, "payload above the size limit of SQS")
            return
        body = envelope(message.topic, message.payload, self._clock())
        if not fits(body):
            self._drop(Count.OVERSIZE, message, "envelope above the size limit of SQS")
            return
        self._hold(1, len(body))
        request_id = request_id_of(message.payload)
        echoed_id = request_id if request_id in self._recent_request_ids else None
        buffer.put(BufferedMessage(body, message.token, time.monotonic(), echoed_id))

    def stop(self) -> None:
        """Take no more messages; each sender ends when its buffer is empty."""
        self._stopped = True
        for buffer in self._buffers.values():
            buffer.close()

    def join(self, deadline: float) -> None:
        """Wait for the senders until `deadline` (monotonic seconds), then abandon the rest."""
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for buffer in self._buffers.values():
            buffer.abandon()

    @property
    def held(self) -> int:
        """Messages in memory: received and not yet accepted by SQS."""
        return self._held

    def is_delivering(self) -> bool:
        """Return whether no message has waited suspiciously long for SQS."""
        now = time.monotonic()
        return all(buf.oldest_s(now) < self._limits.stuck_s for buf in self._buffers.values())

    def _hold(self, messages: int, size: int) -> None:
        with self._lock:
            self._held += messages
            self._held_bytes += size
            self.peak_held = max(self.peak_held, self._held)

    def _drop(self, count: Count, message: InboundMessage, reason: str) -> None:
        self._counters.add(count)
        logger.warning("dropped", topic=message.topic, bytes=len(message.payload), reason=reason)
        self._acknowledge([message.token])

    def _send_all(self, buffer: SendBuffer) -> None:
        while batch := buffer.take():
            with self._workers.step():
                result = self._queues.send(buffer.url, [message.body for message in batch])
                self._settle(buffer, batch, result)

    def _settle(
        self, buffer: SendBuffer, batch: list[BufferedMessage], result: BatchResult
    ) -> None:
        """Acknowledge the messages that are done, return the others to the buffer."""
        pairs = list(zip(batch, result.results, strict=True))
        failed = [message for message, outcome in pairs if outcome is SendResult.FAILED]
        done = [message for message, outcome in pairs if outcome is not SendResult.FAILED]
        refused = result.results.count(SendResult.REFUSED)
        self._counters.add(Count.FORWARDED, len(done) - refused)
        self._counters.add(Count.REFUSED, refused)
        self._counters.add(Count.RETRIED, len(failed))
        buffer.settle(failed, any_accepted=bool(done))
        if done:
            self._hold(-len(done), -sum(len(message.body) for message in done))
            self._acknowledge([message.token for message in done])
            accepted = (m.request_id for m, outcome in pairs if outcome is SendResult.ACCEPTED)
            log_request_ids("forwarded", accepted, queue=buffer.queue_name)
        if refused:
            logger.error("refused", queue=buffer.queue_name, messages=refused, code=result.code)
        if failed:
            buffer.log_failure(len(failed), result.code)
