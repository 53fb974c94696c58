"""Pure decisions of the way inward: what an MQTT message becomes in SQS, and when a batch goes.

Nothing here does I/O or reads a clock.
"""

import base64
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

# SQS takes 1 MiB per message and per batch since August 2025, 256 KiB before. We stay with the
# older limit: queues made with the old default, emulators and other regions' partitions keep it,
# and the exchange's messages are a hundred times smaller. Both limits are the same number on AWS.
MAX_BYTES: Final = 256 * 1024
MAX_ENTRIES: Final = 10  # per SendMessageBatch

# Far more than a request or an answer has: of larger messages nobody asks which one it was.
_LOOKED_AT: Final = 4096
_ID: Final = re.compile(rb'"request_id"\s*:\s*"([0-9A-Za-z-]{1,64})"')

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


def envelope(topic: str, payload: bytes, received_at: datetime) -> str:
    """The body for SQS, in ASCII with the rest escaped: no character that SQS could refuse."""
    text = received_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    try:
        content = {"payload": payload.decode()}
    except UnicodeDecodeError:
        content = {"payload_b64": base64.b64encode(payload).decode()}
    return _encode({"v": 1, "topic": topic, **content, "received_at": text})


def correlation_id(payload: bytes) -> str | None:
    """The id that a message carries through all parts, for the log and for nothing else: where a
    message goes, and whether, never depends on it.
    """
    found = _ID.search(payload, 0, _LOOKED_AT)
    return found[1].decode() if found else None


def fits(body: str) -> bool:
    """Whether SQS takes this body; one character is one byte, because it is ASCII."""
    return len(body) <= MAX_BYTES


def surely_oversize(payload: bytes) -> bool:
    """Whether not even the bare payload fits, so that a huge one is never copied to find out."""
    return len(payload) > MAX_BYTES


def batch_length(sizes: Iterable[int]) -> int:
    """How many of the waiting bodies, oldest first, go into one SendMessageBatch."""
    total = 0
    count = 0
    for size in sizes:
        total += size
        if count == MAX_ENTRIES or (count and total > MAX_BYTES):
            break
        count += 1
    return count


def wait_s(*, waiting: int, full: bool, in_flight: int, waited_s: float, linger_s: float) -> float:
    """How much longer a queue's next batch waits; 0 sends it now.

    A message that finds its queue idle goes at once, alone. While another batch is in flight a
    partial one lingers, because under load the next messages arrive within that time.
    """
    assert waiting > 0
    if full or in_flight == 0:
        return 0.0
    return max(0.0, linger_s - waited_s)
