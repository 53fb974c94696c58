"""What the bridge needs of an MQTT connection, and the order of acknowledgements.

Rules for every implementation: the session is persistent and messages have QoS 1; nothing is
acknowledged to the broker before `acknowledge`; an acknowledgement for an earlier connection is
dropped, because its packet id may belong to another message by now; every publication ends, at the
latest with its connection; an unexpected exception in a callback ends the process.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message from the broker. Positional, without checks: one is made for every message."""

    topic: str
    payload: bytes
    token: object  # returned through `acknowledge`; only the transport knows what it is


class NotConfirmed(Exception):
    """The broker did not acknowledge a publication: it may or may not have received it."""


class Receiver(Protocol):
    """Takes inbound messages, called on the transport's own thread; it must not block."""

    def offer(self, message: InboundMessage) -> None:
        """Take one message."""

    def has_room(self) -> bool:
        """Return whether more may be read; otherwise messages are left with the broker."""


class Transport(Protocol):
    """One persistent MQTT session for both directions, which reconnects by itself."""

    @property
    def is_connected(self) -> bool:
        """Whether it is connected and subscribed."""

    def wait_connected(self, timeout_s: float) -> bool:
        """Block until connected and subscribed, at most `timeout_s`."""

    def start(self, receiver: Receiver) -> None:
        """Connect in the background, and again whenever the connection ends."""

    def publish(self, topic: str, payload: bytes) -> "Future[None]":
        """Publish with QoS 1; done with the PUBACK, failed with NotConfirmed without one."""

    def acknowledge(self, tokens: Sequence[object]) -> None:
        """Acknowledge these messages to the broker; from any thread."""

    def reconnect(self) -> None:
        """End the connection and make a new one, because the broker has stalled."""

    def close(self, timeout_s: float) -> None:
        """Send the waiting acknowledgements and disconnect; the broker keeps the session."""


@dataclass(slots=True, eq=False)
class PendingAck:
    """A received message that is not acknowledged to the broker yet."""

    order: "AckOrder"
    handle: Any  # what the library needs to acknowledge it
    is_done: bool = False


class AckOrder:
    """Releases the acknowledgements of one connection in the order of arrival.

    MQTT demands that order (4.6, QoS 1), and a strict broker (rumqttd) disconnects at the first
    acknowledgement out of order, while SQS accepts in any order. A PendingAck of another order is
    stale. Not thread-safe.
    """

    def __init__(self) -> None:
        self._pending: deque[PendingAck] = deque()

    def add(self, handle: object) -> PendingAck:
        """Append a received message."""
        pending = PendingAck(self, handle)
        self._pending.append(pending)
        return pending

    def ready(self) -> Iterator[Any]:
        """Yield, once each, the handles that are done and have nothing undone before them."""
        while self._pending and self._pending[0].is_done:
            yield self._pending.popleft().handle
