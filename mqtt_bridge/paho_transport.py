"""The transport for every ordinary broker: MQTT 3.1.1 through paho, over TCP or TLS.

One thread owns the connection. Everybody else leaves commands in a deque and wakes it.
"""

import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress

from mqtt_bridge.ack_order import Pending
from mqtt_bridge.backoff import Backoff
from mqtt_bridge.counters import Count, Counters
from mqtt_bridge.credentials import Credentials, CredentialsUnavailable
from mqtt_bridge.limits import Limits
from mqtt_bridge.logs import log
from mqtt_bridge.paho_connection import PahoConnection
from mqtt_bridge.settings import Broker
from mqtt_bridge.threads import Alarm, spawn
from mqtt_bridge.transport import NotConfirmed, Receiver


class PahoTransport:
    """A Transport that reconnects for ever, with back-off and jitter."""

    def __init__(
        self,
        *,
        broker: Broker,
        client_id: str,
        topics: Sequence[str],
        credentials: Credentials,
        counters: Counters,
        limits: Limits,
        alarm: Alarm,
    ) -> None:
        self._broker = broker
        self._client_id = client_id
        self._topics = topics
        self._credentials = credentials
        self._counters = counters
        self._limits = limits
        self._alarm = alarm
        self._subscribed = threading.Event()
        self._closing = threading.Event()
        self._acks: deque[Pending] = deque()
        self._publications: deque[tuple[str, bytes, Future[None]]] = deque()
        self._reader, self._waker = socket.socketpair()
        self._reader.setblocking(False)
        self._waker.setblocking(False)
        self._is_woken = False
        self._thread: threading.Thread | None = None

    @property
    def is_connected(self) -> bool:
        """Connected and subscribed."""
        return self._subscribed.is_set()

    def wait_connected(self, timeout_s: float) -> bool:
        """Block until connected and subscribed, at most `timeout_s`."""
        return self._subscribed.wait(timeout_s)

    def start(self, receiver: Receiver) -> None:
        """Begin to connect in the background."""
        self._thread = spawn("mqtt", lambda: self._run(receiver), self._alarm)

    def publish(self, topic: str, payload: bytes) -> "Future[None]":
        """Send with QoS 1 as soon as the connection's thread comes to it."""
        future: Future[None] = Future()
        self._publications.append((topic, payload, future))
        self._wake()
        return future

    def acknowledge(self, tokens: Sequence[object]) -> None:
        """Have the broker told that these arrivals are safe."""
        self._acks.extend(token for token in tokens if isinstance(token, Pending))
        self._wake()

    def close(self, timeout_s: float) -> None:
        """Send the acknowledgements that wait, then disconnect."""
        self._closing.set()
        self._wake()
        if self._thread:
            self._thread.join(timeout_s)
            if not self._thread.is_alive():
                self._reader.close()
                self._waker.close()

    def _wake(self) -> None:
        """Once until the connection's thread looks: what is left for it comes before the flag is
        asked here, and after it is taken down there.
        """
        if self._is_woken:
            return
        self._is_woken = True
        # Blocking: so many wake-ups wait already that one more changes nothing. Closed: too late.
        with suppress(OSError):
            self._waker.send(b"\0")

    def _run(self, receiver: Receiver) -> None:
        backoff = Backoff(
            first_s=self._limits.first_delay_s, longest_s=self._limits.longest_delay_s
        )
        while not self._closing.is_set():
            if not receiver.has_room():
                # Connecting now would only make the broker send again what we already hold.
                self._closing.wait(0.1)
                continue
            began = time.monotonic()
            reason = self._connect_once(receiver)
            self._fail_waiting()
            if self._closing.is_set():
                return
            if time.monotonic() - began > self._limits.settled_s:
                backoff.reset()
            delay_s = backoff.next_s()
            log(logging.WARNING, "disconnected", reason=reason, retry_in_s=round(delay_s, 1))
            self._closing.wait(delay_s)

    def _connect_once(self, receiver: Receiver) -> str:
        """One connection from beginning to end; returns why it ended."""
        try:
            login = self._credentials.current()
        except CredentialsUnavailable as error:
            return f"credentials: {error}"
        connection = PahoConnection(
            broker=self._broker,
            client_id=self._client_id,
            topics=self._topics,
            login=login,
            receiver=receiver,
            limits=self._limits,
            on_subscribed=self._mark_connected,
        )
        try:
            connection.open()
            connection.serve(self._reader, self._carry_out)
        except OSError as error:  # name resolution, refused, TLS: all of it may heal
            return type(error).__name__
        finally:
            if self._subscribed.is_set():
                self._subscribed.clear()
                self._counters.add(Count.DISCONNECTED)
            connection.close()
            connection.fail_published()
        if connection.login_refused:
            self._credentials.forget()
        return connection.end_reason

    def _mark_connected(self) -> None:
        self._counters.add(Count.CONNECTED)
        log(logging.INFO, "connected", host=self._broker.host, port=self._broker.port)
        self._subscribed.set()

    def _carry_out(self, connection: PahoConnection) -> bool:
        """Do what other threads asked for; False ends the connection."""
        self._is_woken = False
        stale = 0
        while self._acks:
            pending = self._acks.popleft()
            pending.done = True
            stale += pending.order is not connection.order
        connection.acknowledge()
        if stale:
            self._counters.add(Count.STALE_ACKS, stale)
        while self._publications and connection.is_subscribed:
            connection.publish(*self._publications.popleft())
        return not self._closing.is_set()

    def _fail_waiting(self) -> None:
        """Publications that found no connection stay in SQS."""
        while self._publications:
            self._publications.popleft()[2].set_exception(NotConfirmed())
