"""The process as the platform sees it: signals, exit status, health, logs, settings, imports."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.fakes.sqs import Sqs
from tests.integration.mqtt_bridge.world import (
    INFO,
    REQUEST,
    ROOT,
    Iotcore,
    Mosquitto,
    Peer,
    Process,
    environment,
    eventually,
    payloads,
)


def test_sigterm_drains_what_is_in_flight_and_exits_0(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    environ = environment(broker.port, sqs, client_id, tmp_path)
    process = Process(environ, tmp_path / "log")
    process.await_event("connected")
    sqs.faults.latency_s = 0.3
    with Peer(broker.port) as peer:
        peer.publish(INFO, *[str(i).encode() for i in range(500)])
    sqs.put("outbound", "order")
    eventually(lambda: sqs.seen.calls.get("SendMessageBatch", 0) >= 3)
    began = time.monotonic()
    assert process.terminate() == 0
    assert time.monotonic() - began < 10
    assert process.events("stopped")[0]["drained"] is True
    counts = process.events("counts")[-1]
    assert counts["held"] == 0
    assert counts["forwarded"] == len(sqs.bodies("prices")) > 0

    sqs.faults.latency_s = 0.0
    again = Process(environ, tmp_path / "log")
    eventually(lambda: len(set(payloads(sqs, "prices"))) == 500, what="the rest after the start")
    eventually(lambda: sqs.bodies("outbound") == [])
    assert again.terminate() == 0
    assert len(payloads(sqs, "prices")) == 500, "an orderly stop repeats nothing"


def test_sigterm_with_sqs_down_still_exits_0_in_time_and_loses_nothing(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    environ = environment(iotcore.port, sqs, client_id, tmp_path)
    process = Process(environ, tmp_path / "log")
    process.await_event("connected")
    sqs.faults.down = True
    with Peer(iotcore.port) as peer:
        peer.publish(INFO, *[str(i).encode() for i in range(50)])
    process.await_event("send failed, will retry")
    assert process.terminate() == 0
    assert process.events("stopped")[0]["drained"] is False
    sqs.faults.down = False
    again = Process(environ, tmp_path / "log")
    eventually(lambda: {int(p) for p in payloads(sqs, "prices")} == set(range(50)))
    assert again.terminate() == 0


def test_sigkill_in_the_middle_of_a_thousand_each_way_loses_nothing(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    sqs.faults.latency_s = 0.015
    sqs.faults.longest_visibility_s = 3  # what the killed one had received returns sooner
    environ = environment(broker.port, sqs, client_id, tmp_path)
    sqs.put("outbound", *(f"order {i}" for i in range(1000)))
    with Peer(broker.port, subscribe=REQUEST) as peer:
        process = Process(environ, tmp_path / "log")
        process.await_event("connected")
        prices = [f"price {i}".encode() for i in range(1000)]
        peer.publish(INFO, *prices[:600])
        eventually(lambda: len(sqs.bodies("prices")) >= 100 and len(peer.seen) >= 100)
        process.kill()
        assert len(sqs.bodies("outbound")) > 0, "killed in the middle, outbound"
        assert len(sqs.bodies("prices")) < 1000, "killed in the middle, inbound"
        peer.publish(INFO, *prices[600:])  # while nobody listens

        again = Process(environ, tmp_path / "log")
        eventually(
            lambda: set(payloads(sqs, "prices")) == {p.decode() for p in prices},
            40,
            what="every price in SQS",
        )
        eventually(
            lambda: set(peer.seen) == {f"order {i}".encode() for i in range(1000)},
            40,
            what="every order at the broker",
        )
        eventually(lambda: sqs.bodies("outbound") == [], 20)
        assert again.terminate() == 0


def health(environ: dict[str, str]) -> int:
    command = [sys.executable, "-m", "mqtt_bridge.health"]
    return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def test_health_is_good_during_a_broker_outage_and_the_connection_is_reported_apart(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    alive = tmp_path / "alive"
    environ = environment(iotcore.port, sqs, client_id, tmp_path)
    assert health(environ) == 1
    iotcore.stop()
    process = Process(environ, tmp_path / "log")
    process.await_event("disconnected", 2)
    eventually(lambda: health(environ) == 0, what="healthy without a broker")
    assert alive.read_text() == "not connected"
    iotcore.start()
    process.await_event("connected")
    eventually(lambda: alive.read_text() == "connected")
    iotcore.stop()
    eventually(lambda: alive.read_text() == "not connected")
    time.sleep(2.5)
    assert health(environ) == 0
    iotcore.start()
    process.await_event("connected", 2)
    assert process.terminate() == 0
    assert health(environ) == 1


def test_a_process_that_hangs_becomes_unhealthy(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    alive = tmp_path / "alive"
    alive.touch()  # left over by an earlier run
    os.utime(alive, (0, 0))
    environ = environment(iotcore.port, sqs, client_id, tmp_path)
    assert health(environ) == 1
    process = Process(environ, tmp_path / "log")
    eventually(lambda: health(environ) == 0)
    process.send(signal.SIGSTOP)
    before = alive.stat().st_mtime
    time.sleep(2.5)
    assert alive.stat().st_mtime == before
    os.utime(alive, (before - 60, before - 60))
    assert health(environ) == 1
    process.send(signal.SIGCONT)
    eventually(lambda: health(environ) == 0)
    assert process.terminate() == 0


def test_bad_settings_are_one_sentence_and_status_2(tmp_path: Path) -> None:
    environ = {"MQTT_URL": "mqtt://group3:hunter2@exchange:notaport"}
    run = subprocess.run(
        [sys.executable, "-m", "mqtt_bridge"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr.startswith("mqtt_bridge cannot start: MQTT_URL is not a URL")
    assert run.stderr.count("\n") == 1
    assert "hunter2" not in run.stderr + run.stdout


def test_logs_are_json_lines_without_payloads_or_secrets(
    mosquitto: Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    environ = environment(mosquitto.port, sqs, client_id, tmp_path)
    environ["MQTT_URL"] = f"mqtt://group3:hunter2@127.0.0.1:{mosquitto.port}"
    environ["METRICS_NAMESPACE"] = "FintechAsync/test"
    sqs.faults.refuse_entry = lambda b: "InvalidMessageContents" if "poison" in b else None
    process = Process(environ, tmp_path / "log")
    process.await_event("connected")
    with Peer(mosquitto.port) as peer:
        peer.publish(INFO, b"a secret price", b"poison", b"z" * 300_000)
    process.await_event("refused")
    process.await_event("dropped")
    process.await_event("counts")
    mosquitto.stop()
    process.await_event("disconnected")
    assert process.terminate() == 0
    text = (tmp_path / "log").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {(line["service"], line["timestamp"][-6:]) for line in lines} == {("bridge", "+00:00")}
    assert all(line["message"] for line in lines)
    reports = [line for line in lines if line["message"] == "counts"]
    assert [line["BridgeConnected"] for line in (reports[0], reports[-1])] == [[1.0], [0.0]]
    assert reports[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "FintechAsync/test"
    for never in ("hunter2", "a secret price", "poison", "zzz"):
        assert never not in text


def test_paho_needs_no_mqtt_of_awscrt(sqs: Sqs, tmp_path: Path) -> None:
    code = (
        "import sys, datetime\n"
        "from mqtt_bridge.bridge import Bridge\n"
        "from mqtt_bridge.settings import Settings\n"
        "Bridge(Settings.load(), clock=lambda: datetime.datetime.now(datetime.UTC))\n"
        "print([m for m in sys.modules if m.startswith('awscrt.mqtt')])\n"
    )
    environ = {"PATH": os.environ["PATH"], **environment(1883, sqs, "x", tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, check=True
    )
    assert run.stdout.strip() == b"[]"
