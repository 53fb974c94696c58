"""Pages of lists and their opaque cursors: where to go on.

A cursor never names an account or a company: the caller's token and the path do.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from pynamodb.attributes import UTCDateTimeAttribute

from lambdas.domain.errors import Fault, InvalidInput
from lambdas.ports import Page

T = TypeVar("T")

_LONGEST: Final = 512
_time = UTCDateTimeAttribute()


def cursor_out(at: datetime, item_id: str = "") -> str:
    """A cursor behind the item of this time and id."""
    return urlsafe_b64encode(f"{_time.serialize(at)}\n{item_id}".encode()).decode().rstrip("=")


def cursor_in(cursor: str) -> tuple[str, str]:
    """The time, as it is stored, and the id in a cursor.

    Raises InvalidInput for what no `cursor_out` made.
    """
    try:
        if len(cursor) > _LONGEST:
            raise ValueError
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
        at, item_id = text.split("\n")
        return _time.serialize(_time.deserialize(at)), item_id
    except (ValueError, binascii.Error):
        fault = Fault(field="cursor", code="invalid_cursor", message="This is no cursor of ours.")
        raise InvalidInput(fault) from None


def page_of(items: Sequence[T], limit: int, cursor_of: Callable[[T], str]) -> Page[T]:
    """A page of the first `limit` items. One more must have been read, to know if there is more."""
    shown = items[:limit]
    has_more = len(items) > limit
    return Page(items=shown, next_cursor=cursor_of(shown[-1]) if has_more else None)
