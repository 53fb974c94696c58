"""One contract for both transports, each against every broker that speaks its protocol."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from mqtt_bridge.aws import BrokerCredentials
from mqtt_bridge.crt_transport import CrtTransport
from mqtt_bridge.observability import Counters
from mqtt_bridge.paho_transport import PahoTransport
from mqtt_bridge.settings import Broker, Limits, Scheme
from mqtt_bridge.transport import InboundMessage, NotConfirmed, Transport
from mqtt_bridge.workers import Workers
from tests.integration.mqtt_bridge.conftest import needs_mosquitto
from tests.integration.mqtt_bridge.world import (
    INFO,
    PROXY_PORT,
    REQUEST,
    Iotcore,
    Mosquitto,
    Peer,
    eventually,
    gate_before,
)

WORLDS = [
    pytest.param(("paho", "iotcore"), id="paho-iotcore"),
    pytest.param(("crt", "iotcore_v5"), id="crt-iotcore"),
    pytest.param(("paho", "mosquitto"), id="paho-mosquitto", marks=needs_mosquitto),
    pytest.param(("crt", "mosquitto"), id="crt-mosquitto", marks=needs_mosquitto),
]


@dataclass
class Inbox:
    """A Receiver that stores what it receives."""

    messages: list[InboundMessage] = field(default_factory=list)
    room: int = 1_000_000

    def offer(self, message: InboundMessage) -> None:
        self.messages.append(message)

    def has_room(self) -> bool:
        return len(self.messages) < self.room

    @property
    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.messages]


@dataclass
class World:
    """A broker and how to make a transport to it."""

    kind: str
    broker: Iotcore | Mosquitto
    client_id: str
    port: int

    @contextmanager
    def transport(self, inbox: Inbox, **limits: float) -> Iterator[Transport]:
        workers = Workers(stuck_s=60)
        transport = self.make(workers, Limits(first_delay_s=0.05, longest_delay_s=0.4, **limits))  # type: ignore[arg-type]
        transport.start(inbox)
        try:
            assert transport.wait_connected(10)
            yield transport
        finally:
            transport.close(5)
            assert not workers.has_fatal_error

    def make(self, workers: Workers, limits: Limits) -> Transport:
        address = Broker(scheme=Scheme.MQTT, host="127.0.0.1", port=self.port)
        topics = (INFO, REQUEST)
        if self.kind == "crt":
            return CrtTransport(
                broker=address,
                client_id=self.client_id,
                topics=topics,
                login=None,
                counters=Counters(),
                limits=limits,
                workers=workers,
            )
        return PahoTransport(
            broker=address,
            client_id=self.client_id,
            topics=topics,
            credentials=BrokerCredentials(),
            counters=Counters(),
            limits=limits,
            workers=workers,
        )

    def peer(self, subscribe: str | None = None) -> Peer:
        return Peer(self.broker.port, subscribe=subscribe, v5=self.kind == "crt")


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, client_id: str) -> World:
    kind, broker = request.param
    started: Iotcore | Mosquitto = request.getfixturevalue(broker)
    return World(kind, started, client_id, started.port)


def test_only_unacknowledged_messages_are_redelivered(world: World) -> None:
    first, second = Inbox(), Inbox()
    with world.transport(first) as transport:
        with world.peer() as peer:
            peer.publish(INFO, b"a", b"b", b"c")
        eventually(lambda: len(first.messages) == 3)
        transport.acknowledge([first.messages[0].token])
        time.sleep(0.3)
    with world.transport(second):
        eventually(lambda: len(second.messages) >= 2)
        time.sleep(0.3)
        assert sorted(second.payloads) == [b"b", b"c"]


def test_acknowledgements_in_any_order_keep_the_connection(world: World) -> None:
    inbox = Inbox()
    with world.transport(inbox) as transport:
        with world.peer() as peer:
            peer.publish(INFO, *[str(i).encode() for i in range(15)])
            eventually(lambda: len(inbox.messages) == 15)
            for message in reversed(inbox.messages):
                transport.acknowledge([message.token])
            peer.publish(INFO, b"after")
        eventually(lambda: inbox.payloads[-1] == b"after")
        assert len(inbox.messages) == 16, "nothing came twice, so the connection held"


def test_messages_published_while_disconnected_arrive(world: World) -> None:
    with world.transport(Inbox()):
        pass
    with world.peer() as peer:
        peer.publish(INFO, *[str(i).encode() for i in range(50)])
    inbox = Inbox()
    with world.transport(inbox) as transport:
        acknowledged = 0
        deadline = time.monotonic() + 10
        while len(inbox.messages) < 50 and time.monotonic() < deadline:
            new = inbox.messages[acknowledged:]
            transport.acknowledge([message.token for message in new])
            acknowledged += len(new)
            time.sleep(0.02)
        assert sorted(map(int, inbox.payloads)) == list(range(50))


def test_a_publication_is_done_with_the_acknowledgement_of_the_broker(world: World) -> None:
    with world.peer(subscribe=REQUEST) as peer, world.transport(Inbox()) as transport:
        body = '{"ñ": 1.50}'.encode()
        transport.publish(REQUEST, body).result(5)
        eventually(lambda: peer.seen == [body])


def test_a_publication_without_a_broker_is_not_confirmed(world: World) -> None:
    with world.transport(Inbox()) as transport:
        world.broker.stop()
        eventually(lambda: not transport.is_connected)
        with pytest.raises(NotConfirmed):
            transport.publish(REQUEST, b"lost?").result(5)
        world.broker.start()
        assert transport.wait_connected(10), "reconnects by itself"
        transport.publish(REQUEST, b"again").result(5)


def test_a_renewed_connection_ends_the_publications_of_the_old_one(world: World) -> None:
    with gate_before(world.broker.port) as gate:
        through_gate = replace(world, port=PROXY_PORT)
        with world.peer(subscribe=REQUEST) as peer, through_gate.transport(Inbox()) as transport:
            gate.loses_pubacks = True
            publication = transport.publish(REQUEST, b"unacknowledged")
            eventually(lambda: peer.seen == [b"unacknowledged"])
            assert not publication.done()
            transport.reconnect()
            with pytest.raises(NotConfirmed):
                publication.result(5)
            gate.loses_pubacks = False
            eventually(lambda: gate.connections == 2)
            assert transport.wait_connected(10)
            transport.publish(REQUEST, b"acknowledged").result(5)


def test_a_refused_publication_counts_as_not_acknowledged(
    iotcore_v5: Iotcore, client_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = World("crt", iotcore_v5, client_id, PROXY_PORT)
    with gate_before(iotcore_v5.port) as gate, world.transport(Inbox()) as transport:
        gate.refuses = True
        refused = transport.publish(REQUEST, b"not authorized")
        time.sleep(0.5)
        gate.refuses = False
        assert "publication refused" in caplog.text
        assert not refused.done(), "else it would be repeated at once, for ever"
        transport.reconnect()
        with pytest.raises(NotConfirmed):
            refused.result(5)
        assert transport.wait_connected(10)
        transport.publish(REQUEST, b"authorized").result(5)


def test_a_renewed_connection_redelivers_what_is_not_acknowledged(world: World) -> None:
    inbox = Inbox()
    with world.transport(inbox) as transport:
        with world.peer() as peer:
            peer.publish(INFO, b"a", b"b")
        eventually(lambda: len(inbox.messages) == 2)
        transport.acknowledge([inbox.messages[0].token])
        time.sleep(0.3)
        transport.reconnect()
        eventually(lambda: len(inbox.messages) == 3)
        assert inbox.payloads == [b"a", b"b", b"b"]


def test_an_acknowledgement_of_an_earlier_connection_is_dropped(world: World) -> None:
    inbox = Inbox()
    with world.transport(inbox) as transport:
        with world.peer() as peer:
            peer.publish(INFO, b"before")
        eventually(lambda: len(inbox.messages) == 1)
        old = inbox.messages[0].token
        world.broker.stop()
        eventually(lambda: not transport.is_connected)
        world.broker.start()
        assert transport.wait_connected(10)
        with world.peer() as peer:
            peer.publish(INFO, b"after")
        eventually(lambda: b"after" in inbox.payloads)
        transport.acknowledge([old])
        time.sleep(0.3)
        assert transport.is_connected
    again = Inbox()
    with world.transport(again):
        eventually(lambda: b"after" in again.payloads, what="still not acknowledged")


def test_an_acknowledgement_while_disconnected_is_dropped(world: World) -> None:
    inbox = Inbox()
    with world.transport(inbox) as transport:
        with world.peer() as peer:
            peer.publish(INFO, b"before")
        eventually(lambda: len(inbox.messages) == 1)
        world.broker.stop()
        eventually(lambda: not transport.is_connected)
        transport.acknowledge([inbox.messages[0].token])
        world.broker.start()
        assert transport.wait_connected(10)
        with world.peer() as peer:
            peer.publish(INFO, b"after")
        eventually(lambda: b"after" in inbox.payloads)
    again = Inbox()
    with world.transport(again):
        eventually(lambda: b"after" in again.payloads, what="still not acknowledged")


def test_without_room_messages_stay_with_the_broker(world: World) -> None:
    inbox = Inbox(room=10)
    with world.transport(inbox, window_messages=10) as transport:
        with world.peer() as peer:
            peer.publish(INFO, *[str(i).encode() for i in range(40)])
        eventually(lambda: len(inbox.messages) == 10)
        time.sleep(0.5)
        assert len(inbox.messages) == 10
        inbox.room = 1_000
        deadline = time.monotonic() + 10
        while len(set(inbox.payloads)) < 40 and time.monotonic() < deadline:
            transport.acknowledge([message.token for message in list(inbox.messages)])
            time.sleep(0.05)
        assert {int(p) for p in inbox.payloads} == set(range(40))


def test_a_bug_in_the_receiver_is_a_fatal_error(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Inbox):
        def offer(self, message: InboundMessage) -> None:
            raise RuntimeError("a bug")

    workers = Workers(stuck_s=60)
    transport = world.make(workers, Limits())
    transport.start(Broken())
    try:
        assert transport.wait_connected(10)
        with world.peer() as peer:
            peer.publish(INFO, b"x")
        eventually(lambda: workers.has_fatal_error)
        assert "crashed" in caplog.text
    finally:
        transport.close(5)
    assert not [t for t in threading.enumerate() if t.name == "mqtt"]
