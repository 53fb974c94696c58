"""Times as text: one output format, many accepted input formats.

The output is ISO-8601 in UTC with microseconds and `Z`: 27 characters that sort as the times do.
"""

import re
from datetime import UTC, datetime
from typing import Final

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,12})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def format_utc(at: datetime) -> str:
    """`2023-10-29T19:32:51.123000Z` for an aware time."""
    assert at.tzinfo is not None  # only aware times are passed around
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime | None:
    """Parses ISO-8601; None for text that is no time, or outside of FIRST_YEAR to LAST_YEAR.

    The fraction, `Z` and the offset are optional; a time without offset is in UTC, and a date alone
    is its midnight.
    """
    text = text.strip().upper()
    if not _TIME.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # February 31st; a time out of range once it is in UTC
        return None
    return at if FIRST_YEAR <= at.year <= LAST_YEAR else None
