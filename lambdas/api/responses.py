"""Responses: JSON, cacheable JSON with an ETag, and CSV exports."""

import csv
import hashlib
import io
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

import msgspec
from aws_lambda_powertools.event_handler import Response
from msgspec import Struct

from lambdas.api.requests import MAX_LIMIT, Request
from lambdas.api.schemas import Items
from lambdas.ports import Page

T = TypeVar("T")
S = TypeVar("S", bound=Struct)

JSON: Final = "application/json"
SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every response. A cacheable response replaces `Cache-Control`."""

MAX_CSV_ROWS: Final = 5_000
CSV_READING_S: Final = 10.0
"""After this time an export starts no further page, so that the function ends within its 20 s."""

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# Some spreadsheets read the full-width forms as these characters.
_FORMULA_STARTS: Final = tuple("=+-@\uff1d\uff0b\uff0d\uff20|%")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def json_response(
    body: Struct, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[str]:
    """The body as JSON."""
    return Response(status, JSON, msgspec.json.encode(body).decode(), headers)


def page_response(page: Page[T], convert: Callable[[T], Struct]) -> Response[str]:
    """A page of a port as a page of the API."""
    items = [convert(item) for item in page.items]
    return json_response(Items(items=items, next_cursor=page.next_cursor))


def cacheable_response(request: Request, text: str, cache_control: str) -> Response[str]:
    """JSON text with an ETag; 304 if the client has a copy of it."""
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": cache_control}
    if request.has_copy(etag):
        return Response(304, None, "", headers)
    return Response(200, JSON, text, headers)


def csv_response(
    name: str, schema: type[S], rows: Iterable[S], next_cursor: str | None = None
) -> Response[str]:
    """A table to download. `Next-Cursor` is the cursor to continue from when there is more."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Vary": "Accept"}
    if next_cursor is not None:
        headers["Next-Cursor"] = next_cursor
    return Response(200, "text/csv; charset=utf-8", csv_text(schema, rows), headers)


def read_pages(fetch: Callable[[int, str | None], Page[T]], cursor: str | None) -> Page[T]:
    """All pages as one, as far as MAX_CSV_ROWS and CSV_READING_S allow."""
    items: list[T] = []
    end = time.monotonic() + CSV_READING_S
    for _ in range(MAX_CSV_ROWS // MAX_LIMIT):
        page = fetch(MAX_LIMIT, cursor)
        items.extend(page.items)
        cursor = page.next_cursor
        if cursor is None or time.monotonic() >= end:
            break
    return Page(items=items, next_cursor=cursor)


def csv_text(schema: type[S], rows: Iterable[S]) -> str:
    """A table as CSV (RFC 4180): a line with the names of the schema's fields, a line per row.

    A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay
    numbers. An unknown value is an empty cell.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(schema.__struct_fields__)
    for row in rows:
        writer.writerow([_cell(value) for value in msgspec.structs.astuple(row)])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _CONTROL.sub(" ", str(value))
    if _NUMBER.fullmatch(text) or not text.lstrip().startswith(_FORMULA_STARTS):
        return text
    return f"'{text}"
