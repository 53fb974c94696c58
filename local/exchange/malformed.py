"""Broken messages of every kind that has been seen on the exchange, made from a good one. Pure.

None of them may pass for a good one: a broken answer never carries a verdict, a broken request can
never be answered. A broken batch may still hold good prices beside the bad ones; readers keep
those.
"""

import json
from collections.abc import Callable
from enum import StrEnum
from random import Random
from typing import Any, Final


class Kind(StrEnum):
    """What a message is; each kind has its topic."""

    INFO = "info"
    REQUEST = "request"
    VALIDATION = "validation"


Breakage = Callable[[bytes], bytes]


def break_message(kind: Kind, payload: bytes, draw: Random) -> bytes:
    """One of the breakages of that kind, done to `payload`."""
    return draw.choice((*ANYWHERE, *OF_KIND[kind]))(payload)


def _instead(text: bytes) -> Breakage:
    return lambda _: text


def _half(payload: bytes) -> bytes:
    return payload[: len(payload) // 2]


def _changed(**values: object) -> Breakage:
    return lambda payload: _dump({**json.loads(payload), **values})


def _without(*keys: str) -> Breakage:
    def breakage(payload: bytes) -> bytes:
        return _dump({k: v for k, v in json.loads(payload).items() if k not in keys})

    return breakage


def _with_bad_items(payload: bytes) -> bytes:
    message = json.loads(payload)
    stocks: list[Any] = json.loads(message["stocks"])
    bad = [
        {"symbol": "", "shortName": "?", "price": "n/a", "currency": "USD"},
        {"symbol": "BADCO", "shortName": "Below Zero, Inc.", "price": -1, "currency": "USD"},
        {"symbol": "BADCO", "shortName": None, "price": None},
        "BADCO",
        None,
    ]
    middle = len(stocks) // 2
    return _dump({**message, "stocks": json.dumps(stocks[:middle] + bad + stocks[middle:])})


def _with_endless_price(payload: bytes) -> bytes:
    message = json.loads(payload)
    stocks = (
        '[{"symbol": "BADCO", "shortName": "Endless, Inc.", "price": 1e400, "currency": "USD"}]'
    )
    return _dump({**message, "stocks": stocks})


def _dump(message: object) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


ANYWHERE: Final[tuple[Breakage, ...]] = (
    _instead(b""),
    _instead(b"undefined"),
    _instead(b"\xff\xfe not json at all {{"),
    _instead(b"null"),
    _instead(b'"hola"'),
    _instead(b"[[[[[[[[" * 1000),
    _half,
)

OF_KIND: Final[dict[Kind, tuple[Breakage, ...]]] = {
    Kind.INFO: (
        _with_bad_items,
        _with_endless_price,
        _without("stocks"),
        _changed(stocks="[{]"),
        _changed(stocks={"AAPL": 1}),
    ),
    Kind.REQUEST: (
        _without("request_id"),
        _without("group_id", "symbol"),
        _changed(quantity="muchas"),
        _changed(group_id="grupo tres"),
        _changed(request_id=None),
    ),
    Kind.VALIDATION: (
        _without("valid"),
        _without("request_id"),
        _changed(valid="tal vez"),
        _changed(valid=None),
        _changed(request_id={"id": 1}),
    ),
}
