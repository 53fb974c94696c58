"""Hostile requests, and the fault code of each response. The function and the deployed system get
the same ones.
"""

import gzip
import json
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

ORDER: Final[dict[str, Any]] = {"symbol": "AAPL", "quantity": "0.1"}
_CURSOR: Final = "/orders?limit=1&cursor="


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One request. `code` is the function's; a gateway may refuse the request before."""

    method: str = "GET"
    path: str
    code: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


def _order(code: str, body: bytes, **headers: str) -> Hostile:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Hostile(method="POST", path="/orders", code=code, body=body, headers=sent)


def _order_with(code: str, **fields: Any) -> Hostile:
    return _order(code, json.dumps(ORDER | fields, ensure_ascii=False).encode())


NOT_SYMBOLS: Final = {
    "line break and header": "AAPL\r\nSet-Cookie: a=b",
    "null byte": "AAPL\0",
    "SQL": "' OR '1'='1' --",
    "stacked SQL": "AAPL'; DROP TABLE orders;--",
    "PartiQL": '"}] OR attribute_exists("symbol',
    "shell": "$(id)",
    "template": "{{7*7}}${7*7}",
    "script": "<script>alert(1)</script>",
    "climbing": "../../etc/passwd",
    "cyrillic": "ААРL",
    "full width": "ＡＡＰＬ",
    "right to left": "\u202eLPAA",
    "no width": "AA\u200bPL",
    "combining": "A\u0301APL",
    "sharp s": "ß",
    "long s": "ſ",
    "dotted capital": "İ",
    "emoji": "📈",
    "a thousand letters": "A" * 1000,
}
REQUESTS: Final[dict[str, Hostile]] = {
    **{
        f"symbol in the path: {name}": Hostile(
            path=f"/stocks/{quote(text, safe='')}", code="not_found"
        )
        for name, text in NOT_SYMBOLS.items()
    },
    **{
        f"symbol in the body: {name}": _order_with("not_a_symbol", symbol=text)
        for name, text in NOT_SYMBOLS.items()
    },
    **{
        f"order: {name}": Hostile(path=f"/orders/{quote(text, safe='')}", code="not_found")
        for name, text in NOT_SYMBOLS.items()
    },
    **{
        f"cursor: {name}": Hostile(path=_CURSOR + quote(text, safe=""), code="invalid_cursor")
        for name, text in NOT_SYMBOLS.items()
    },
    **{
        f"limit: {limit}": Hostile(path=f"/orders?limit={quote(limit)}", code="out_of_range")
        for limit in ["-1", "0", "101", "9" * 400, "1e2", "0x10", "1;2", "٣", "NaN", "1 OR 1=1", ""]
    },
    "limit: twice": Hostile(path="/orders?limit=1&limit=2", code="out_of_range"),
    "limit: an object": Hostile(path="/orders?limit=%7B%22%24gt%22%3A0%7D", code="out_of_range"),
    "state: an operator": Hostile(path="/orders?state%5B%24ne%5D=x&state=x", code="not_a_state"),
    "key: SQL": Hostile(path="/orders?key=1%20OR%201%3D1", code="not_a_uuid"),
    "time: far away": Hostile(path="/stocks/AAPL/prices?from=99999-01-01", code="not_a_time"),
    "time: nonsense": Hostile(path="/stocks/AAPL/prices?from=now()", code="not_a_time"),
    "time: with a header": Hostile(
        path="/stocks/AAPL/prices?from=2020-01-01T00:00:00Z%0d%0aX: y".replace(" ", "%20"),
        code="not_a_time",
    ),
    "path: long": Hostile(path="/stocks/" + "A" * 4000, code="not_found"),
    "path: deep": Hostile(path="/a" * 2000, code="not_found"),
    "path: climbing": Hostile(path="/..%2f..%2fetc%2fpasswd", code="not_found"),
    "path: a percent sign alone": Hostile(path="/stocks/%25zz", code="not_found"),
    "path: half a character": Hostile(path="/stocks/%c3", code="not_found"),
    "key: with a header": _order(
        "not_a_uuid", json.dumps(ORDER).encode(), Idempotency_Key="x; Set-Cookie: a=b"
    ),
    "key: long": _order("not_a_uuid", json.dumps(ORDER).encode(), Idempotency_Key="a" * 4000),
    "body: deep lists": _order("invalid_json", b'{"symbol": ' + b"[" * 9000),
    "body: deep objects": _order("invalid_json", b'{"a":' * 1800),
    "body: deep and closed": _order("not_a_text", b'{"symbol":' + b"[" * 900 + b"]" * 900 + b"}"),
    "body: gzip": _order(
        "invalid_json", gzip.compress(json.dumps(ORDER).encode()), Content_Encoding="gzip"
    ),
    "body: gzip bomb": _order(
        "invalid_json", gzip.compress(b" " * 5_000_000), Content_Encoding="gzip"
    ),
    "body: too long": _order("body_too_large", b" " * 10_001),
    "body: a form": _order(
        "invalid_json", b"symbol=AAPL&quantity=1", Content_Type="application/x-www-form-urlencoded"
    ),
    "body: XML": _order(
        "invalid_json",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        Content_Type="application/xml",
    ),
    "body: UTF-16": _order("invalid_json", json.dumps(ORDER).encode("utf-16")),
    "body: with a mark of order": _order(
        "invalid_json", b"\xef\xbb\xbf" + json.dumps(ORDER).encode()
    ),
    "body: the last of two symbols is none": _order(
        "not_a_symbol", b'{"symbol": "AAPL", "symbol": "?", "quantity": "0.1"}'
    ),
    "body: an operator": _order_with("not_a_text", symbol={"$gt": ""}),
    "body: a type of DynamoDB": _order_with("not_a_text", symbol={"S": "AAPL"}),
    "quantity: an operator": _order_with("not_a_number", quantity={"$gt": 0}),
    "quantity: huge": _order(
        "not_a_number", b'{"symbol": "AAPL", "quantity": ' + b"9" * 5000 + b"}"
    ),
    "quantity: huge exponent": _order("too_large", b'{"symbol": "AAPL", "quantity": 1e9999}'),
    "quantity: tiny": _order("too_many_decimals", b'{"symbol": "AAPL", "quantity": 1e-9999}'),
}
