"""From SQS to the broker: byte for byte, deleted only after the broker's acknowledgement."""

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mqtt_bridge.limits import Limits
from mqtt_bridge.logs import LOG, JsonLines
from tests.fakes.sqs import SqsStub
from tests.integration.mqtt_bridge.world import (
    QUICK,
    REQUEST,
    Iotcore,
    Mosquitto,
    Peer,
    environment,
    eventually,
    running_bridge,
)

PROXY_PORT = 1925
ORDER = '{"request_id":"be0e538d","quantity":2.50,"symbol":"ñandú"}'


def test_bodies_are_published_byte_for_byte_and_deleted(
    broker: Iotcore | Mosquitto, stub: SqsStub, client_id: str, tmp_path: Path
) -> None:
    bodies = [ORDER, "  not json ", *(f"order {i}" for i in range(248))]
    with Peer(broker.port, subscribe=REQUEST) as peer:
        for body in bodies:
            stub.put("outbound", body)
        with running_bridge(environment(broker.port, stub, client_id, tmp_path)) as bridge:
            eventually(lambda: len(peer.seen) == 250)
            eventually(lambda: stub.bodies("outbound") == [])
            eventually(lambda: bridge.counters.snapshot()["deleted"] == 250)
            assert bridge.outward.in_flight == 0
        assert sorted(peer.seen) == sorted(body.encode() for body in bodies)


def test_the_log_tells_the_way_of_a_message_by_its_id_and_says_nothing_else_of_it(
    broker: Iotcore | Mosquitto,
    stub: SqsStub,
    client_id: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger=LOG.name)
    stub.put("outbound", "no id at all")
    stub.put("outbound", ORDER)
    with (
        running_bridge(environment(broker.port, stub, client_id, tmp_path)) as bridge,
        Peer(broker.port, subscribe=REQUEST) as another,
    ):
        another.publish(REQUEST, ORDER.replace("be0e538d", "of-others").encode())
        eventually(lambda: len(stub.bodies("requests")) == 3, what="both echoes, and another's")
        eventually(lambda: bridge.counters.snapshot()["deleted"] == 2)
    said = [json.loads(JsonLines().format(record)) for record in caplog.records]
    ways = [line for line in said if "correlation_ids" in line]
    # An echo may be quicker than the acknowledgement.
    assert sorted((line["event"], line.get("queue"), line["correlation_ids"]) for line in ways) == [
        ("forwarded", "requests", ["be0e538d"]),
        ("published", None, ["be0e538d"]),
    ]
    assert "ñandú" not in str(said)


def test_our_own_request_comes_back_as_an_envelope(
    broker: Iotcore | Mosquitto, stub: SqsStub, client_id: str, tmp_path: Path
) -> None:
    with running_bridge(environment(broker.port, stub, client_id, tmp_path)):
        stub.put("outbound", ORDER)
        eventually(lambda: len(stub.bodies("requests")) == 1, what="the echo")


def test_while_the_broker_is_away_nothing_is_pulled(
    broker: Iotcore | Mosquitto, stub: SqsStub, client_id: str, tmp_path: Path
) -> None:
    with running_bridge(environment(broker.port, stub, client_id, tmp_path)) as bridge:
        broker.stop()
        eventually(lambda: not bridge.transport.is_connected)
        time.sleep(1.2)  # the long poll that was open ends
        stub.put("outbound", ORDER)
        time.sleep(1.0)
        assert [held.receives for held in stub.held("outbound")] == [0]
        broker.start()
        eventually(lambda: len(stub.bodies("requests")) == 1, what="our own request comes back")
        eventually(lambda: stub.bodies("outbound") == [])
        assert bridge.counters.snapshot()["connected"] == 2


class Gate:
    """A TCP proxy before the broker; while shut, the broker's answers do not come through."""

    def __init__(self, target_port: int) -> None:
        self.open = threading.Event()
        self.open.set()
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
            server = socket.create_connection(("127.0.0.1", self._target_port))
            self._pump(client, server, always=True)
            self._pump(server, client, always=False)

    def _pump(self, source: socket.socket, sink: socket.socket, *, always: bool) -> None:
        def run() -> None:
            with source, sink:
                try:
                    while data := source.recv(65536):
                        if not always:
                            self.open.wait()
                        sink.sendall(data)
                    sink.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

        threading.Thread(target=run, daemon=True).start()


@contextmanager
def gate_before(port: int) -> Iterator[Gate]:
    gate = Gate(port)
    try:
        yield gate
    finally:
        gate.open.set()
        gate.close()


def test_without_an_acknowledgement_nothing_is_deleted_and_it_comes_again(
    broker: Iotcore | Mosquitto, stub: SqsStub, client_id: str, tmp_path: Path
) -> None:
    limits = Limits(puback_s=0.5, visibility_s=1, poll_s=1, drain_s=4, first_delay_s=0.05)
    with (
        gate_before(broker.port) as gate,
        Peer(broker.port, subscribe=REQUEST) as peer,
        running_bridge(environment(PROXY_PORT, stub, client_id, tmp_path), limits) as bridge,
    ):
        gate.open.clear()
        stub.put("outbound", ORDER)
        eventually(lambda: len(peer.seen) >= 2, what="published, and again after its visibility")
        assert stub.bodies("outbound") == [ORDER]
        counts = bridge.counters.snapshot()
        assert counts["deleted"] == counts["published"] == 0
        assert counts["unconfirmed"] >= 1
        gate.open.set()
        eventually(lambda: stub.bodies("outbound") == [], what="deleted after the PUBACK")


def test_the_bridge_is_well_only_while_both_directions_move(
    iotcore: Iotcore, stub: SqsStub, client_id: str, tmp_path: Path
) -> None:
    limits = Limits(stuck_s=1.5, poll_s=1, first_delay_s=0.05, longest_delay_s=0.1)
    with running_bridge(environment(iotcore.port, stub, client_id, tmp_path), limits) as bridge:
        assert bridge.is_healthy()
        stub.faults.down = True
        eventually(lambda: not bridge.outward.is_moving(), what="nothing can be pulled")
        assert not bridge.is_healthy()
        stub.faults.down = False
        eventually(bridge.is_healthy)
        stub.faults.fail_entry = lambda body: "InternalError"
        with Peer(iotcore.port) as peer:
            peer.publish(REQUEST, b"stuck")
        eventually(lambda: not bridge.inward.is_moving(), what="a message waits too long")
        assert not bridge.is_healthy()
        stub.faults.fail_entry = lambda body: None
        eventually(bridge.is_healthy)


def test_deleting_is_tried_again_while_sqs_is_down(
    iotcore: Iotcore, stub: SqsStub, client_id: str, tmp_path: Path
) -> None:
    with (
        gate_before(iotcore.port) as gate,
        running_bridge(environment(PROXY_PORT, stub, client_id, tmp_path), QUICK) as bridge,
    ):
        gate.open.clear()
        stub.put("outbound", ORDER)
        eventually(lambda: bridge.outward.in_flight == 1)
        stub.faults.down = True
        gate.open.set()
        eventually(lambda: bridge.counters.snapshot()["published"] == 1)
        time.sleep(0.5)
        assert stub.bodies("outbound") == [ORDER]
        stub.faults.down = False
        eventually(lambda: stub.bodies("outbound") == [])


def test_the_window_bounds_what_is_published_without_an_answer(
    iotcore: Iotcore, stub: SqsStub, client_id: str, tmp_path: Path
) -> None:
    limits = Limits(outbound_window=20, poll_s=1, drain_s=3, first_delay_s=0.05)
    with (
        gate_before(iotcore.port) as gate,
        running_bridge(environment(PROXY_PORT, stub, client_id, tmp_path), limits) as bridge,
    ):
        gate.open.clear()
        for i in range(60):
            stub.put("outbound", f"order {i}")
        eventually(lambda: bridge.outward.in_flight == 20)
        time.sleep(1.0)
        assert bridge.counters.snapshot()["pulled"] == 20
        gate.open.set()
        eventually(lambda: stub.bodies("outbound") == [])


def test_what_is_in_doubt_at_the_end_is_given_back_at_once(
    iotcore: Iotcore, stub: SqsStub, client_id: str, tmp_path: Path
) -> None:
    limits = Limits(poll_s=1, drain_s=2)
    with (
        gate_before(iotcore.port) as gate,
        running_bridge(environment(PROXY_PORT, stub, client_id, tmp_path), limits) as bridge,
    ):
        gate.open.clear()
        stub.put("outbound", ORDER)
        eventually(lambda: bridge.outward.in_flight == 1)
        assert not bridge.drain()
        assert stub.held("outbound")[0].visible_at <= time.monotonic()
