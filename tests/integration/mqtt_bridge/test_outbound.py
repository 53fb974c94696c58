"""From SQS to the broker: byte for byte, deleted only after the broker's acknowledgement."""

import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mqtt_bridge.observability import logger
from mqtt_bridge.settings import Limits
from tests.fakes.sqs import Sqs
from tests.integration.mqtt_bridge.world import (
    PROXY_PORT,
    QUICK,
    REQUEST,
    Iotcore,
    Mosquitto,
    Peer,
    environment,
    eventually,
    gate_before,
    running_bridge,
)

ORDER = '{"request_id":"be0e538d","quantity":2.50,"symbol":"ñandú"}'


def test_bodies_are_published_byte_for_byte_and_deleted(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    bodies = [ORDER, "  not json ", *(f"order {i}" for i in range(248))]
    with Peer(broker.port, subscribe=REQUEST) as peer:
        sqs.put("outbound", *bodies)
        with running_bridge(environment(broker.port, sqs, client_id, tmp_path)) as bridge:
            eventually(lambda: len(peer.seen) == 250)
            eventually(lambda: sqs.bodies("outbound") == [])
            eventually(lambda: bridge.counters.snapshot()["deleted"] == 250)
            assert bridge.outbound.in_flight == 0
        assert sorted(peer.seen) == sorted(body.encode() for body in bodies)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the bridge logs, instead of on standard output."""
    stream = io.StringIO()
    (handler,) = logger.handlers
    previous = handler.setStream(stream)
    yield stream
    handler.setStream(previous)


def test_the_log_follows_a_message_by_its_id_and_shows_nothing_else_of_it(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path, log: io.StringIO
) -> None:
    sqs.put("outbound", "no id at all")
    sqs.put("outbound", ORDER)
    with (
        running_bridge(environment(broker.port, sqs, client_id, tmp_path)) as bridge,
        Peer(broker.port, subscribe=REQUEST) as another,
    ):
        another.publish(REQUEST, ORDER.replace("be0e538d", "of-others").encode())
        eventually(lambda: len(sqs.bodies("requests")) == 3, what="both echoes, and another's")
        eventually(lambda: bridge.counters.snapshot()["deleted"] == 2)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    found = [line for line in lines if "correlation_ids" in line]
    # An echo may arrive before the acknowledgement.
    assert sorted((it["message"], it.get("queue"), it["correlation_ids"]) for it in found) == [
        ("forwarded", "requests", ["be0e538d"]),
        ("published", None, ["be0e538d"]),
    ]
    assert "ñandú" not in log.getvalue()


def test_the_echo_of_our_own_request_is_forwarded(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    with running_bridge(environment(broker.port, sqs, client_id, tmp_path)):
        sqs.put("outbound", ORDER)
        eventually(lambda: len(sqs.bodies("requests")) == 1, what="the echo")


def test_while_the_broker_is_away_nothing_is_received(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    with running_bridge(environment(broker.port, sqs, client_id, tmp_path)) as bridge:
        broker.stop()
        eventually(lambda: not bridge.transport.is_connected)
        time.sleep(1.2)  # the open long poll ends
        sqs.put("outbound", ORDER)
        time.sleep(1.0)
        assert [held.receives for held in sqs.messages("outbound")] == [0]
        broker.start()
        eventually(lambda: len(sqs.bodies("requests")) == 1, what="our own request comes back")
        eventually(lambda: sqs.bodies("outbound") == [])
        assert bridge.counters.snapshot()["connected"] == 2


STALLING = Limits(
    puback_s=0.3,
    renewal_s=0.6,
    visibility_s=3,
    poll_s=1,
    drain_s=4,
    stuck_s=10,
    first_delay_s=0.05,
    longest_delay_s=0.1,
)


def test_a_broker_that_never_acknowledges_costs_no_receives_and_is_renewed(
    broker: Iotcore | Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path, log: io.StringIO
) -> None:
    with (
        gate_before(broker.port) as gate,
        Peer(broker.port, subscribe=REQUEST) as peer,
        running_bridge(environment(PROXY_PORT, sqs, client_id, tmp_path), STALLING) as bridge,
    ):
        assert bridge.is_connected()
        gate.loses_pubacks = True
        sqs.put("outbound", ORDER)
        eventually(lambda: not bridge.is_connected(), what="the stall is noticed")
        sqs.put("outbound", "a later order")
        time.sleep(2 * STALLING.visibility_s)
        assert gate.connections >= 4, "renewed, again and again"
        assert bridge.is_healthy(), "no reason to restart the task"
        assert not bridge.is_connected()
        receives = {held.body: held.receives for held in sqs.messages("outbound")}
        assert receives == {ORDER: 1, "a later order": 0}
        counts = bridge.counters.snapshot()
        assert counts["deleted"] == counts["published"] == 0
        assert counts["unconfirmed"] >= 3
        assert log.getvalue().count("publications not acknowledged") == 1
        assert set(peer.seen) == {ORDER.encode()}

        gate.loses_pubacks = False
        eventually(lambda: sqs.bodies("outbound") == [], what="deleted after the PUBACK")
        eventually(bridge.is_connected)
        assert b"a later order" in peer.seen
        assert log.getvalue().count("publications acknowledged again") == 1


def test_a_late_acknowledgement_ends_the_stall(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    patient = replace(STALLING, puback_s=0.5, renewal_s=60.0)
    with (
        gate_before(iotcore.port) as gate,
        running_bridge(environment(PROXY_PORT, sqs, client_id, tmp_path), patient) as bridge,
    ):
        gate.open.clear()
        sqs.put("outbound", ORDER)
        eventually(lambda: not bridge.outbound.broker_acknowledges())
        gate.open.set()
        eventually(bridge.is_connected)
        eventually(lambda: sqs.bodies("outbound") == [])


def test_a_message_whose_connection_ends_is_published_again_without_another_receive(
    mosquitto: Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    with (
        gate_before(mosquitto.port) as gate,
        running_bridge(environment(PROXY_PORT, sqs, client_id, tmp_path), QUICK) as bridge,
    ):
        gate.loses_pubacks = True
        sqs.put("outbound", ORDER)
        eventually(lambda: bridge.outbound.in_flight == 1)
        mosquitto.stop()
        gate.loses_pubacks = False
        eventually(lambda: bridge.counters.snapshot()["unconfirmed"] == 1)
        assert [held.receives for held in sqs.messages("outbound")] == [1]
        mosquitto.start()
        eventually(lambda: sqs.bodies("outbound") == [])
        assert bridge.counters.snapshot()["outbound_received"] == 1


def test_the_bridge_is_connected_only_while_sqs_accepts_both_ways_and_healthy_all_the_time(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    limits = Limits(stuck_s=1.5, poll_s=1, first_delay_s=0.05, longest_delay_s=0.1)
    with running_bridge(environment(iotcore.port, sqs, client_id, tmp_path), limits) as bridge:
        assert bridge.is_connected()
        sqs.faults.down = True
        eventually(lambda: not bridge.outbound.sqs_answers(), what="nothing can be received")
        assert not bridge.is_connected()
        assert bridge.is_healthy()
        sqs.faults.down = False
        eventually(bridge.is_connected)
        sqs.faults.fail_entry = lambda body: "InternalError"
        with Peer(iotcore.port) as peer:
            peer.publish(REQUEST, b"stuck")
        eventually(lambda: not bridge.inbound.is_delivering(), what="a message waits too long")
        assert not bridge.is_connected()
        assert bridge.is_healthy()
        sqs.faults.fail_entry = lambda body: None
        eventually(bridge.is_connected)


def test_deleting_is_retried_while_sqs_is_down(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    with (
        gate_before(iotcore.port) as gate,
        running_bridge(environment(PROXY_PORT, sqs, client_id, tmp_path), QUICK) as bridge,
    ):
        gate.open.clear()
        sqs.put("outbound", ORDER)
        eventually(lambda: bridge.outbound.in_flight == 1)
        sqs.faults.down = True
        gate.open.set()
        eventually(lambda: bridge.counters.snapshot()["published"] == 1)
        time.sleep(0.5)
        assert sqs.bodies("outbound") == [ORDER]
        sqs.faults.down = False
        eventually(lambda: sqs.bodies("outbound") == [])


def test_the_window_bounds_the_unacknowledged_messages(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    limits = Limits(outbound_window=20, poll_s=1, drain_s=3, first_delay_s=0.05)
    with (
        gate_before(iotcore.port) as gate,
        running_bridge(environment(PROXY_PORT, sqs, client_id, tmp_path), limits) as bridge,
    ):
        gate.open.clear()
        sqs.put("outbound", *(f"order {i}" for i in range(60)))
        eventually(lambda: bridge.outbound.in_flight == 20)
        time.sleep(1.0)
        assert bridge.counters.snapshot()["outbound_received"] == 20
        gate.open.set()
        eventually(lambda: sqs.bodies("outbound") == [])


def test_unconfirmed_messages_are_returned_at_once_at_shutdown(
    iotcore: Iotcore, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    limits = Limits(poll_s=1, drain_s=2)
    with (
        gate_before(iotcore.port) as gate,
        running_bridge(environment(PROXY_PORT, sqs, client_id, tmp_path), limits) as bridge,
    ):
        gate.open.clear()
        sqs.put("outbound", ORDER)
        eventually(lambda: bridge.outbound.in_flight == 1)
        assert not bridge.drain()
        assert sqs.visible("outbound") == [ORDER]
