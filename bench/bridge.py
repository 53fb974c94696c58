"""How many messages a second of CPU the bridge brings into SQS, against the obvious bridge.

`python -m bench.bridge`: a real broker (iotcore) and a stub SQS that takes 15 ms a call, each in a
process of its own; only the bridge's process is measured. The obvious bridge is paho's callback
with one `send_message` each: it acknowledges to the broker whatever SQS says.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import botocore.session
import paho.mqtt.client as paho
from iotcore import Broker
from paho.mqtt.enums import CallbackAPIVersion

from bench.sqs_stub import ENVIRONMENT

BROKER_PORT, STUB_PORT = 1940, 4680
QUEUES = f"http://127.0.0.1:{STUB_PORT}/000000000000"
TOPIC = "stocks/info"
PAYLOAD = (
    b'{"stocks":"[{\\"symbol\\":\\"AMZN\\",\\"shortName\\":\\"Amazon.com, Inc.\\",'
    b'\\"price\\":142.71,\\"currency\\":\\"USD\\",\\"source\\":\\"Nasdaq Real Time Price\\"}]",'
    b'"stocks_id":"3f0f6f0e-1c1a-4f6a-9c0e-8a3c9d1d5d5b","datetime":"2023-10-29T19:32:51.123Z"}'
)
OBVIOUS = """
import os, boto3, paho.mqtt.client as paho
sqs = boto3.client("sqs")
def forward(client, userdata, message):
    sqs.send_message(QueueUrl=os.environ["PRICES_QUEUE_URL"], MessageBody=message.payload.decode())
client = paho.Client(paho.CallbackAPIVersion.VERSION2, "obvious", clean_session=False)
client.on_message = forward
client.on_connect = lambda c, *_: c.subscribe(os.environ["TOPIC_INFO"], 1)
client.on_subscribe = lambda *_: print("connected", flush=True)
client.connect("127.0.0.1", int(os.environ["BROKER_PORT"]))
client.loop_forever()
"""
COMMANDS = {"bridge": ["-m", "mqtt_bridge"], "obvious": ["-c", OBVIOUS]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One measurement."""

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
        "TOPIC_REQUEST": "stocks/request",
        "TOPIC_VALIDATION": "stocks/validation",
        "PRICES_QUEUE_URL": f"{QUEUES}/prices",
        "REQUESTS_QUEUE_URL": f"{QUEUES}/requests",
        "VALIDATIONS_QUEUE_URL": f"{QUEUES}/validations",
        "OUTBOUND_QUEUE_URL": f"{QUEUES}/outbound",
        "HEALTH_FILE": f"{folder}/alive",
    }


def cpu_s(pid: int) -> float:
    """User and system time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def process(arguments: list[str], **kwargs: object) -> Iterator[subprocess.Popen[str]]:
    """A Python process that ends with the block."""
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, text=True, **kwargs) as running:  # type: ignore[call-overload] - options are handed on as they come
        try:
            yield running
        finally:
            running.terminate()
            running.communicate()


def measure(which: str, messages: int, latency_ms: float) -> Run:
    """Publish, and wait until everything is in SQS."""
    stub = ["-m", "bench.sqs_stub", "--port", str(STUB_PORT), "--latency-ms", str(latency_ms)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Broker(listen="127.0.0.1", port=BROKER_PORT),
        process(stub),
        process(COMMANDS[which], env=environment(folder), stdout=subprocess.PIPE) as bridge,
    ):
        assert bridge.stdout
        for line in bridge.stdout:
            if '"connected"' in line or line == "connected\n":
                break
        before = cpu_s(bridge.pid)
        began = time.monotonic()
        publish(messages)
        wait_for(messages)
        wall_s = time.monotonic() - began
        return Run(messages=messages, wall_s=wall_s, cpu_s=cpu_s(bridge.pid) - before)


def publish(messages: int) -> None:
    """Hand everything to the broker."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(0)
    client.connect("127.0.0.1", BROKER_PORT)
    client.loop_start()
    infos = [client.publish(TOPIC, PAYLOAD, qos=1) for _ in range(messages)]
    for info in infos:
        info.wait_for_publish()
    client.disconnect()
    client.loop_stop()


def wait_for(messages: int) -> None:
    """Ask the stub until it holds that many."""
    sqs = botocore.session.get_session().create_client(
        "sqs",
        region_name=ENVIRONMENT["AWS_REGION"],
        endpoint_url=f"http://127.0.0.1:{STUB_PORT}",
        aws_access_key_id=ENVIRONMENT["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
    )
    while True:
        answer = sqs.get_queue_attributes(QueueUrl=f"{QUEUES}/prices", AttributeNames=["All"])
        if int(answer["Attributes"]["ApproximateNumberOfMessages"]) >= messages:
            return
        time.sleep(0.02)


def spread(values: list[float]) -> str:
    """Median, smallest and largest."""
    return f"{statistics.median(values):8,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def main() -> None:
    """Measure both, print a table, and fail below the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--latency-ms", type=float, default=15.0)
    parser.add_argument("--target", type=float, default=2_000.0, help="messages per CPU second")
    options = parser.parse_args()
    print(f"{options.runs} runs, {options.latency_ms:g} ms a call, {len(PAYLOAD)} bytes a message")
    print(f"{'':28}{'per CPU second':>28}{'per second':>28}")
    rows = {
        "mqtt_bridge, ack after SQS": ("bridge", options.messages),
        # One call at a time: a twentieth of the messages takes long enough.
        "callback and send_message": ("obvious", max(200, options.messages // 20)),
    }
    medians = []
    for name, (which, messages) in rows.items():
        runs = [measure(which, messages, options.latency_ms) for _ in range(options.runs)]
        per_cpu = [run.messages / run.cpu_s for run in runs]
        per_wall = [run.messages / run.wall_s for run in runs]
        medians.append(statistics.median(per_cpu))
        print(f"{name:28}{spread(per_cpu):>28}{spread(per_wall):>28}", flush=True)
    print(f"{medians[0] / medians[1]:.1f} times as many messages per CPU second")
    if medians[0] < options.target:
        sys.exit(f"below the target of {options.target:,.0f} messages per CPU second")


if __name__ == "__main__":
    main()
