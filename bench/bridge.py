"""The bridge against the obvious one: CPU of a message, messages a second, in and out, and what is
left after a kill.

`python -m bench.bridge`: a real broker (iotcore) and a stub of SQS that takes 15 ms a call, each in
a process of its own; only the bridge is measured. Both give the same guarantees.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import botocore.session
import paho.mqtt.client as paho
from iotcore import Broker
from paho.mqtt.enums import CallbackAPIVersion

from bench.peers.build import PYTHON
from bench.processes import cpu_s, process
from bench.spread import Spread
from bench.sqs_stub import ENVIRONMENT

BROKER_PORT, STUB_PORT = 5420, 5421
QUEUES = f"http://127.0.0.1:{STUB_PORT}/000000000000"
TOPIC, REQUEST = "stocks/info", "stocks/request"
PAYLOAD = (
    '{"stocks":"[{\\"symbol\\":\\"AMZN\\",\\"shortName\\":\\"Amazon.com, Inc.\\",'
    '\\"price\\":142.71,\\"currency\\":\\"USD\\",\\"source\\":\\"Nasdaq Real Time Price\\"}]",'
    '"stocks_id":"%08d-1c1a-4f6a-9c0e-8a3c9d1d5d5b","datetime":"2023-10-29T19:32:51.123Z"}'
)
OURS, OBVIOUS = "ours", "obvious"
COMMANDS = {
    OURS: [sys.executable, "-m", "mqtt_bridge"],
    OBVIOUS: [str(PYTHON), str(Path(__file__).with_name("peers") / "bridge.py")],
}
MESSAGES: Final = {OURS: 10_000, OBVIOUS: 500}
"""One call at a time: a twentieth of the messages takes long enough."""

PATIENCE_S: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:  # one measurement
    messages: int
    wall_s: float
    cpu_s: float


def environment(folder: str) -> dict[str, str]:
    """What both bridges are told."""
    return {
        **ENVIRONMENT,
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{STUB_PORT}",
        "BROKER_PORT": str(BROKER_PORT),
        "MQTT_URL": f"mqtt://127.0.0.1:{BROKER_PORT}",
        "MQTT_CLIENT_ID": "measured",
        "TOPIC_INFO": TOPIC,
        "TOPIC_REQUEST": REQUEST,
        "TOPIC_VALIDATION": "stocks/validation",
        "PRICES_QUEUE_URL": f"{QUEUES}/prices",
        "REQUESTS_QUEUE_URL": f"{QUEUES}/requests",
        "VALIDATIONS_QUEUE_URL": f"{QUEUES}/validations",
        "OUTBOUND_QUEUE_URL": f"{QUEUES}/outbound",
        "HEALTH_FILE": f"{folder}/alive",
    }


@contextmanager
def surroundings(latency_ms: float, outbound: int = 0) -> Iterator[str]:
    """Broker, SQS with so many messages to be published, a folder."""
    stub = ["-m", "bench.sqs_process", "--port", str(STUB_PORT), "--latency-ms", str(latency_ms)]
    stub += ["--outbound", str(outbound)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Broker(listen="127.0.0.1", port=BROKER_PORT),
        process(stub, stdout=subprocess.PIPE) as running,
    ):
        assert running.stdout
        assert running.stdout.readline() == "ready\n"
        yield folder


@contextmanager
def bridge(which: str, folder: str) -> Iterator["subprocess.Popen[bytes]"]:
    """One of the two, connected. It logs into a file: in a full pipe it would stand still."""
    log = Path(folder) / "log"
    with log.open("w") as out:
        running = subprocess.Popen(COMMANDS[which], env=environment(folder), stdout=out)
    try:
        until(lambda: '"event": "connected"' in log.read_text() or "connected\n" in log.read_text())
        yield running
    finally:
        running.kill()
        running.wait()


def inward(which: str, latency_ms: float) -> Run:
    """Publish, and wait until everything is in SQS."""
    messages = MESSAGES[which]
    with surroundings(latency_ms) as folder, bridge(which, folder) as running:
        before, began = cpu_s(running.pid), time.monotonic()
        publish(range(messages))
        until(lambda: held("prices") >= messages)
        wall_s = time.monotonic() - began
        return Run(messages=messages, wall_s=wall_s, cpu_s=cpu_s(running.pid) - before)


def outward(which: str, latency_ms: float) -> Run:
    """A full queue; wait until it is empty, which is when the broker has acknowledged it all."""
    messages = MESSAGES[which] // 2
    with surroundings(latency_ms, messages) as folder, bridge(which, folder) as running:
        before, began = cpu_s(running.pid), time.monotonic()
        until(lambda: held("outbound") == 0)
        wall_s = time.monotonic() - began
        return Run(messages=messages, wall_s=wall_s, cpu_s=cpu_s(running.pid) - before)


def killed(which: str, latency_ms: float) -> dict[str, int]:
    """Both ways at once, SIGKILL in the midst, a new process: what is lost, what is double."""
    messages = MESSAGES[which] // 5
    came: Counter[str] = Counter()
    with surroundings(latency_ms, messages) as folder, listener(came):
        with bridge(which, folder):
            publish(range(messages))
            until(lambda: held("prices") > messages // 4)
        with bridge(which, folder):
            until(lambda: len(came) == messages and held("outbound") == 0)
            until(lambda: len(_arrived()) == messages)
            arrived = _arrived()
    return {
        "messages": 2 * messages,
        "lost": 2 * messages - len(arrived) - len(came),
        "doubled": arrived.total() + came.total() - len(arrived) - len(came),
    }


def publish(numbers: range) -> None:
    """Hand everything to the broker."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(0)
    client.connect("127.0.0.1", BROKER_PORT)
    client.loop_start()
    for info in [client.publish(TOPIC, PAYLOAD % number, qos=1) for number in numbers]:
        info.wait_for_publish()
    client.disconnect()
    client.loop_stop()


@contextmanager
def listener(came: Counter[str]) -> Iterator[None]:
    """Counts what the broker hands out on the topic of requests."""
    client = paho.Client(CallbackAPIVersion.VERSION2, "listener")
    client.on_message = lambda _client, _data, message: came.update([message.payload.decode()])
    client.connect("127.0.0.1", BROKER_PORT)
    client.subscribe(REQUEST, 1)
    client.loop_start()
    try:
        yield
    finally:
        client.disconnect()
        client.loop_stop()


def held(queue: str) -> int:
    """How many messages the stub has in a queue, visible or not."""
    answer = _sqs().get_queue_attributes(QueueUrl=f"{QUEUES}/{queue}", AttributeNames=["All"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def _arrived() -> Counter[str]:
    """Which messages lie in the queue of prices, and how often."""
    answer = _sqs().receive_message(
        QueueUrl=f"{QUEUES}/prices", MaxNumberOfMessages=10_000, VisibilityTimeout=0
    )
    messages = answer.get("Messages", [])
    return Counter(json.loads(message["Body"])["payload"] for message in messages)


@cache
def _sqs() -> Any:
    session = botocore.session.get_session()
    session.set_credentials(ENVIRONMENT["AWS_ACCESS_KEY_ID"], ENVIRONMENT["AWS_SECRET_ACCESS_KEY"])
    return session.create_client(
        "sqs",
        region_name=ENVIRONMENT["AWS_REGION"],
        endpoint_url=f"http://127.0.0.1:{STUB_PORT}",
    )


def until(is_so: Any) -> None:
    """Wait for it; raises after long enough."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE_S} s")
        time.sleep(0.02)


def measure(rounds: int, latency_ms: float = 15.0) -> dict[str, Any]:
    """By direction, then by side; the sides take turns."""
    runs: dict[tuple[str, str], list[Run]] = {}
    for _ in range(rounds):
        for direction, run in (("in", inward), ("out", outward)):
            for which in COMMANDS:
                runs.setdefault((direction, which), []).append(run(which, latency_ms))
    found: dict[str, Any] = {"latency_ms": latency_ms, "in": {}, "out": {}}
    for (direction, which), several in runs.items():
        found[direction][which] = _summary(several)
    found["killed"] = {which: killed(which, latency_ms) for which in COMMANDS}
    return found


def _summary(runs: list[Run]) -> dict[str, Any]:
    return {
        "messages": runs[0].messages,
        "per_s": Spread.of([run.messages / run.wall_s for run in runs]).as_json(),
        "per_cpu_s": Spread.of([run.messages / run.cpu_s for run in runs]).as_json(),
        "cpu_us": Spread.of([run.cpu_s / run.messages * 1e6 for run in runs]).as_json(),
    }


def main() -> None:
    """Measure both, print it, and fail below the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--target", type=float, default=2_000.0, help="messages in per CPU second")
    options = parser.parse_args()
    found = measure(options.rounds)
    print(json.dumps(found, indent=2))
    if found["in"][OURS]["per_cpu_s"]["median"] < options.target:
        sys.exit(f"below the target of {options.target:,.0f} messages per CPU second")


if __name__ == "__main__":
    main()
