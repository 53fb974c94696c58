"""Seeded randomness, one independent stream per purpose and subject.

A stream is named (`"drop"`, a request id, …), so neither timing nor the order of messages changes
what is drawn, and turning one misbehaviour on does not change another.
"""

import hashlib
import random


def dice(seed: int, *stream: str | int) -> random.Random:
    """The stream of that name: the same arguments always give the same draws."""
    name = stream_name(seed, *stream)
    number = int.from_bytes(hashlib.sha256(name).digest()[:16])
    return random.Random(number)  # noqa: S311  # must be repeatable; guards no secret


def stream_name(*parts: str | int) -> bytes:
    """One unambiguous name: each part carries its length, so ("a", "bc") is not ("ab", "c")."""
    return b"".join(b"%d:%s" % (len(raw), raw) for raw in (_encode(part) for part in parts))


def _encode(part: str | int) -> bytes:
    # Request ids are a stranger's text: JSON may have brought in half a surrogate pair.
    return str(part).encode("utf-8", "surrogatepass")
