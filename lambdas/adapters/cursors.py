"""Parts of lists: spans of time, pages, and their opaque cursors, which say where to go on.

A cursor never names an account or a company: the caller's token and the path do.
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

_LONGEST: Final = 512
_MICROSECOND: Final = timedelta(microseconds=1)
_time = UTCDateTimeAttribute()
_NONE_OF_OURS: Final = Fault(
    field="cursor", code="invalid_cursor", message="This is no cursor of ours."
)


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
        raise InvalidInput(_NONE_OF_OURS) from None


def start_in(cursor: str) -> tuple[str, str]:
    """As `cursor_in`, of a list whose items have ids: DynamoDB refuses a key that is empty."""
    at, item_id = cursor_in(cursor)
    if not item_id:
        raise InvalidInput(_NONE_OF_OURS)
    return at, item_id


def page_of(items: Sequence[T], limit: int, cursor_of: Callable[[T], str]) -> Page[T]:
    """A page of the first `limit` items. One more must have been read, to know if there is more."""
    shown = items[:limit]
    has_more = len(items) > limit
    return Page(items=shown, next_cursor=cursor_of(shown[-1]) if has_more else None)


def time_in(cursor: str) -> datetime:
    """The time in a cursor. Raises InvalidInput for what no `cursor_out` made."""
    at: datetime = _time.deserialize(cursor_in(cursor)[0])
    return at


def stored(at: datetime) -> str:
    """A time as it is stored in a key."""
    text: str = _time.serialize(at)
    return text


def is_empty(start: datetime | None, end: datetime | None) -> bool:
    """Whether no time is in start ≤ t < end. DynamoDB refuses such a condition."""
    return start is not None and end is not None and end <= start


def within(
    key: UTCDateTimeAttribute, start: datetime | None, end: datetime | None
) -> Condition | None:
    """start ≤ key < end. DynamoDB allows one condition on a sort key, so both bounds need
    BETWEEN, which includes its end: the last microsecond before `end` stands for it.
    """
    assert not is_empty(start, end), "DynamoDB refuses an empty span"
    if start is not None and end is not None:
        return key.between(start, end - _MICROSECOND)
    if start is not None:
        return key >= start
    return None if end is None else key < end
