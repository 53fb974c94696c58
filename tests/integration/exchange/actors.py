"""Actors of the tests: the configuration of a broker, the exchange as a process, an MQTT client."""

import json
import queue
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion


def free_port() -> int:
    """A port that is free now: several test runs may share a machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


PORT: Final = free_port()
USER, PASSWORD = "group3", "s@cret"
URL = f"mqtt://{USER}:s%40cret@127.0.0.1:{PORT}"
TIMEOUT_S = 20.0

CONFIG = f"""
id = 0
[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[v4.1]
name = "v4-1"
listen = "127.0.0.1:{PORT}"
next_connection_delay_ms = 1
[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = 262144
max_inflight_count = 100
dynamic_filters = true
[v4.1.connections.auth]
{USER} = "{PASSWORD}"
"""


class Listener:
    """An MQTT client that receives what the exchange publishes and sends requests of groups."""

    def __init__(self) -> None:
        self._received: dict[str, queue.Queue[bytes]] = {
            topic: queue.Queue() for topic in ("stocks/info", "stocks/request", "stocks/validation")
        }
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        self._client.username_pw_set(USER, PASSWORD)
        # Callbacks must not refer to `self`: paho closes its sockets when it is garbage collected.
        received = self._received
        self._client.on_message = lambda _c, _d, message: received[message.topic].put(
            bytes(message.payload)
        )
        subscribed: queue.Queue[None] = queue.Queue()
        self._client.on_subscribe = lambda *_: subscribed.put(None)
        self._client.connect("127.0.0.1", PORT)
        self._client.loop_start()
        self._client.subscribe("stocks/+", qos=1)
        subscribed.get(timeout=TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def next(self, topic: str) -> Any:
        """The next message of that topic, as soon as it arrives."""
        return json.loads(self.next_bytes(topic))

    def next_bytes(self, topic: str) -> bytes:
        return self._received[topic].get(timeout=TIMEOUT_S)

    def has_received_nothing(self, topic: str) -> bool:
        return self._received[topic].empty()

    def publish(self, payload: bytes) -> None:
        """Publish a request; returns when the broker has acknowledged it."""
        self._client.publish("stocks/request", payload, qos=1).wait_for_publish(TIMEOUT_S)

    def request(self, request_id: str, **changes: object) -> Any:
        """Request a purchase and wait for the next answer."""
        self.publish(purchase(request_id, **changes))
        return self.next("stocks/validation")


class ExchangeProcess:
    """`python -m local.exchange` as a process, which logs to a file."""

    def __init__(self, log: Path, *options: str, url: str = URL) -> None:
        self._log = log
        arguments = ["--mqtt-url", url, "--groups", "0", "--delay", "0.01", *options]
        with log.open("a") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-X", "faulthandler", "-m", "local.exchange", *arguments],
                stderr=file,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_until_logged(self, text: str, times: int = 1) -> None:
        deadline = time.monotonic() + TIMEOUT_S
        while self.log.count(text) < times:
            assert time.monotonic() < deadline, f"never logged {text!r}:\n{self.log}"
            assert self._process.poll() is None, f"ended:\n{self.log}"
            time.sleep(0.02)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and return the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            return self._process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)  # faulthandler logs the stack of each thread
            self._process.wait(TIMEOUT_S)
            raise AssertionError(f"it did not end:\n{self.log}") from None
        finally:
            self._process.kill()


def purchase(request_id: str, **changes: object) -> bytes:
    message: dict[str, object] = {
        "request_id": request_id,
        "group_id": "3",
        "symbol": "AAPL",
        "datetime": "2023-10-29T19:32:51.123Z",
        "deposit_token": "",
        "quantity": 2.5,
        "seller": 0,
    }
    return json.dumps({**message, **changes}).encode()
