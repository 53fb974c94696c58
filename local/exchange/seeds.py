"""Seeded random sources: one independent source per purpose and subject.

A source is named by its purpose and its subject (for example `"drop"` and a request id), so what it
draws depends neither on timing nor on the order of messages, and enabling one fault leaves the
draws of the others unchanged.
"""

import hashlib
import random


def random_source(seed: int, *name: str | int) -> random.Random:
    """Random source of this name: the same arguments always give the same draws."""
    number = int.from_bytes(hashlib.sha256(_unambiguous(seed, *name)).digest()[:16])
    return random.Random(number)  # noqa: S311  # must be repeatable; protects no secret


def _unambiguous(*parts: str | int) -> bytes:
    """Joins the parts, each with its length, so that ("a", "bc") differs from ("ab", "c")."""
    return b"".join(b"%d:%s" % (len(raw), raw) for raw in map(_encode, parts))


def _encode(part: str | int) -> bytes:
    # Request ids come from outside: JSON allows half a surrogate pair in them.
    return str(part).encode("utf-8", "surrogatepass")
