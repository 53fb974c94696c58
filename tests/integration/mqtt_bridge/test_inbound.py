"""From the broker to SQS: nothing is lost and memory is bounded, whatever SQS does."""

import json
import time
from functools import partial
from pathlib import Path

from mqtt_bridge.aws import MAX_BYTES
from mqtt_bridge.settings import Limits
from tests.fakes.sqs import Sqs
from tests.integration.mqtt_bridge.world import (
    INFO,
    QUEUES,
    QUICK,
    REQUEST,
    VALIDATION,
    Iotcore,
    Mosquitto,
    Peer,
    environment,
    eventually,
    payloads,
    running_bridge,
)


def holds(sqs: Sqs, queue: str, n: int) -> bool:
    return len(sqs.bodies(queue)) == n


def numbered(n: int, start: int = 0) -> list[bytes]:
    return [str(i).encode() for i in range(start, start + n)]


def test_every_topic_reaches_its_own_queue_in_batches(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    sqs.faults.latency_s = 0.015
    with running_bridge(environment(broker.port, sqs, client_id, tmp_path)) as bridge:
        with Peer(broker.port) as peer:
            for topic in QUEUES:
                peer.publish(topic, *numbered(400))
        for topic, queue in QUEUES.items():
            eventually(partial(holds, sqs, queue, 400), what=queue)
            assert sorted(payloads(sqs, queue), key=int) == [str(i) for i in range(400)]
            assert {json.loads(body)["topic"] for body in sqs.bodies(queue)} == {topic}
        eventually(lambda: bridge.inbound.held == 0)
    assert sum(sqs.seen.batch_sizes) == 1200
    assert len(sqs.seen.batch_sizes) < 600, "under load, batches"
    assert sqs.seen.most_at_once > 1, "several batches in flight"


def test_a_single_message_does_not_wait_for_a_batch(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    limits = Limits(linger_s=5.0, poll_s=1)
    with (
        running_bridge(environment(broker.port, sqs, client_id, tmp_path), limits),
        Peer(broker.port) as peer,
    ):
        began = time.monotonic()
        peer.publish(VALIDATION, b"alone")
        eventually(lambda: payloads(sqs, "validations") == ["alone"], 1.0)
        assert time.monotonic() - began < 0.5


def test_payloads_of_any_bytes_arrive_unchanged(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    with (
        running_bridge(environment(broker.port, sqs, client_id, tmp_path)),
        Peer(broker.port) as peer,
    ):
        peer.publish(REQUEST, b"", b"\xff\xfe", b"\x00\x01 \xef\xbf\xbe", "añil 🙂".encode())
        eventually(lambda: len(sqs.bodies("requests")) == 4)
    found = [json.loads(body) for body in sqs.bodies("requests")]
    assert sorted(e.get("payload", e.get("payload_b64")) for e in found) == sorted(
        ["", "//4=", "\x00\x01 \ufffe", "añil 🙂"]
    )
    assert all(body.isascii() and body.isprintable() for body in sqs.bodies("requests"))


def test_an_oversize_message_is_dropped_and_blocks_nothing(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    with (
        running_bridge(environment(broker.port, sqs, client_id, tmp_path)) as bridge,
        Peer(broker.port) as peer,
    ):
        peer.publish(INFO, b"x" * (MAX_BYTES + 1), b"\x01" * (MAX_BYTES // 3), b"behind")
        eventually(lambda: payloads(sqs, "prices") == ["behind"])
        assert bridge.counters.snapshot()["oversize"] == 2
        assert bridge.inbound.held == 0
    with running_bridge(environment(broker.port, sqs, client_id, tmp_path)) as bridge:
        time.sleep(0.5)
        assert bridge.counters.snapshot()["received"] == 0, "what was dropped is acknowledged"


def test_big_messages_share_a_batch_only_while_they_fit(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    sqs.faults.max_bytes = MAX_BYTES
    sqs.faults.latency_s = 0.05
    with running_bridge(environment(iotcore.port, sqs, client_id, tmp_path)) as bridge:
        with Peer(iotcore.port) as peer:
            peer.publish(INFO, *[b"y" * 100_000 for _ in range(15)])
        eventually(lambda: len(sqs.bodies("prices")) == 15)
        assert bridge.counters.snapshot()["retried"] == 0
    assert max(sqs.seen.batch_sizes) <= 2


def test_only_what_sqs_accepted_is_acknowledged(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    sqs.faults.fail_entry = lambda body: "InternalError" if '"payload":"bad"' in body else None
    sqs.faults.latency_s = 0.1  # `good` goes alone, the other two share the next batch
    environ = environment(broker.port, sqs, client_id, tmp_path)
    with (
        running_bridge(environ, Limits(drain_s=2.0, poll_s=1)) as bridge,
        Peer(broker.port) as peer,
    ):
        peer.publish(INFO, b"good", b"bad", b"also good")
        eventually(lambda: set(payloads(sqs, "prices")) == {"good", "also good"})
        eventually(lambda: bridge.inbound.held == 1)
    sqs.faults.fail_entry = lambda body: None
    sqs.clear()
    with running_bridge(environ):
        eventually(lambda: "bad" in payloads(sqs, "prices"), what="the broker sends it again")
        time.sleep(0.3)
    # Acknowledgements leave in order: what was behind the bad one may come twice.
    assert "good" not in payloads(sqs, "prices")


def test_a_message_that_sqs_always_refuses_blocks_nothing(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    sqs.faults.refuse_entry = lambda b: "InvalidMessageContents" if "poison" in b else None
    with (
        running_bridge(environment(iotcore.port, sqs, client_id, tmp_path)) as bridge,
        Peer(iotcore.port) as peer,
    ):
        peer.publish(INFO, b"one", b"poison", b"two")
        eventually(lambda: set(payloads(sqs, "prices")) == {"one", "two"})
        eventually(lambda: bridge.inbound.held == 0)
        assert bridge.counters.snapshot()["refused"] == 1


def test_partial_failures_are_retried_entry_by_entry(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    tries: dict[str, int] = {}

    def every_third_at_first(body: str) -> str | None:
        tries[body] = tries.get(body, 0) + 1
        number = int(json.loads(body)["payload"])
        return "ServiceUnavailable" if number % 3 == 0 and tries[body] == 1 else None

    sqs.faults.fail_entry = every_third_at_first
    sqs.faults.latency_s = 0.01
    with running_bridge(environment(iotcore.port, sqs, client_id, tmp_path)) as bridge:
        with Peer(iotcore.port) as peer:
            peer.publish(INFO, *numbered(300))
        eventually(lambda: len(sqs.bodies("prices")) == 300)
        assert bridge.counters.snapshot()["retried"] == 100
    assert sorted(map(int, payloads(sqs, "prices"))) == list(range(300)), "none twice"


def test_slow_sqs_bounds_what_is_held_and_loses_nothing(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    sqs.faults.latency_s = 0.1
    limits = Limits(window_messages=15, senders_per_queue=1, poll_s=1)  # below the brokers' own
    with running_bridge(environment(broker.port, sqs, client_id, tmp_path), limits) as bridge:
        with Peer(broker.port) as peer:
            peer.publish(INFO, *numbered(300))
        eventually(lambda: len(sqs.bodies("prices")) >= 300, 30)
        assert 10 <= bridge.inbound.peak_held <= 15
    assert sorted(map(int, payloads(sqs, "prices"))) == list(range(300))


def test_sqs_down_for_a_while_loses_nothing(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    sqs.faults.down = True
    with running_bridge(environment(broker.port, sqs, client_id, tmp_path)) as bridge:
        with Peer(broker.port) as peer:
            peer.publish(INFO, *numbered(250))
        eventually(lambda: bridge.counters.snapshot()["retried"] > 20)
        assert sqs.bodies("prices") == []
        sqs.faults.down = False
        eventually(lambda: len(sqs.bodies("prices")) >= 250)
    assert sorted(map(int, payloads(sqs, "prices"))) == list(range(250))


def test_lost_responses_lose_no_message(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    sqs.faults.lose_answers = True
    with running_bridge(environment(iotcore.port, sqs, client_id, tmp_path), QUICK) as bridge:
        with Peer(iotcore.port) as peer:
            peer.publish(INFO, *numbered(30))
        eventually(lambda: bridge.counters.snapshot()["retried"] > 5)
        sqs.faults.lose_answers = False
        eventually(lambda: bridge.inbound.held == 0)
    assert {int(p) for p in payloads(sqs, "prices")} == set(range(30))


def test_a_sender_that_hangs_is_not_healthy(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    sqs.faults.latency_s = 1.0
    limits = Limits(stuck_s=0.4, poll_s=0)
    with running_bridge(environment(iotcore.port, sqs, client_id, tmp_path), limits) as bridge:
        eventually(bridge.is_healthy)
        with Peer(iotcore.port) as peer:
            peer.publish(INFO, b"a price")
        eventually(lambda: not bridge.is_healthy(), what="a call takes too long")
        eventually(bridge.is_healthy, what="and ends")
        assert payloads(sqs, "prices") == ["a price"]


def test_draining_waits_for_messages_in_flight(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    sqs.faults.latency_s = 1.5  # longer than anything else that draining waits for
    environ = environment(broker.port, sqs, client_id, tmp_path)
    with running_bridge(environ) as bridge, Peer(broker.port) as peer:
        peer.publish(INFO, *numbered(15))
        eventually(lambda: bridge.inbound.held == 15)
        assert bridge.drain()
        assert len(sqs.bodies("prices")) == 15
    with running_bridge(environ) as bridge:
        time.sleep(0.3)
        assert bridge.counters.snapshot()["received"] == 0, "all of it is acknowledged"
