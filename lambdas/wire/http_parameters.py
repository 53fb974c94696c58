"""The parameters of the HTTP API's routes, beside their bodies."""

from typing import Any, Final, NamedTuple

from lambdas.domain.candles import Interval
from lambdas.wire.http_in import DEFAULT_LIMIT, MAX_LIMIT


class Parameter(NamedTuple):
    """One parameter beside the body; `place` is path, query or header."""

    name: str
    place: str
    schema: dict[str, Any]
    about: str


_UUID: Final = {"type": "string", "format": "uuid"}
_TIME: Final = {"type": "string", "format": "date-time"}
SYMBOL: Final = Parameter(
    name="symbol",
    place="path",
    schema={"type": "string", "pattern": "^[A-Za-z0-9.^=-]{1,16}$"},
    about="The company's symbol on the exchange.",
)
ORDER_ID: Final = Parameter(name="order_id", place="path", schema=_UUID, about="Of the order.")
JOB_ID: Final = Parameter(name="job_id", place="path", schema=_UUID, about="Of the job.")
LIMIT: Final = Parameter(
    name="limit",
    place="query",
    schema={"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    about="How many items at most.",
)
CURSOR: Final = Parameter(
    name="cursor",
    place="query",
    schema={"type": "string"},
    about="Where to go on: `next_cursor` of the page before.",
)
FROM: Final = Parameter(
    name="from", place="query", schema=_TIME, about="From this time on, itself included."
)
TO: Final = Parameter(name="to", place="query", schema=_TIME, about="Before this time.")
INTERVAL: Final = Parameter(
    name="interval",
    place="query",
    schema={"type": "string", "enum": list(Interval), "default": Interval.HOUR},
    about="How long a candle lasts: an hour or a day, of UTC.",
)
STATE: Final = Parameter(
    name="state",
    place="query",
    schema={"type": "string", "enum": ["open", "done"]},
    about="Only orders that are open (PENDING, SENT), or that have ended.",
)
KEY: Final = Parameter(
    name="key",
    place="query",
    schema=_UUID,
    about="Only the order that was placed under this Idempotency-Key.",
)
IDEMPOTENCY_KEY: Final = Parameter(
    name="Idempotency-Key",
    place="header",
    schema=_UUID,
    about="The client's name for what it asks. Keep it until there is an answer: a retry under the"
    " same key never acts twice. Without it the server makes one.",
)
