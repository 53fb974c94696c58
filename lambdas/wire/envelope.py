"""The envelope in which the bridge hands an MQTT message to a queue."""

import binascii
from base64 import b64decode
from datetime import datetime
from typing import NamedTuple

import msgspec

from lambdas.wire.malformed import Malformed
from lambdas.wire.times import utc_in


class Envelope(NamedTuple):
    """An MQTT message as it came, and when."""

    topic: str
    payload: bytes
    received_at: datetime


class _Wire(msgspec.Struct):
    topic: str
    received_at: str
    v: int = 1
    payload: str | None = None
    payload_b64: str | None = None


def envelope_in(body: str) -> Envelope:
    """The envelope in a queue message. Raises Malformed for what the bridge would not send."""
    try:
        wire = msgspec.json.decode(body, type=_Wire)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise Malformed("this is no envelope") from None
    if wire.v != 1:
        raise Malformed("an envelope of another version")
    received_at = utc_in(wire.received_at)
    if received_at is None:
        raise Malformed("the envelope's received_at is no time")
    return Envelope(topic=wire.topic, payload=_payload(wire), received_at=received_at)


def _payload(wire: _Wire) -> bytes:
    if wire.payload is not None:
        return wire.payload.encode()
    try:
        return b64decode(wire.payload_b64 or "", validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("the envelope's payload is no base64") from None
