"""Hostile payloads, made from the example messages by changing their structure or their bytes.

Each draw is keyed by a seed and a number, so that any payload can be made again alone.
"""

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

MESSAGES: Final = Path(__file__).parents[1] / "messages"
_ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    3,
    3.0,
    1e308,
    -0.0,
    10**40,
    "",
    " ",
    "3",
    " 03 ",
    "٣",
    "true",
    "NaN",
    "Infinity",
    "-1",
    "1e400",
    "\u0000",
    "\ud800",
    "💥" * 70,
    "x" * 300,
    "2023-02-31T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    [],
    {},
    [[[]]],
    {"symbol": "AAPL", "price": 1},
    '[{"symbol": "KO", "price": 1.23456789}]',
    "[1, 2",
)
_BYTES: Final = (b"\x00", b"\xff", b"\xc3", b'"', b"{", b"}", b"[", b"]", b"\\", b",", b"9" * 50)


@cache
def examples(topic: str) -> list[bytes]:
    """The example messages of a topic."""
    return [path.read_bytes() for path in sorted(MESSAGES.glob(f"{topic}*"))]


def payload(topic: str, number: int, ids: list[str]) -> bytes:
    """The hostile payload of that number. `ids` are requests that exist."""
    rng = Random(f"{topic}/{number}")
    raw = rng.choice(examples(topic))
    kind = rng.random()
    if kind < 0.7:
        raw = _restructured(raw, rng, ids)
    if kind > 0.55:
        raw = _scrambled(raw, rng)
    return raw


def _restructured(raw: bytes, rng: Random, ids: list[str]) -> bytes:
    try:
        message = json.loads(raw)
    except ValueError:
        return raw
    if not isinstance(message, dict):
        return raw
    if rng.random() < 0.3:
        message["request_id"] = rng.choice(ids)
    for _ in range(rng.randint(0, 3)):
        _change(message, rng)
    if rng.random() < 0.02:
        message["deep"] = _nested(rng.choice([10, 500, 5000]))
    return json.dumps(message).replace('"@deep@"', "").encode("utf-8", "surrogatepass")


def _change(message: dict[str, Any], rng: Random) -> None:
    name = rng.choice([*message, "group_id", "valid", "quantity", "stocks", "datetime"])
    match rng.randint(0, 3):
        case 0:
            message.pop(name, None)
        case 1:
            message[rng.choice(["extra", name + " ", name.upper()])] = rng.choice(_ODD)
        case _:
            message[name] = rng.choice(_ODD)


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(min(depth, 500)):  # json.dumps itself gives up beyond
        value = [value]
    return value


def _scrambled(raw: bytes, rng: Random) -> bytes:
    data = bytearray(raw)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(data))
        match rng.randint(0, 3):
            case 0:
                del data[at : at + rng.randint(1, 20)]
            case 1:
                data[at:at] = rng.choice(_BYTES)
            case 2:
                data[at:at] = data[at : at + 30]
            case _:
                data[at : at + 1] = bytes([rng.randint(0, 255)])
    return bytes(data)
