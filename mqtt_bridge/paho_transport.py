"""The transport for every ordinary broker: MQTT 3.1.1 through paho, over TCP or TLS.

One thread owns the connection and is the only one that calls paho, through its documented functions
for an external event loop. Other threads queue commands and wake it.
"""

import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from mqtt_bridge.aws import BrokerCredentials, CredentialsUnavailable
from mqtt_bridge.observability import Count, Counters, logger
from mqtt_bridge.settings import Broker, Limits, Login, Scheme
from mqtt_bridge.transport import AckOrder, InboundMessage, NotConfirmed, PendingAck, Receiver
from mqtt_bridge.workers import Backoff, Workers

_LOGIN_REFUSED: Final = frozenset({"Bad user name or password", "Not authorized"})
_TURN_S: Final = 1.0


class PahoTransport:
    """A Transport that reconnects for ever, with back-off and jitter."""

    def __init__(
        self,
        *,
        broker: Broker,
        client_id: str,
        topics: Sequence[str],
        credentials: BrokerCredentials,
        counters: Counters,
        limits: Limits,
        workers: Workers,
    ) -> None:
        self._broker = broker
        self._client_id = client_id
        self._topics = topics
        self._credentials = credentials
        self._counters = counters
        self._limits = limits
        self._workers = workers
        self._subscribed = threading.Event()
        self._closing = threading.Event()
        self._acks: deque[PendingAck] = deque()
        self._publications: deque[tuple[str, bytes, Future[None]]] = deque()
        self._must_reconnect = False
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._is_woken = False
        self._thread: threading.Thread | None = None

    @property
    def is_connected(self) -> bool:
        """Whether it is connected and subscribed."""
        return self._subscribed.is_set()

    def wait_connected(self, timeout_s: float) -> bool:
        """Block until connected and subscribed, at most `timeout_s`."""
        return self._subscribed.wait(timeout_s)

    def start(self, receiver: Receiver) -> None:
        """Connect in the background."""
        self._thread = self._workers.start("mqtt", lambda: self._run(receiver))

    def publish(self, topic: str, payload: bytes) -> "Future[None]":
        """Queue a publication with QoS 1 for the connection's thread."""
        future: Future[None] = Future()
        self._publications.append((topic, payload, future))
        self._wake()
        return future

    def acknowledge(self, tokens: Sequence[object]) -> None:
        """Queue acknowledgements for the connection's thread."""
        self._acks.extend(token for token in tokens if isinstance(token, PendingAck))
        self._wake()

    def reconnect(self) -> None:
        """End the connection and make a new one."""
        self._must_reconnect = True
        self._wake()

    def close(self, timeout_s: float) -> None:
        """Send the waiting acknowledgements, then disconnect."""
        self._closing.set()
        self._wake()
        if self._thread:
            self._thread.join(timeout_s)
            if not self._thread.is_alive():
                self._wake_reader.close()
                self._wake_writer.close()

    def _wake(self) -> None:
        """Wake the connection's thread, once until it looks.

        Commands are queued before the flag is read here, and read after it is cleared there.
        """
        if self._is_woken:
            return
        self._is_woken = True
        # BlockingIOError: the socket is full of wake-ups. Closed: there is no thread any more.
        with suppress(OSError):
            self._wake_writer.send(b"\0")

    def _run(self, receiver: Receiver) -> None:
        limits = self._limits
        backoff = Backoff(first_s=limits.first_delay_s, longest_s=limits.longest_delay_s)
        while not self._closing.is_set():
            if not receiver.has_room():
                # A connection would only make the broker send again what is held here.
                self._closing.wait(0.1)
                continue
            began = time.monotonic()
            reason = self._connect_once(receiver)
            self._fail_queued_publications()
            if self._closing.is_set():
                return
            if time.monotonic() - began > limits.settled_s:
                backoff.reset()
            delay_s = backoff.next_s()
            logger.warning("disconnected", reason=reason, retry_in_s=round(delay_s, 1))
            self._closing.wait(delay_s)

    def _connect_once(self, receiver: Receiver) -> str:
        """Run one connection from beginning to end; returns why it ended."""
        try:
            with self._workers.step():
                login = self._credentials.current()
        except CredentialsUnavailable as error:
            return f"credentials: {error}"
        self._must_reconnect = False
        connection = _PahoConnection(
            broker=self._broker,
            client_id=self._client_id,
            topics=self._topics,
            login=login,
            receiver=receiver,
            limits=self._limits,
            on_subscribed=self._on_subscribed,
        )
        try:
            with self._workers.step():
                connection.open()
            while self._carry_out(connection):
                with self._workers.step():
                    if not connection.turn(self._wake_reader):
                        break
        except ssl.SSLError as error:
            self._credentials.forget()  # an operator may have put another CA into the secret
            return type(error).__name__
        except OSError as error:  # name resolution, refused: each may pass
            return type(error).__name__
        finally:
            if self._subscribed.is_set():
                self._subscribed.clear()
                self._counters.add(Count.DISCONNECTED)
            connection.close()
        if connection.is_login_refused:
            self._credentials.forget()
        return "renewed" if self._must_reconnect else connection.end_reason

    def _on_subscribed(self) -> None:
        self._counters.add(Count.CONNECTED)
        logger.info("connected", host=self._broker.host, port=self._broker.port)
        self._subscribed.set()

    def _carry_out(self, connection: "_PahoConnection") -> bool:
        """Carry out the queued commands; False ends the connection."""
        self._is_woken = False
        stale = 0
        while self._acks:
            pending = self._acks.popleft()
            pending.is_done = True
            stale += pending.order is not connection.order
        connection.acknowledge()
        if stale:
            self._counters.add(Count.STALE_ACKS, stale)
        while self._publications and connection.is_subscribed:
            connection.publish(*self._publications.popleft())
        return not (self._closing.is_set() or self._must_reconnect)

    def _fail_queued_publications(self) -> None:
        while self._publications:
            self._publications.popleft()[2].set_exception(NotConfirmed())


class _PahoConnection:
    """One connection, with a paho client of its own, so that nothing of it outlives its end.

    Publications without acknowledgement are repeated by Outbound, and messages that SQS did not
    accept by the broker.
    """

    def __init__(
        self,
        *,
        broker: Broker,
        client_id: str,
        topics: Sequence[str],
        login: Login | None,
        receiver: Receiver,
        limits: Limits,
        on_subscribed: Callable[[], None],
    ) -> None:
        self.is_subscribed = False
        self.is_login_refused = False
        self.end_reason = ""
        self.order = AckOrder()
        self._broker = broker
        self._topics = topics
        self._receiver = receiver
        self._limits = limits
        self._on_subscribed = on_subscribed
        self._published: dict[int, Future[None]] = {}
        self._client = self._make_client(client_id, login)

    def open(self) -> None:
        """Connect the socket and send CONNECT; raises OSError."""
        self._client.connect(
            self._broker.host, self._broker.port, keepalive=self._limits.keepalive_s
        )

    def turn(self, wake_reader: socket.socket) -> bool:
        """Wait for network events or a wake-up and handle them; False when the connection ended."""
        # Back-pressure: without room the socket is not read, so TCP and the broker hold the rest.
        # Beyond the keepalive paho gives the connection up; the broker keeps the session.
        is_reading = not self.is_subscribed or self._receiver.has_room()
        if code := self._client.loop_write():
            return self._ended(code)
        sock: Any = self._client.socket()
        if sock is None:
            return False
        # TLS may hold decrypted bytes that select does not see.
        is_pending = is_reading and isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
        readable, _, _ = select.select(
            [sock, wake_reader] if is_reading else [wake_reader],
            [sock] if self._client.want_write() else [],
            [],
            0.0 if is_pending else _TURN_S,
        )
        if wake_reader in readable:
            wake_reader.recv(4096)
        code = MQTTErrorCode.MQTT_ERR_SUCCESS
        if is_pending or sock in readable:
            code = self._client.loop_read()
        code = code or self._client.loop_misc()
        return self._ended(code) if code else True

    def _ended(self, code: MQTTErrorCode) -> bool:
        self.end_reason = self.end_reason or paho.error_string(code)
        return False

    def publish(self, topic: str, payload: bytes, future: "Future[None]") -> None:
        """Publish with QoS 1; `future` is done with the PUBACK or fails with the connection."""
        info = self._client.publish(topic, payload, qos=1)
        if info.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            # paho keeps it and may still send it: not confirmed, but never 'not sent'.
            future.set_exception(NotConfirmed())
            return
        self._published[info.mid] = future

    def acknowledge(self) -> None:
        """Send the PUBACKs whose turn has come."""
        for packet_id in self.order.ready():
            self._client.ack(packet_id, 1)

    def close(self) -> None:
        """Disconnect, if connected, and fail the publications without acknowledgement."""
        if self._client.socket() is not None:
            self._client.disconnect()
            self._client.loop_write()  # sends what is queued, and after DISCONNECT closes
            self.end_reason = self.end_reason or "closed"
        published, self._published = self._published, {}
        for future in published.values():
            future.set_exception(NotConfirmed())

    def _make_client(self, client_id: str, login: Login | None) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,  # PahoTransport does, with jitter and fresh credentials
            manual_ack=True,
        )
        client.connect_timeout = self._limits.connect_s
        client.max_inflight_messages_set(0)  # Outbound limits them
        if login:
            client.username_pw_set(login.username, login.password)
        if self._broker.scheme is Scheme.MQTTS:
            # With a CA of its own the broker is trusted by that alone.
            ca = login.ca if login else None
            client.tls_set_context(ssl.create_default_context(cadata=ca))
        # paho then queues packets instead of writing in the middle of a callback; `turn` writes.
        client.on_socket_register_write = lambda *_: None
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: paho.Client, _: Any, flags: Any, reason: ReasonCode, __: Any
    ) -> None:
        if reason.is_failure:
            self.is_login_refused = str(reason) in _LOGIN_REFUSED
            self.end_reason = str(reason)
            return
        logger.info("session", present=flags.session_present)
        client.subscribe([(topic, 1) for topic in self._topics])

    def _on_subscribe(
        self, client: paho.Client, _: Any, __: int, reasons: list[ReasonCode], ___: Any
    ) -> None:
        refused = [t for t, r in zip(self._topics, reasons, strict=True) if r.is_failure]
        if refused:
            logger.error("subscription refused", topics=refused)
            self.end_reason = "subscription refused"
            client.disconnect()
            return
        self.is_subscribed = True
        self._on_subscribed()

    def _on_disconnect(self, _: Any, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        self.is_subscribed = False
        self.end_reason = self.end_reason or str(reason)

    def _on_publish(self, _: Any, __: Any, mid: int, ___: ReasonCode, ____: Any) -> None:
        future = self._published.pop(mid, None)
        if future:
            future.set_result(None)

    def _on_message(self, _: Any, __: Any, message: paho.MQTTMessage) -> None:
        # QoS 0 needs no acknowledgement; 2 is never granted, because 1 is requested.
        token = self.order.add(message.mid) if message.qos == 1 else None
        self._receiver.offer(InboundMessage(message.topic, bytes(message.payload), token))
