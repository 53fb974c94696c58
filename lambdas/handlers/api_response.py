"""Answers of the API: JSON, CSV, and 'what you have is still right'.

Whatever is not marked as cacheable is private and must not be stored.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from lambdas.handlers.api_request import Request
from lambdas.ports import Page
from lambdas.wire.http import Items
from lambdas.wire.http_in import MAX_LIMIT
from lambdas.wire.http_routes import MAX_CSV_ROWS
from lambdas.wire.spreadsheet import csv_text

T = TypeVar("T")

JSON: Final = "application/json"
SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back to the client."""

    status: int
    content_type: str | None
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self, headers: Mapping[str, str]) -> dict[str, Any]:
        """As the gateway wants it (payload 2.0); `headers` are those that every answer has."""
        own = {} if self.content_type is None else {"Content-Type": self.content_type}
        return {
            "statusCode": self.status,
            "headers": {**headers, **own, **self.headers},
            "body": self.body,
            "isBase64Encoded": False,
        }


def answer(
    body: Struct, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The body as JSON."""
    return Response(status, JSON, msgspec.json.encode(body).decode(), headers or {})


def items(page: Page[T], convert: Callable[[T], Struct]) -> Items[Struct]:
    """A page of the store as a page of the API."""
    return Items(items=[convert(item) for item in page.items], next_cursor=page.next_cursor)


def cached(request: Request, body: str, cache_control: str) -> Response:
    """The JSON text `body`, or 304 where the client has this very text."""
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": cache_control}
    if request.has(etag):
        return Response(304, None, "", headers)
    return Response(200, JSON, body, headers)


def csv_answer(
    name: str, model: type[Struct], rows: Iterable[Struct], next_cursor: str | None = None
) -> Response:
    """A table to download. `Next-Cursor` says where to go on when there were more rows."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Vary": "Accept"}
    if next_cursor is not None:
        headers["Next-Cursor"] = next_cursor
    return Response(200, "text/csv; charset=utf-8", csv_text(model, rows), headers)


def whole(fetch: Callable[[int, str | None], Page[T]], cursor: str | None) -> Page[T]:
    """All pages as one, at most MAX_CSV_ROWS items; `next_cursor` where there are more."""
    found: list[T] = []
    for _ in range(MAX_CSV_ROWS // MAX_LIMIT):
        page = fetch(MAX_LIMIT, cursor)
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return Page(items=found, next_cursor=cursor)
