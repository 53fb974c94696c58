"""One MQTT 3.1.1 connection through paho, from CONNECT to its end, driven by one thread.

A new paho client is made for each connection, so that nothing half-sent survives in its memory:
what the broker did not acknowledge comes again from SQS, and what SQS did not take comes again
from the broker. Only the thread in `serve` touches paho.
"""

import logging
import select
import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from mqtt_bridge.ack_order import AckOrder
from mqtt_bridge.buffered_socket import BufferedClient, BufferedSocket
from mqtt_bridge.limits import Limits
from mqtt_bridge.logs import log
from mqtt_bridge.settings import Broker, Login, Scheme
from mqtt_bridge.transport import Arrival, NotConfirmed, Receiver

_REFUSED_LOGIN = frozenset({"Bad user name or password", "Not authorized"})


class PahoConnection:
    """Connects in the constructor's thread of choice, then serves until the connection ends."""

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
        self.login_refused = False
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

    def serve(self, wake: socket.socket, commands: Callable[["PahoConnection"], bool]) -> None:
        """Run until the connection ends or `commands`, called on each turn, says to stop."""
        while commands(self):
            sock = self._client.socket()
            if not isinstance(sock, BufferedSocket) or not self._turn(sock, wake):
                return

    def publish(self, topic: str, payload: bytes, future: "Future[None]") -> None:
        """Send with QoS 1; `future` is done with the PUBACK or failed by `fail_published`."""
        info = self._client.publish(topic, payload, qos=1)
        if info.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            # It may still go out, for paho keeps it: not confirmed, but never 'not sent'.
            future.set_exception(NotConfirmed())
            return
        self._published[info.mid] = future

    def acknowledge(self) -> None:
        """Send the PUBACKs whose turn has come."""
        for mid in self.order.ready():
            self._client.ack(mid, 1)

    def close(self) -> None:
        """Say goodbye to the broker; it keeps the session."""
        if self._client.socket() is not None:
            self._client.disconnect()
            self._client.loop_write()  # which closes the socket, and that flushes
            self.end_reason = self.end_reason or "closed"

    def fail_published(self) -> None:
        """The connection has ended: no more acknowledgements will come over it."""
        published, self._published = self._published, {}
        for future in published.values():
            future.set_exception(NotConfirmed())

    def _make_client(self, client_id: str, login: Login | None) -> paho.Client:
        client = BufferedClient(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,  # ours: with jitter, and with fresh credentials
            manual_ack=True,
        )
        client.connect_timeout = self._limits.connect_s
        client.max_inflight_messages_set(0)  # the window is kept by Outward
        if login:
            client.username_pw_set(login.username, login.password)
        if self._broker.scheme is Scheme.MQTTS:
            client.tls_set_context(ssl.create_default_context())
        # With this set, paho queues what is to be written instead of writing in the midst of a
        # callback; `_turn` writes it.
        client.on_socket_register_write = lambda *_: None
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_publish = self._acknowledged
        client.on_message = self._arrived
        return client

    def _turn(self, sock: BufferedSocket, wake: socket.socket) -> bool:
        """Wait for something to do and do it; False when the connection has ended."""
        # Back-pressure: without room the socket stays unread, and TCP and the broker hold the rest.
        # If that lasts beyond the keepalive, paho gives the connection up; the session waits.
        reading = not self.is_subscribed or self._receiver.has_room()
        buffered = reading and sock.pending() > 0
        self._client.loop_write()
        sock.flush()
        if sock.fileno() < 0:  # what was written was the goodbye
            return False
        sources: list[Any] = [sock, wake] if reading else [wake]
        readable, _, _ = select.select(
            sources,
            [sock] if sock.has_unsent else [],
            [],
            0.0 if buffered else 1.0,
        )
        if wake in readable:
            wake.recv(4096)
        rc = MQTTErrorCode.MQTT_ERR_SUCCESS
        if buffered or sock in readable:
            rc = self._client.loop_read()
        if not rc:
            rc = self._client.loop_misc()
        if rc:
            self.end_reason = self.end_reason or paho.error_string(rc)
        return not rc

    def _connected(
        self, client: paho.Client, _: Any, flags: Any, reason: ReasonCode, __: Any
    ) -> None:
        if reason.is_failure:
            self.login_refused = str(reason) in _REFUSED_LOGIN
            self.end_reason = str(reason)
            return
        log(logging.INFO, "session", present=flags.session_present)
        client.subscribe([(topic, 1) for topic in self._topics])

    def _subscribed(
        self, client: paho.Client, _: Any, __: int, reasons: list[ReasonCode], ___: Any
    ) -> None:
        refused = [t for t, r in zip(self._topics, reasons, strict=True) if r.is_failure]
        if refused:
            log(logging.ERROR, "subscription refused", topics=refused)
            self.end_reason = "subscription refused"
            client.disconnect()
            return
        self.is_subscribed = True
        self._on_subscribed()

    def _disconnected(self, _: Any, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        self.is_subscribed = False
        self.end_reason = self.end_reason or str(reason)

    def _acknowledged(self, _: Any, __: Any, mid: int, ___: ReasonCode, ____: Any) -> None:
        future = self._published.pop(mid, None)
        if future:
            future.set_result(None)

    def _arrived(self, _: Any, __: Any, message: paho.MQTTMessage) -> None:
        # QoS 0 needs no acknowledgement; 2 is never granted, because we ask for 1.
        token = self.order.arrived(message.mid) if message.qos == 1 else None
        self._receiver.offer(Arrival(message.topic, bytes(message.payload), token))
