"""What the bridge's tests run on loopback: real brokers, a plain MQTT peer, the process itself."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import paho.mqtt.client as paho
from iotcore import Broker as Rumqttd
from paho.mqtt.enums import CallbackAPIVersion

from mqtt_bridge.bridge import Bridge
from mqtt_bridge.settings import Limits, Settings
from tests.fakes.sqs import ENVIRONMENT, Sqs

ROOT = Path(__file__).parents[3]
INFO, REQUEST, VALIDATION = "stocks/info", "stocks/request", "stocks/validation"
QUEUES = {INFO: "prices", REQUEST: "requests", VALIDATION: "validations"}
MOSQUITTO_PORT, IOTCORE_PORT, IOTCORE_V5_PORT, PROXY_PORT = 1920, 1921, 1922, 1925
_PUBACK = 4  # packet type
QUICK = Limits(first_delay_s=0.05, longest_delay_s=0.4, poll_s=1, tick_s=0.2)


def eventually(holds: Callable[[], Any], timeout_s: float = 15.0, *, what: str = "") -> None:
    """Wait until the condition holds; fail with `what` when it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what or holds}"
        time.sleep(0.02)


def mosquitto_path() -> str | None:
    """Return the path of mosquitto; Debian installs it outside an ordinary user's PATH."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Mosquitto:
    """A mosquitto process that keeps its sessions over an orderly restart."""

    def __init__(self, folder: Path, port: int = MOSQUITTO_PORT, extra: str = "") -> None:
        self.port = port
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        if "listener" not in extra:
            extra += f"\nlistener {port} 127.0.0.1"
        if "allow_anonymous" not in extra:
            extra += "\nallow_anonymous true"
        # By default messages above 1,000 in a queue are dropped without any notice.
        (folder / "mosquitto.conf").write_text(
            f"persistence true\npersistence_location {folder}/\nuser root\n"
            f"max_queued_messages 0\nlog_dest none\n{extra}\n"
        )

    def start(self) -> None:
        path = mosquitto_path()
        assert path
        self._process = subprocess.Popen([path, "-c", self._folder / "mosquitto.conf"])
        eventually(lambda: port_open(self.port), what="mosquitto listens")

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(5)
            self._process = None


class Iotcore:
    """rumqttd inside this process; its sessions end with it."""

    def __init__(self, folder: Path, port: int = IOTCORE_PORT, *, protocol: int = 4) -> None:
        self.port = port
        config = folder / f"rumqttd-{port}.toml"
        config.write_text(f"""
id = 0
[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[v{protocol}.1]
name = "bridge"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[v{protocol}.1.connections]
connection_timeout_ms = 5000
max_payload_size = 2097152
max_inflight_count = 100
dynamic_filters = true
""")
        self._broker = Rumqttd(config_path=str(config))

    def start(self) -> None:
        self._broker.start()

    def stop(self) -> None:
        self._broker.stop()


def port_open(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.2):
            return True
    except OSError:
        return False


class Peer:
    """Another client of the broker: publishes with QoS 1, and remembers what it sees."""

    def __init__(self, port: int, *, subscribe: str | None = None, v5: bool = False) -> None:
        self.seen: list[bytes] = []
        ready = threading.Event()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5 if v5 else paho.MQTTv311
        )
        self._client.max_inflight_messages_set(0)
        self._client.on_message = lambda c, u, message: self.seen.append(bytes(message.payload))
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_connect = lambda *_: self._connected(subscribe, ready)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert ready.wait(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, subscribe: str | None, ready: threading.Event) -> None:
        if subscribe:
            self._client.subscribe(subscribe, 1)
        else:
            ready.set()

    def publish(self, topic: str, *payloads: bytes) -> None:
        """Publish, and wait until the broker has everything."""
        infos = [self._client.publish(topic, payload, qos=1) for payload in payloads]
        for info in infos:
            info.wait_for_publish(20)
            assert info.is_published()


class Gate:
    """A TCP proxy in front of the broker that can delay, drop or change its packets."""

    def __init__(self, target_port: int) -> None:
        self.open = threading.Event()
        self.open.set()  # while clear, nothing of the broker arrives
        self.loses_pubacks = False  # while set, the broker's PUBACKs are dropped
        self.refuses = False  # while set, they say 'not authorized' (MQTT 5)
        self.connections = 0
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", PROXY_PORT))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                server = socket.create_connection(("127.0.0.1", self._target_port))
            except OSError:
                client.close()
                continue
            self._pump(partial(client.recv, 65536), client, server)
            self._pump(partial(self._from_broker, server), server, client)

    def _from_broker(self, server: socket.socket) -> bytes:
        """Return the next packet to pass on; an empty one at the end of the connection."""
        while packet := _packet(server):
            is_puback = packet[0] >> 4 == _PUBACK
            if is_puback and self.loses_pubacks:
                continue
            if is_puback and self.refuses:
                packet = b"\x40\x03" + packet[2:4] + b"\x87"
            self.open.wait()
            return packet
        return b""

    def _pump(
        self, receive: Callable[[], bytes], source: socket.socket, sink: socket.socket
    ) -> None:
        def run() -> None:
            with source, sink:
                try:
                    while data := receive():
                        sink.sendall(data)
                    sink.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

        threading.Thread(target=run, daemon=True).start()


def _packet(source: socket.socket) -> bytes:
    """Read one MQTT packet: type, length in base 128, content."""
    head = source.recv(1)
    length, shift = 0, 0
    while head:
        head += (digit := source.recv(1, socket.MSG_WAITALL))
        length |= (digit[0] & 127) << shift
        shift += 7
        if digit[0] < 128:
            return head + (source.recv(length, socket.MSG_WAITALL) if length else b"")
    return b""


@contextmanager
def gate_before(port: int) -> Iterator[Gate]:
    gate = Gate(port)
    try:
        yield gate
    finally:
        gate.open.set()
        gate.close()


def environment(port: int, sqs: Sqs, client_id: str, folder: Path, **more: str) -> dict[str, str]:
    """Return the whole environment of `python -m mqtt_bridge`."""
    return {
        **ENVIRONMENT,
        "AWS_ENDPOINT_URL": sqs.url,
        "MQTT_URL": f"mqtt://127.0.0.1:{port}",
        "MQTT_CLIENT_ID": client_id,
        "TOPIC_INFO": INFO,
        "TOPIC_REQUEST": REQUEST,
        "TOPIC_VALIDATION": VALIDATION,
        "PRICES_QUEUE_URL": sqs.queue_url("prices"),
        "REQUESTS_QUEUE_URL": sqs.queue_url("requests"),
        "VALIDATIONS_QUEUE_URL": sqs.queue_url("validations"),
        "OUTBOUND_QUEUE_URL": sqs.queue_url("outbound"),
        "HEALTH_FILE": str(folder / "alive"),
        **more,
    }


@contextmanager
def running_bridge(environ: dict[str, str], limits: Limits = QUICK) -> Iterator[Bridge]:
    """Run the bridge inside this process: connected at first, drained at the end."""
    bridge = Bridge(Settings.load(environ), clock=lambda: datetime.now(UTC), limits=limits)
    bridge.start()
    try:
        assert bridge.transport.wait_connected(10)
        yield bridge
    finally:
        bridge.drain()
        assert not bridge.workers.has_fatal_error, "a thread of the bridge met a bug"


class Process:
    """`python -m mqtt_bridge` as a process of its own."""

    started: ClassVar[list["Process"]] = []

    def __init__(
        self,
        environ: dict[str, str],
        log: Path,
        *,
        command: Sequence[str] = (sys.executable, "-m", "mqtt_bridge"),
        cwd: Path = ROOT,
    ) -> None:
        self._log = log
        with log.open("ab") as out:
            self._popen = subprocess.Popen(
                command,
                cwd=cwd,
                env={"PATH": os.environ["PATH"], **environ},
                stdout=out,
                stderr=out,
            )
        self.started.append(self)

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        """Return the log lines, all or those with this message."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines()]
        return [line for line in lines if name is None or line["message"] == name]

    def await_event(self, name: str, n: int = 1) -> None:
        eventually(lambda: len(self.events(name)) >= n, what=f"{name} logged {n} times")

    def kill(self) -> None:
        self._popen.kill()
        self._popen.wait(5)

    def send(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)

    def terminate(self) -> int:
        """Send SIGTERM and return the exit status, which must come within ten seconds."""
        self.send(signal.SIGTERM)
        return self._popen.wait(10)

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None


def payloads(sqs: Sqs, queue: str) -> list[str]:
    """Return the MQTT payloads that reached a queue, as text."""
    return [json.loads(body)["payload"] for body in sqs.bodies(queue)]
