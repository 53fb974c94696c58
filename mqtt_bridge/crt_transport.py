"""The transport for AWS IoT Core: MQTT 5 through awscrt, over websockets signed with SigV4.

Imported only when the URL asks for it. awscrt reconnects by itself, with back-off and full jitter.
It cannot stop reading the socket; the protocol's receive maximum limits what the broker sends.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Final

from awscrt import auth, http, io, mqtt5  # type: ignore[import-untyped]

from mqtt_bridge.observability import Count, Counters, logger
from mqtt_bridge.settings import Broker, Limits, Login, Scheme
from mqtt_bridge.transport import AckOrder, InboundMessage, NotConfirmed, PendingAck, Receiver
from mqtt_bridge.workers import Workers

_SESSION_EXPIRY_S: Final = 7 * 24 * 3600  # the longest that AWS IoT Core keeps a session
_RECEIVE_MAXIMUM: Final = 65_535


class CrtTransport:
    """A Transport over one awscrt MQTT 5 client."""

    def __init__(
        self,
        *,
        broker: Broker,
        client_id: str,
        topics: Sequence[str],
        login: Login | None,
        counters: Counters,
        limits: Limits,
        workers: Workers,
    ) -> None:
        self._broker = broker
        self._topics = topics
        self._counters = counters
        self._limits = limits
        self._workers = workers
        self._subscribed = threading.Event()
        self._stopped = threading.Event()
        self._closing = False
        self._overrun = False
        self._receiver: Receiver | None = None
        self._refused: list[Future[None]] = []
        self._order = AckOrder()
        self._order_lock = threading.Lock()
        self._client = mqtt5.Client(self._options(client_id, login))

    @property
    def is_connected(self) -> bool:
        """Whether it is connected and subscribed."""
        return self._subscribed.is_set()

    def wait_connected(self, timeout_s: float) -> bool:
        """Block until connected and subscribed, at most `timeout_s`."""
        return self._subscribed.wait(timeout_s)

    def start(self, receiver: Receiver) -> None:
        """Connect in the background."""
        self._receiver = receiver
        self._client.start()

    def publish(self, topic: str, payload: bytes) -> "Future[None]":
        """Publish with QoS 1; fails with NotConfirmed when the connection ends.

        A refusal while connected is kept until then: it counts as a missing acknowledgement, so
        that it is repeated with the back-off for a stalled broker.
        """
        future: Future[None] = Future()
        packet = mqtt5.PublishPacket(topic=topic, payload=payload, qos=mqtt5.QoS.AT_LEAST_ONCE)
        self._client.publish(packet).add_done_callback(
            self._guarded(lambda done: self._on_published(done, future))
        )
        return future

    def acknowledge(self, tokens: Sequence[object]) -> None:
        """Send the PUBACKs whose turn has come; drop those of an earlier connection."""
        stale = 0
        with self._order_lock:
            for token in tokens:
                if isinstance(token, PendingAck):
                    token.is_done = True
                    stale += token.order is not self._order
            for handle in self._order.ready():
                self._client.invoke_publish_acknowledgement(handle)
        if stale:
            self._counters.add(Count.STALE_ACKS, stale)
        if self._overrun and self._receiver and self._receiver.has_room():
            self._overrun = False
            self.reconnect()  # the broker then sends the rest again

    def reconnect(self) -> None:
        """End the connection; `_on_stopped` starts a new one."""
        self._client.stop()

    def close(self, timeout_s: float) -> None:
        """Disconnect; the broker keeps the session."""
        self._closing = True
        self._client.stop()
        self._stopped.wait(timeout_s)

    def _options(self, client_id: str, login: Login | None) -> mqtt5.ClientOptions:
        secure = self._broker.scheme is not Scheme.MQTT
        signed = self._broker.scheme is Scheme.WSS
        longest_ms = int(self._limits.longest_delay_s * 1000)
        return mqtt5.ClientOptions(
            host_name=self._broker.host,
            port=self._broker.port,
            tls_ctx=io.ClientTlsContext(io.TlsContextOptions()) if secure else None,
            websocket_handshake_transform=signer(self._broker.host) if signed else None,
            connect_options=mqtt5.ConnectPacket(
                client_id=client_id,
                username=login.username if login else None,
                password=login.password if login else None,
                keep_alive_interval_sec=self._limits.keepalive_s,
                session_expiry_interval_sec=_SESSION_EXPIRY_S,
                receive_maximum=min(self._limits.window_messages, _RECEIVE_MAXIMUM),
            ),
            session_behavior=mqtt5.ClientSessionBehaviorType.REJOIN_ALWAYS,
            # Outbound publishes again what is not acknowledged; a second queue would only hide it.
            offline_queue_behavior=mqtt5.ClientOperationQueueBehaviorType.FAIL_ALL_ON_DISCONNECT,
            retry_jitter_mode=mqtt5.ExponentialBackoffJitterMode.FULL,
            min_reconnect_delay_ms=int(self._limits.first_delay_s * 1000),
            max_reconnect_delay_ms=longest_ms,
            min_connected_time_to_reset_reconnect_delay_ms=int(self._limits.settled_s * 1000),
            # No time-out for acknowledgements: Outbound notices a stalled broker and reconnects.
            disable_metrics=True,  # they travel in the user name, which a broker may check
            on_publish_callback_fn=self._guarded(self._on_publish),
            on_lifecycle_event_connection_success_fn=self._guarded(self._on_connected),
            on_lifecycle_event_connection_failure_fn=self._guarded(self._on_failed),
            on_lifecycle_event_disconnection_fn=self._guarded(self._on_disconnected),
            on_lifecycle_event_stopped_fn=self._guarded(self._on_stopped),
        )

    def _guarded(self, callback: Callable[[Any], None]) -> Callable[[Any], None]:
        """End the process at an exception in a callback, which awscrt would print and ignore."""

        def call(data: Any) -> None:
            try:
                callback(data)
            except BaseException:  # noqa: BLE001 # it is logged, and the process ends
                self._workers.report_fatal_error()

        return call

    def _on_publish(self, data: mqtt5.PublishReceivedData) -> None:
        assert self._receiver
        take_control = data.acquire_publish_acknowledgement_control
        token: PendingAck | None = None
        if take_control:
            with self._order_lock:
                token = self._order.add(take_control())
        if not self._receiver.has_room():
            # Only after a reconnect, when the broker sends again what is still held here.
            self._overrun = True
            return
        packet = data.publish_packet
        self._receiver.offer(InboundMessage(packet.topic, packet.payload or b"", token))

    def _on_published(
        self, done: "Future[mqtt5.PublishCompletionData]", future: "Future[None]"
    ) -> None:
        reason = _refusal(done)
        if reason is None:
            future.set_result(None)
        elif self.is_connected:
            logger.warning("publication refused", reason=reason)
            self._refused.append(future)
        else:
            future.set_exception(NotConfirmed())

    def _on_connected(self, data: mqtt5.LifecycleConnectSuccessData) -> None:
        logger.info("session", present=data.connack_packet.session_present)
        packet = mqtt5.SubscribePacket(
            subscriptions=[
                mqtt5.Subscription(topic_filter=topic, qos=mqtt5.QoS.AT_LEAST_ONCE)
                for topic in self._topics
            ]
        )
        self._client.subscribe(packet).add_done_callback(self._guarded(self._on_subscribed))

    def _on_subscribed(self, done: "Future[mqtt5.SubackPacket]") -> None:
        if done.exception():
            logger.warning("subscription failed", error=type(done.exception()).__name__)
            return  # the connection is ending; the next one subscribes again
        refused = [
            topic
            for topic, code in zip(self._topics, done.result().reason_codes, strict=True)
            if code >= mqtt5.SubackReasonCode.UNSPECIFIED_ERROR
        ]
        if refused:
            logger.error("subscription refused", topics=refused)
            return  # it never counts as connected, which the metric shows
        self._counters.add(Count.CONNECTED)
        logger.info("connected", host=self._broker.host, port=self._broker.port)
        self._subscribed.set()

    def _on_failed(self, data: mqtt5.LifecycleConnectFailureData) -> None:
        logger.warning("not connected", reason=getattr(data.exception, "name", "unknown"))

    def _on_disconnected(self, data: mqtt5.LifecycleDisconnectData) -> None:
        with self._order_lock:
            self._order = AckOrder()  # later acknowledgements of its messages are stale
        if self._subscribed.is_set():
            self._subscribed.clear()
            self._counters.add(Count.DISCONNECTED)
        refused, self._refused = self._refused, []
        for future in refused:
            future.set_exception(NotConfirmed())
        logger.warning("disconnected", reason=getattr(data.exception, "name", "unknown"))

    def _on_stopped(self, _: mqtt5.LifecycleStoppedData) -> None:
        if self._closing:
            self._stopped.set()
        else:
            self._client.start()


def _refusal(done: "Future[mqtt5.PublishCompletionData]") -> str | None:
    """Return the name of what went wrong with a publication, None for an acknowledged one."""
    error = done.exception()
    if error is not None:
        return str(getattr(error, "name", type(error).__name__))
    code = done.result().puback.reason_code
    return str(code.name) if code >= mqtt5.PubackReasonCode.UNSPECIFIED_ERROR else None


def signer(host: str) -> Callable[[Any], None]:
    """Return a function that signs each websocket handshake with the task role's credentials."""
    provider = auth.AwsCredentialsProvider.new_default_chain()

    def sign(handshake: mqtt5.WebsocketHandshakeTransformArgs) -> None:
        config = auth.AwsSigningConfig(
            algorithm=auth.AwsSigningAlgorithm.V4,
            signature_type=auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS,
            credentials_provider=provider,
            region=region_of(host),
            service="iotdevicegateway",
            omit_session_token=True,  # AWS IoT Core wants it added after the signature
        )
        request: http.HttpRequest = handshake.http_request
        signing = auth.aws_sign_request(request, config)
        signing.add_done_callback(lambda done: handshake.set_done(done.exception()))

    return sign


def region_of(host: str) -> str:
    """Return the region of an endpoint such as `abc-ats.iot.eu-west-1.amazonaws.com`."""
    return host.split(".iot.", 1)[1].split(".", 1)[0]
