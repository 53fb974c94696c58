"""Pages of lists and their opaque cursors, which say after which item to resume.

A cursor names no account and no company: the token and the path do.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from pynamodb.attributes import UTCDateTimeAttribute
from pynamodb.expressions.condition import Condition

from lambdas.domain.errors import Fault, InvalidInput
from lambdas.ports import Page

T = TypeVar("T")

MICROSECOND: Final = timedelta(microseconds=1)
_MAX_CURSOR: Final = 512
_MAX_NUMBER: Final = 18  # digits
_time = UTCDateTimeAttribute()


def page_of(items: Sequence[T], limit: int, cursor_of: Callable[[T], str]) -> Page[T]:
    """The first `limit` items as a page. One item more must have been read, where there is one."""
    shown = items[:limit]
    has_more = len(items) > limit
    return Page(items=shown, next_cursor=cursor_of(shown[-1]) if has_more else None)


def time_cursor(at: datetime, item_id: str = "") -> str:
    """Cursor that resumes after the item of this time and id."""
    return _encode(f"{serialize_time(at)}\n{item_id}")


def parse_time_cursor(cursor: str, *, with_id: bool = False) -> tuple[datetime, str]:
    """Time and id in a cursor. Raises InvalidInput unless `time_cursor` made it.

    `with_id`: the id may not be empty, since DynamoDB refuses an empty key.
    """
    try:
        text, item_id = _decode(cursor).split("\n")
        at: datetime = _time.deserialize(text)
    except ValueError:
        raise _invalid_cursor() from None
    if with_id and not item_id:
        raise _invalid_cursor()
    return at, item_id


def number_cursor(number: int) -> str:
    """Cursor that resumes after the item of this number."""
    return _encode(str(number))


def parse_number_cursor(cursor: str) -> int:
    """The number in a cursor. Raises InvalidInput unless `number_cursor` made it."""
    text = _decode(cursor)
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_NUMBER):
        raise _invalid_cursor()
    return int(text)


def serialize_time(at: datetime) -> str:
    """A time as it is stored in a key."""
    text: str = _time.serialize(at)
    return text


def is_empty_span(start: datetime | None, end: datetime | None) -> bool:
    """Whether start ≤ t < end holds for no t. DynamoDB refuses such a condition."""
    return start is not None and end is not None and end <= start


def within(
    key: UTCDateTimeAttribute, start: datetime | None, end: datetime | None
) -> Condition | None:
    """start ≤ key < end as a key condition.

    DynamoDB allows one condition on a sort key, so both bounds need BETWEEN, which includes its
    end: the last microsecond before `end` stands for it.
    """
    assert not is_empty_span(start, end), "DynamoDB refuses an empty span"
    if start is not None and end is not None:
        return key.between(start, end - MICROSECOND)
    if start is not None:
        return key >= start
    return None if end is None else key < end


def _encode(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> str:
    if len(cursor) > _MAX_CURSOR:
        raise _invalid_cursor()
    try:
        padding = b"=" * (-len(cursor) % 4)
        return urlsafe_b64decode(cursor.encode("ascii") + padding).decode()
    except (ValueError, binascii.Error):
        raise _invalid_cursor() from None


def _invalid_cursor() -> InvalidInput:
    return InvalidInput(
        Fault(field="cursor", code="invalid_cursor", message="This is no cursor of ours.")
    )
