"""The exchange at a broker: the only file that knows paho-mqtt, threads and the clock.

paho's thread decides on requests as they arrive; the main thread publishes what is due. A request
is acknowledged to the broker after its verdict is in the ledger (paho acknowledges when the
callback returns). Nothing that arrives may raise in paho's thread: that would end it while the
connection looks alive.
"""

import logging
import queue
import signal
import threading
from datetime import UTC, datetime
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from local.exchange.arguments import Broker
from local.exchange.core import Exchange
from local.exchange.malformed import Kind
from local.exchange.misbehaviour import Publication

LOG: Final = logging.getLogger("exchange")
LONGEST_SLEEP_S: Final = 1.0  # a signal that comes in just before a sleep does not end that one
LONGEST_GOODBYE_S: Final = 2.0
SLOWEST_RECONNECT_S: Final = 15
LONGEST_SHOWN: Final = 300
MOST_WAITING: Final = 10_000  # publications that wait in memory while the broker is away


class Process:
    """One exchange at one broker; `run` returns after `stop`, SIGTERM or Ctrl-C."""

    def __init__(
        self, *, exchange: Exchange, broker: Broker, client_id: str, topics: dict[Kind, str]
    ) -> None:
        self._exchange = exchange
        self._broker = broker
        self._topics = topics
        self._lock = threading.Lock()  # guards the exchange
        # Not an Event: only this queue may be used in a signal handler.
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._subscribed = threading.Event()
        self._stopping = False
        self._client = self._make_client(client_id)

    def run(self) -> None:
        """Serve until told to stop."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=30)
        self._client.loop_start()
        try:
            self._serve()
        finally:
            self._say_goodbye()

    def stop(self) -> None:
        """May be called from a signal handler or another thread."""
        self._stopping = True
        self._wakes.put(None)

    def stop_on_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())

    def _serve(self) -> None:
        opened = False
        while not self._stopping:
            if not opened and self._subscribed.is_set():
                with self._lock:
                    self._exchange.open(_now())
                opened = True
            self._publish(self._exchange_due())
            self._sleep()

    def _exchange_due(self) -> list[Publication]:
        with self._lock:
            return self._exchange.due(_now())

    def _sleep(self) -> None:
        with self._lock:
            next_at = self._exchange.next_at
        wait_s = LONGEST_SLEEP_S if next_at is None else (next_at - _now()).total_seconds()
        try:
            self._wakes.get(timeout=min(max(wait_s, 0.0), LONGEST_SLEEP_S))
        except queue.Empty:
            return

    def _publish(self, publications: list[Publication]) -> list[mqtt.MQTTMessageInfo]:
        sent = []
        for publication in publications:
            topic = self._topics[publication.kind]
            # While the connection is down paho keeps it and says NO_CONN: sent later, not lost.
            info = self._client.publish(topic, publication.payload, qos=1)
            LOG.info("%s %s", topic, _shown(publication))
            if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
                LOG.error("that one is lost: %d wait for the broker already", MOST_WAITING)
            sent.append(info)
        return sent

    def _say_goodbye(self) -> None:
        """Say what is still to be said, if the broker listens, and leave."""
        with self._lock:
            rest = self._exchange.close()
        if self._client.is_connected():
            _wait_until_sent(self._publish(rest))
        elif rest:
            LOG.warning("left with %d messages unsent", len(rest))
        self._client.disconnect()
        self._client.loop_stop()
        LOG.info("closed")

    def _make_client(self, client_id: str) -> mqtt.Client:
        # 3.1.1 is what every broker here speaks, and its kept session needs no expiry to be set.
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            protocol=mqtt.MQTTv311,
        )
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.tls:
            client.tls_set()
        client.reconnect_delay_set(min_delay=1, max_delay=SLOWEST_RECONNECT_S)
        client.max_queued_messages_set(MOST_WAITING)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _on_connect(
        self,
        client: mqtt.Client,
        _data: Any,
        _flags: Any,
        code: ReasonCode,
        _props: Properties | None,
    ) -> None:
        if code.is_failure:
            LOG.error("%s refuses us: %s", self._broker, code)
            return
        LOG.info("connected to %s", self._broker)
        client.subscribe(self._topics[Kind.REQUEST], qos=1)

    def _on_connect_fail(self, _client: mqtt.Client, _data: Any) -> None:
        LOG.warning("no broker at %s yet, trying again", self._broker)

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: Any,
        _flags: Any,
        code: ReasonCode,
        _props: Properties | None,
    ) -> None:
        if not self._stopping:
            LOG.warning("connection to %s lost or refused (%s), trying again", self._broker, code)

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _data: Any,
        _mid: int,
        codes: list[ReasonCode],
        _props: Properties | None,
    ) -> None:
        if any(code.is_failure for code in codes):
            LOG.error("may not listen to %s: %s", self._topics[Kind.REQUEST], codes)
            return
        self._subscribed.set()
        self._wakes.put(None)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            with self._lock:
                said = self._exchange.receive(bytes(message.payload), _now())
            LOG.info("%s", said)
        except Exception:  # a bug or a full disk must not end paho's thread
            LOG.exception("could not decide on a request; whoever sent it will ask again")
        self._wakes.put(None)


def _now() -> datetime:
    return datetime.now(UTC)


def _wait_until_sent(infos: list[mqtt.MQTTMessageInfo]) -> None:
    """Until the broker has them all, but not for long: it may just have gone."""
    deadline = _now().timestamp() + LONGEST_GOODBYE_S
    for info in infos:
        left_s = deadline - _now().timestamp()
        if left_s > 0 and info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
            info.wait_for_publish(left_s)


def _shown(publication: Publication) -> str:
    """Answers are worth reading in full; the rest is too long for a line."""
    note = f" ({publication.note})" if publication.note else ""
    if publication.kind is Kind.VALIDATION and len(publication.payload) < LONGEST_SHOWN:
        return ascii(publication.payload.decode(errors="replace")) + note
    return f"{len(publication.payload)} bytes{note}"
