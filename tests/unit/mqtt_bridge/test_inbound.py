"""Envelopes, and what Inbound takes, leaves and drops, without any queue."""

import base64
import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mqtt_bridge.aws import MAX_BYTES, Queues
from mqtt_bridge.inbound import Inbound, envelope, fits
from mqtt_bridge.observability import Counters, RecentRequestIds
from mqtt_bridge.settings import Limits
from mqtt_bridge.transport import InboundMessage
from mqtt_bridge.workers import Workers

NOON = datetime(2023, 10, 29, 12, 0, 0, 123456, tzinfo=UTC)


def unwrap(body: str) -> bytes:
    content = json.loads(body)
    if "payload_b64" in content:
        return base64.b64decode(content["payload_b64"])
    return str(content["payload"]).encode()


@given(st.binary() | st.text().map(str.encode))
def test_a_payload_of_any_bytes_is_restored(payload: bytes) -> None:
    assert unwrap(envelope("stocks/info", payload, NOON)) == payload


@given(st.binary() | st.text().map(str.encode), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_body_holds_no_character_that_sqs_refuses(payload: bytes, topic: str) -> None:
    body = envelope(topic, payload, NOON)
    assert all(" " <= c <= "~" for c in body)
    assert json.loads(body)["topic"] == topic


def test_the_envelope_is_the_documented_one() -> None:
    assert json.loads(envelope("stocks/info", b'{"a":1.50}', NOON)) == {
        "v": 1,
        "topic": "stocks/info",
        "payload": '{"a":1.50}',
        "received_at": "2023-10-29T12:00:00.123456Z",
    }


def test_a_payload_that_is_not_utf_8_travels_as_base64() -> None:
    content = json.loads(envelope("t", b"\xff\x00", NOON))
    assert content["payload_b64"] == "/wA="
    assert "payload" not in content


def test_the_limit_is_inclusive() -> None:
    overhead = len(envelope("t", b"", NOON))
    assert fits(envelope("t", b"x" * (MAX_BYTES - overhead), NOON))
    assert not fits(envelope("t", b"x" * (MAX_BYTES - overhead + 1), NOON))


@given(st.integers(0, MAX_BYTES + 2), st.sampled_from([b"x", b"\xff", b"\x00"]))
def test_an_envelope_never_fits_when_its_payload_does_not(size: int, byte: bytes) -> None:
    payload = byte * size
    if len(payload) > MAX_BYTES:
        assert not fits(envelope("t", payload, NOON))


class Fixture:
    """An Inbound without sender threads, so everything that it takes stays."""

    def __init__(self, **limits: int) -> None:
        self.acknowledged: list[object] = []
        self.counters = Counters()
        self.inbound = Inbound(
            queues=Queues(None),
            queue_urls={"stocks/info": "http://sqs/prices"},
            acknowledge=self.acknowledged.extend,
            counters=self.counters,
            limits=Limits(**limits),
            recent_request_ids=RecentRequestIds(1),
            clock=lambda: NOON,
            workers=Workers(stuck_s=60),
        )

    def offer(self, payload: bytes, topic: str = "stocks/info") -> None:
        self.inbound.offer(InboundMessage(topic, payload, payload))


def test_room_ends_with_the_number_of_messages() -> None:
    fixture = Fixture(window_messages=2)
    for payload in (b"a", b"b"):
        assert fixture.inbound.has_room()
        fixture.offer(payload)
    assert not fixture.inbound.has_room()
    assert fixture.inbound.held == fixture.inbound.peak_held == 2
    assert fixture.acknowledged == []


def test_room_ends_with_the_bytes() -> None:
    fixture = Fixture(window_bytes=1_000)
    fixture.offer(b"x" * 500)
    assert fixture.inbound.has_room()
    fixture.offer(b"x" * 500)
    assert not fixture.inbound.has_room()


def test_after_stop_a_message_is_left_with_the_broker() -> None:
    fixture = Fixture()
    fixture.inbound.stop()
    fixture.offer(b"late")
    assert fixture.acknowledged == []
    assert fixture.counters.snapshot()["received"] == 0


def test_a_message_that_can_never_be_sent_is_counted_and_acknowledged() -> None:
    fixture = Fixture()
    fixture.offer(b"lost", topic="elsewhere")
    fixture.offer(b"x" * MAX_BYTES)
    assert fixture.acknowledged == [b"lost", b"x" * MAX_BYTES]
    assert fixture.counters.snapshot()["unroutable"] == fixture.counters.snapshot()["oversize"] == 1
    assert fixture.inbound.held == 0
