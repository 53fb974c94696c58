"""What the bridge wraps is unwrapped byte for byte; anything else is put aside."""

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.wire.envelope import envelope_in
from lambdas.wire.malformed import Malformed

RECEIVED_AT = "2023-10-29T19:32:51.123456Z"


def a_body(**changes: object) -> str:
    values = {"v": 1, "topic": "stocks/info", "payload": "{}", "received_at": RECEIVED_AT}
    return json.dumps(
        {key: value for key, value in (values | changes).items() if value is not None}
    )


@given(st.text())
def test_text_comes_out_as_it_went_in(text: str) -> None:
    envelope = envelope_in(a_body(payload=text))
    assert envelope.payload == text.encode()
    assert envelope.received_at == datetime(2023, 10, 29, 19, 32, 51, 123456, tzinfo=UTC)


@given(st.binary())
def test_bytes_come_out_as_they_went_in(payload: bytes) -> None:
    body = a_body(payload=None, payload_b64=b64encode(payload).decode())
    assert envelope_in(body).payload == payload


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "nonsense",
        a_body(v=2),
        a_body(received_at="yesterday"),
        a_body(topic=7),
        a_body(payload=None, payload_b64="*"),
        "[" * 100_000,
    ],
)
def test_what_the_bridge_would_not_send_is_put_aside(body: str) -> None:
    with pytest.raises(Malformed):
        envelope_in(body)
