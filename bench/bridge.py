"""Messages a second through the bridge, in and out, beside the obvious bridge (peers/bridge.py).

A real broker (iotcore) and an SQS stub that takes 15 ms a call, each in a process of its own. Both
bridges give the same guarantees: QoS 1, a persistent session, acknowledgement only after SQS or
the broker has accepted a message.
"""

import json
import multiprocessing
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, Final, NamedTuple

import paho.mqtt.client as paho
from iotcore import Broker
from paho.mqtt.enums import CallbackAPIVersion

from bench import packages
from bench.page import spread
from tests.fakes.sqs import ENVIRONMENT, SqsStub

OURS, OBVIOUS = "ours", "obvious"
MESSAGES: Final = {OURS: 10_000, OBVIOUS: 500}
"""The obvious bridge makes one call for each message: a twentieth takes long enough."""

PATIENCE_S: Final = 120
TOPIC: Final = "stocks/info"
STOCKS: Final = '[{"symbol":"AMZN","shortName":"Amazon.com, Inc.","price":142.71}]'
PAYLOAD: Final = json.dumps({"stocks": STOCKS, "datetime": "2023-10-29T19:32:51.123Z"})


class World(NamedTuple):
    """Broker and SQS."""

    sqs: Connection
    sqs_url: str
    broker_port: int

    def depth(self, queue: str, put: int = 0) -> int:
        """Messages in the queue, visible or not, after putting some into it."""
        self.sqs.send((queue, put))
        return int(self.sqs.recv())

    def publish(self, count: int) -> None:
        """Hand messages to the broker and wait until it has them."""
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.max_inflight_messages_set(0)
        client.connect("127.0.0.1", self.broker_port)
        client.loop_start()
        for info in [client.publish(TOPIC, PAYLOAD, qos=1) for _ in range(count)]:
            info.wait_for_publish()
        client.disconnect()
        client.loop_stop()

    def settings(self, folder: str) -> dict[str, str]:
        """The environment of either bridge."""
        queues = {
            f"{name.upper()}_QUEUE_URL": f"{self.sqs_url}/000000000000/{name}"
            for name in ("prices", "requests", "validations", "outbound")
        }
        return (ENVIRONMENT | queues) | {
            "AWS_ENDPOINT_URL": self.sqs_url,
            "BROKER_PORT": str(self.broker_port),
            "MQTT_URL": f"mqtt://127.0.0.1:{self.broker_port}",
            "MQTT_CLIENT_ID": "measured",
            "TOPIC_INFO": TOPIC,
            "TOPIC_REQUEST": "stocks/request",
            "TOPIC_VALIDATION": "stocks/validation",
            "HEALTH_FILE": f"{folder}/alive",
        }


def serve_sqs(port: int, orders: Connection) -> None:
    """A process of its own: puts messages into a queue and says how many lie there."""
    with SqsStub(port) as stub:
        stub.faults.latency_s = 0.015
        while True:
            queue, count = orders.recv()
            for number in range(count):
                stub.put(queue, json.dumps({"request_id": str(number), "symbol": "AAPL"}))
            orders.send(len(stub.held(queue)))


@contextmanager
def world() -> Iterator[World]:
    """A broker and SQS without messages."""
    sqs_port, broker_port = free_port(), free_port()
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    sqs = spawn.Process(target=serve_sqs, args=(sqs_port, there), daemon=True)
    sqs.start()
    with Broker(listen="127.0.0.1", port=broker_port):
        made = World(here, f"http://127.0.0.1:{sqs_port}", broker_port)
        made.depth("prices")  # SQS is ready
        yield made
    sqs.terminate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def bridge(which: str, world: World) -> Iterator[None]:
    """One of the two, once a first message has gone through it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = world.settings(folder)
        command = [sys.executable, "-m", "mqtt_bridge"]
        if which == OBVIOUS:
            command = [str(packages.python()), str(packages.HERE / "bridge.py")]
            settings["PYTHONPATH"] = str(packages.peer("boto3")[-1])
        with subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL) as running:
            try:
                until(lambda: world.publish(1) or world.depth("prices") > 0)
                yield
            finally:
                running.kill()


def run(direction: str, which: str) -> float:
    """Messages a second."""
    count = MESSAGES[which] if direction == "in" else MESSAGES[which] // 2
    with world() as around, bridge(which, around):
        before, began = around.depth("prices"), time.monotonic()
        if direction == "in":
            around.publish(count)
            until(lambda: around.depth("prices") >= before + count)
        else:
            around.depth("outbound", put=count)
            until(lambda: around.depth("outbound") == 0)
        return count / (time.monotonic() - began)


def until(is_so: Callable[[], bool]) -> None:
    """Wait for it."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < PATIENCE_S, f"not within {PATIENCE_S} s"
        time.sleep(0.02)


def measure(rounds: int) -> dict[str, Any]:
    """By direction, then by side; the sides take turns."""
    turns = [(way, side) for way in ("in", "out") for side in MESSAGES]
    runs = [{turn: run(*turn) for turn in turns} for _ in range(min(rounds, 5))]
    return {
        way: {side: spread([one[way, side] for one in runs]) for side in MESSAGES}
        for way in ("in", "out")
    }
