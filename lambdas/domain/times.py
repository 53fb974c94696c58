"""Times as text: one way out, many ways in.

Out: ISO-8601 in UTC with microseconds and `Z`, always 27 characters, so that texts sort as times.
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
    assert at.tzinfo is not None  # naive times do not exist inside
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime | None:
    """The time that `text` means, in UTC; None for what is no time between the two years.

    With or without fraction, `Z` or an offset; without either it is UTC, a mere date is midnight.
    """
    text = text.strip().upper()
    if not _TIME.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # the 31st of February; the edge of the calendar
        return None
    return at if FIRST_YEAR <= at.year <= LAST_YEAR else None
