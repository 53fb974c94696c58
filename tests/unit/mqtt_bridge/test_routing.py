"""What becomes of a message, and when a batch goes: pure decisions."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt_bridge.routing import (
    MAX_BYTES,
    MAX_ENTRIES,
    batch_length,
    correlation_id,
    envelope,
    fits,
    surely_oversize,
    wait_s,
)

NOON = datetime(2023, 10, 29, 12, 0, 0, 123456, tzinfo=UTC)


def unwrap(body: str) -> bytes:
    content = json.loads(body)
    if "payload_b64" in content:
        return base64.b64decode(content["payload_b64"])
    return str(content["payload"]).encode()


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_come_back_whole(payload: bytes) -> None:
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
def test_what_surely_does_not_fit_does_not_fit(size: int, byte: bytes) -> None:
    payload = byte * size
    if surely_oversize(payload):
        assert not fits(envelope("t", payload, NOON))


@given(st.lists(st.integers(1, MAX_BYTES), min_size=1, max_size=30))
def test_a_batch_is_as_large_as_sqs_allows_and_never_empty(sizes: list[int]) -> None:
    n = batch_length(sizes)
    assert 1 <= n <= MAX_ENTRIES
    assert sum(sizes[:n]) <= MAX_BYTES
    could_grow = n < min(len(sizes), MAX_ENTRIES)
    assert not could_grow or sum(sizes[: n + 1]) > MAX_BYTES


def test_no_messages_no_batch() -> None:
    assert batch_length([]) == 0


@pytest.mark.parametrize(
    ("full", "in_flight", "waited_s", "expected"),
    [
        (False, 0, 0.0, 0.0),  # idle: at once, alone
        (True, 3, 0.0, 0.0),  # full: at once
        (False, 1, 0.0, 0.005),  # others are on their way: company will come
        (False, 1, 0.002, 0.003),
        (False, 1, 1.0, 0.0),  # waited enough
    ],
)
def test_when_a_batch_goes(full: bool, in_flight: int, waited_s: float, expected: float) -> None:
    pause_s = wait_s(waiting=3, full=full, in_flight=in_flight, waited_s=waited_s, linger_s=0.005)
    assert pause_s == pytest.approx(expected)


@pytest.mark.parametrize(
    ("payload", "is_known"),
    [
        (b'{"request_id": "be0e538d-c983-43e8-957b-391746eb4236", "group_id": 3}', True),
        (b'{"group_id":3,"request_id":"be0e538d-c983-43e8-957b-391746eb4236"}', True),
        (b'{"stocks_id": "3f0f6f0e-1c1a-4f6a-9c0e-8a3c9d1d5d5b"}', False),
        (b'{"request_id": "somebody@example.com"}', False),
        (b'{"request_id": "' + b"x" * 65 + b'"}', False),
        (b'{"request_id": 7}', False),
        (b"\xff\x00 rubbish", False),
        (b"", False),
        (b" " * 5000 + b'{"request_id": "x"}', False),
    ],
)
def test_a_message_is_known_in_the_log_by_the_id_that_it_carries_and_by_nothing_else(
    payload: bytes, is_known: bool
) -> None:
    expected = "be0e538d-c983-43e8-957b-391746eb4236" if is_known else None
    assert correlation_id(payload) == expected
