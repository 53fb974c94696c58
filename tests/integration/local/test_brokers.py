"""Both brokers as `make up` configures them, tested with a real MQTT client."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from threading import Event
from types import SimpleNamespace

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from local import broker
from local.options import HOST, ROOT, BrokerKind, CannotRun, Options
from local.processes import Child
from local.resources import answers

TOPIC = "stocks/info"


class Client:
    """One session of an MQTT client; records the payloads that it receives."""

    def __init__(self, options: Options, name: str, password: str) -> None:
        self.received: list[bytes] = []
        self.code: str | None = None
        self.answered, self.arrived, self.subscribed = Event(), Event(), Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
        self._client.username_pw_set("fintech", password)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = lambda *_: self.answered.set()
        self._client.on_subscribe = lambda *_: self.subscribed.set()
        self._client.on_message = self._on_message
        self._client.connect(HOST, options.mqtt_port)
        self._client.loop_start()
        assert self.answered.wait(5)

    def subscribe(self) -> None:
        self._client.subscribe(TOPIC, qos=1)
        assert self.subscribed.wait(5)

    def publish(self, payload: bytes) -> None:
        self._client.publish(TOPIC, payload, qos=1).wait_for_publish(5)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, *arguments: object) -> None:
        self.code = str(arguments[3])
        self.answered.set()

    def _on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        self.received.append(bytes(message.payload))
        self.arrived.set()


@pytest.fixture(params=[BrokerKind.IOTCORE, BrokerKind.MOSQUITTO])
def running(
    request: pytest.FixtureRequest, options: Options, run: SimpleNamespace
) -> SimpleNamespace:
    """A running broker of each kind."""
    options = replace(options, broker=request.param)
    account = broker.credentials(options)
    start(options, account, run)
    return SimpleNamespace(options=options, account=account)


def start(options: Options, account: broker.Credentials, run: SimpleNamespace) -> None:
    run.supervisor.start_service(broker.program(options, account))
    run.supervisor.wait(lambda: answers(options.mqtt_port), "The broker", timeout_s=5)


def test_the_wrong_password_is_refused(running: SimpleNamespace) -> None:
    client = Client(running.options, "unknown", "guess")
    client.close()
    assert client.code != "Success"


def test_a_disconnected_session_gets_what_it_missed(running: SimpleNamespace) -> None:
    subscriber = Client(running.options, "subscriber", running.account.password)
    subscriber.subscribe()
    subscriber.close()
    publisher = Client(running.options, "publisher", running.account.password)
    publisher.publish(b"prices")
    publisher.close()

    reconnected = Client(running.options, "subscriber", running.account.password)
    assert reconnected.arrived.wait(5)
    reconnected.close()
    assert reconnected.received == [b"prices"]


def test_a_message_far_over_the_usual_size_is_delivered(running: SimpleNamespace) -> None:
    client = Client(running.options, "big", running.account.password)
    client.subscribe()
    client.publish(b"x" * 1_500_000)
    assert client.arrived.wait(5)
    client.close()
    assert [len(payload) for payload in client.received] == [1_500_000]


def test_messages_queued_by_mosquitto_survive_sigkill(
    options: Options, run: SimpleNamespace
) -> None:
    options = replace(options, broker=BrokerKind.MOSQUITTO)
    account = broker.credentials(options)
    killed = Child(broker.program(options, account), options.logs / "killed.log")
    run.supervisor.wait(lambda: answers(options.mqtt_port), "The broker", timeout_s=5)
    subscriber = Client(options, "subscriber", account.password)
    subscriber.subscribe()
    subscriber.close()
    publisher = Client(options, "publisher", account.password)
    publisher.publish(b"prices")
    publisher.close()
    # Mosquitto acknowledges a message, then saves it: serving the next client shows it did both.
    Client(options, "next", account.password).close()

    os.kill(killed.pid, signal.SIGKILL)
    killed.stop()
    start(options, account, run)

    reconnected = Client(options, "subscriber", account.password)
    assert reconnected.arrived.wait(5)
    reconnected.close()
    assert reconnected.received == [b"prices"]


def test_a_bounded_queue_keeps_that_many_for_a_disconnected_session(
    options: Options, run: SimpleNamespace
) -> None:
    options = replace(options, broker=BrokerKind.MOSQUITTO, broker_queue=2)
    account = broker.credentials(options)
    start(options, account, run)
    subscriber = Client(options, "subscriber", account.password)
    subscriber.subscribe()
    subscriber.close()
    publisher = Client(options, "publisher", account.password)
    for payload in (b"1", b"2", b"3", b"4"):
        publisher.publish(payload)
    publisher.close()

    reconnected = Client(options, "subscriber", account.password)
    reconnected.subscribe()  # acknowledged after the queued messages
    reconnected.close()
    assert reconnected.received == [b"1", b"2"]


def test_a_run_without_a_broker_has_no_broker_program(options: Options) -> None:
    options = replace(options, broker=BrokerKind.NONE)
    with pytest.raises(CannotRun, match="Which broker"):
        broker.program(options, broker.credentials(options))


def test_a_separately_started_broker_has_the_same_account(
    options: Options, run: SimpleNamespace
) -> None:
    account = broker.credentials(options)
    argv = [sys.executable, "-m", "local", "--mqtt-port", str(options.mqtt_port)]
    argv += ["--state", str(options.state), "broker", "--broker", "mosquitto"]
    with subprocess.Popen(argv, cwd=ROOT) as process:
        try:
            run.supervisor.wait(lambda: answers(options.mqtt_port), "The broker", timeout_s=20)
            client = Client(options, "client", account.password)
            client.close()
        finally:
            process.kill()
    assert client.code == "Success"


def test_credentials_stay_the_same_over_runs_and_are_private(options: Options) -> None:
    first = broker.credentials(options)
    assert broker.credentials(options) == first
    assert (options.state / "mqtt-credentials.json").stat().st_mode & 0o777 == 0o600
    assert first.password not in repr(first)
