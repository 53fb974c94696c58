"""`python -m local.exchange`: the exchange connected to an MQTT broker, until SIGTERM or Ctrl-C.

This is the only file of the exchange that knows paho-mqtt, threads and the clock. paho's thread
decides on requests as they arrive; the main thread publishes what is due. A request is acknowledged
to the broker after its verdict is in the ledger (paho acknowledges when the callback returns). The
callback must not raise: that would end paho's thread while the connection still looks alive.
"""

import logging
import queue
import signal
import threading
from datetime import UTC, datetime
from typing import Any, Final

import paho.mqtt.client as mqtt
import typer
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from local.exchange.core import Exchange, Plan
from local.exchange.faults import Publication
from local.exchange.groups import Groups, other_groups
from local.exchange.ledger import Ledger, LedgerUnreadable
from local.exchange.market import Market, SeriesMissing, historical_series, open_market
from local.exchange.messages import MessageKind, timestamp
from local.exchange.options import Broker, Options, command_line
from local.exchange.verdicts import Rules

LOG: Final = logging.getLogger("exchange")
MAX_SLEEP_S: Final = 1.0  # a signal that arrives just before a sleep does not interrupt it
MAX_SHUTDOWN_S: Final = 2.0
MAX_RECONNECT_DELAY_S: Final = 15
MAX_LOGGED_BYTES: Final = 300
MAX_BUFFERED: Final = 10_000  # publications kept in memory while the broker is away


class Process:
    """Runs one exchange at one broker; `run` returns after `stop`, SIGTERM or Ctrl-C."""

    def __init__(
        self, *, exchange: Exchange, broker: Broker, client_id: str, topics: dict[MessageKind, str]
    ) -> None:
        self._exchange = exchange
        self._broker = broker
        self._topics = topics
        self._lock = threading.Lock()  # guards the exchange
        # A SimpleQueue, because its `put` may be called in a signal handler (Event.set may not).
        self._wake_ups: queue.SimpleQueue[None] = queue.SimpleQueue()
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
            self._shut_down()

    def stop(self) -> None:
        """May be called from a signal handler or another thread."""
        self._stopping = True
        self._wake_ups.put(None)

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
            with self._lock:
                due = self._exchange.due(_now())
            self._publish(due)
            self._sleep()

    def _sleep(self) -> None:
        with self._lock:
            next_at = self._exchange.next_at
        wait_s = MAX_SLEEP_S if next_at is None else (next_at - _now()).total_seconds()
        try:
            self._wake_ups.get(timeout=min(max(wait_s, 0.0), MAX_SLEEP_S))
        except queue.Empty:
            return

    def _publish(self, publications: list[Publication]) -> list[mqtt.MQTTMessageInfo]:
        sent = []
        for publication in publications:
            topic = self._topics[publication.kind]
            # While disconnected, paho returns NO_CONN and sends the message after reconnecting.
            info = self._client.publish(topic, publication.payload, qos=1)
            LOG.info("%s %s", topic, _summary(publication))
            if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
                LOG.error("message lost: %d are already waiting for the broker", MAX_BUFFERED)
            sent.append(info)
        return sent

    def _shut_down(self) -> None:
        """Publish what is still scheduled if the broker is there, then disconnect."""
        with self._lock:
            rest = self._exchange.close()
        if self._client.is_connected():
            _wait_until_sent(self._publish(rest))
        elif rest:
            LOG.warning("ended with %d messages unsent", len(rest))
        self._client.disconnect()
        self._client.loop_stop()
        LOG.info("closed")

    def _make_client(self, client_id: str) -> mqtt.Client:
        # Every broker used here speaks 3.1.1, and its persistent session needs no expiry interval.
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
        client.reconnect_delay_set(min_delay=1, max_delay=MAX_RECONNECT_DELAY_S)
        client.max_queued_messages_set(MAX_BUFFERED)
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
            LOG.error(
                "%s refused the connection (%s): check user name and password", self._broker, code
            )
            return
        LOG.info("connected to %s", self._broker)
        client.subscribe(self._topics[MessageKind.REQUEST], qos=1)

    def _on_connect_fail(self, _client: mqtt.Client, _data: Any) -> None:
        LOG.warning("no broker at %s yet, trying again: is it running?", self._broker)

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: Any,
        _flags: Any,
        code: ReasonCode,
        _props: Properties | None,
    ) -> None:
        if not self._stopping:
            LOG.warning(
                "connection to %s lost or refused (%s), trying again. If this repeats, check "
                "user name and password",
                self._broker,
                code,
            )

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _data: Any,
        _mid: int,
        codes: list[ReasonCode],
        _props: Properties | None,
    ) -> None:
        if any(code.is_failure for code in codes):
            topic = self._topics[MessageKind.REQUEST]
            LOG.error("the broker refused the subscription to %s: %s", topic, codes)
            return
        self._subscribed.set()
        self._wake_ups.put(None)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            with self._lock:
                outcome = self._exchange.receive(bytes(message.payload), _now())
            LOG.info("%s", outcome)
        except Exception:  # neither a bug nor a full disk may end paho's thread
            LOG.exception("could not decide on a request; its group will send it again")
        self._wake_ups.put(None)


def serve(options: Options) -> None:
    """Run an exchange with these options until a signal; exit status 2 if it cannot start."""
    logging.basicConfig(format="%(asctime)s exchange %(levelname)s %(message)s", level=logging.INFO)
    try:
        market = open_market(historical_series(), options.seed, options.speed)
        ledger = Ledger(options.ledger)
    except (SeriesMissing, LedgerUnreadable, OSError) as error:
        LOG.error("%s", error)
        raise typer.Exit(code=2) from error
    LOG.info("%d companies, %d verdicts known", len(market.symbols), len(ledger))
    process = Process(
        exchange=build(options, market, ledger, run=timestamp(_now())),
        broker=options.broker,
        client_id=options.client_id,
        topics=options.topics,
    )
    process.stop_on_signals()
    process.run()


def build(options: Options, market: Market, ledger: Ledger, run: str) -> Exchange:
    """The exchange with these options; `run` names the run unless the options do."""
    return Exchange(
        market=market,
        ledger=ledger,
        rules=Rules(
            seed=options.seed,
            symbols=frozenset(market.symbols),
            reject_share=options.reject_share,
            reject_symbols=options.reject_symbols,
        ),
        groups=Groups(
            numbers=other_groups(options.our_group, options.groups),
            symbols=market.symbols,
            seed=options.seed,
            run=options.run or run,
            interval_s=options.group_interval_s,
        ),
        plan=Plan(
            seed=options.seed,
            interval_s=options.interval_s,
            backfill=options.backfill,
            delay_s=options.delay_s,
            rates=options.rates,
        ),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _wait_until_sent(infos: list[mqtt.MQTTMessageInfo]) -> None:
    """Wait until the broker has all of them, but not for long: it may have just gone away."""
    deadline = _now().timestamp() + MAX_SHUTDOWN_S
    for info in infos:
        left_s = deadline - _now().timestamp()
        if left_s > 0 and info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
            info.wait_for_publish(left_s)


def _summary(publication: Publication) -> str:
    """For the log: answers in full, everything else by its size."""
    note = f" ({publication.note})" if publication.note else ""
    if publication.kind is MessageKind.VALIDATION and len(publication.payload) < MAX_LOGGED_BYTES:
        return ascii(publication.payload.decode(errors="replace")) + note
    return f"{len(publication.payload)} bytes{note}"


if __name__ == "__main__":
    command_line(serve)(prog_name="python -m local.exchange")
