"""What the bridge needs of an MQTT connection, whichever library speaks it.

Rules that every implementation keeps: the session is persistent and the messages QoS 1; nothing is
acknowledged to the broker before `acknowledge`; an acknowledgement of an earlier connection is
dropped, because its packet id may belong to another message by now; an unexpected exception in a
callback ends the process instead of a silent thread.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message from the broker. Positional and bare: one is made for every message."""

    topic: str
    payload: bytes
    token: object  # goes back through `acknowledge`; only the transport knows what it is


class NotConfirmed(Exception):
    """No acknowledgement of a publication: it may or may not have reached the broker."""


class Receiver(Protocol):
    """Who takes what arrives; called on the transport's own thread and must not block."""

    def offer(self, arrival: Arrival) -> None:
        """Take one message."""

    def has_room(self) -> bool:
        """Whether more may be read; when not, the transport leaves messages with the broker."""


class Transport(Protocol):
    """One persistent MQTT session that reconnects by itself."""

    @property
    def is_connected(self) -> bool:
        """Connected and subscribed."""

    def wait_connected(self, timeout_s: float) -> bool:
        """Block until connected and subscribed, at most `timeout_s`."""

    def start(self, receiver: Receiver) -> None:
        """Begin to connect, for ever, in the background."""

    def publish(self, topic: str, payload: bytes) -> "Future[None]":
        """Send with QoS 1; done with the broker's PUBACK, or failed with NotConfirmed."""

    def acknowledge(self, tokens: Sequence[object]) -> None:
        """Tell the broker that these arrivals are safe; from any thread."""

    def close(self, timeout_s: float) -> None:
        """Send what is to be acknowledged, then disconnect; the session stays with the broker."""
