"""How long the lines are that nobody measures on the way: of the gateway, of Lambda, of the bridge.

Each follows from what makes it: the template's format, the level in the template, the formatter.
"""

import logging
from typing import Any, Final

from bench.events import ACCOUNT
from mqtt_bridge.logs import LOG, JsonLines

TYPICAL: Final = {
    "$context.requestId": "JKJaXmPLvHcESHA=",
    "$context.authorizer.claims.sub": ACCOUNT,
    "$context.httpMethod": "POST",
    "$context.path": "/orders",
    "$context.status": "202",
    "$context.responseLatency": "27",
    "$context.integrationErrorMessage": "-",
}
"""What stands there for a purchase that went well."""

PLATFORM_BYTES: Final = 350
"""START, END and REPORT of a call that went well; as JSON, platform.start and platform.report."""

QUEUE: Final = "fintech-prod-backend-ValidationsMessagesQueue1A2B3C4D-5E6F7G8H9I0J"
WAY: Final = (
    {"event": "published"},
    {"event": "forwarded", "queue": QUEUE},  # the echo
    {"event": "forwarded", "queue": QUEUE},  # the answer
)
"""What the bridge says of each order, or of a batch of them."""


def access_bytes(line: dict[str, str]) -> int:
    """Of one request, by the format; a variable that is not known here is a KeyError."""
    parts = [f'"{name}":"{_filled(value)}"' for name, value in line.items()]
    return len(f"{{{','.join(parts)}}}")


def _filled(value: str) -> str:
    return " ".join(TYPICAL[variable] for variable in value.split())


def platform_bytes(level: str) -> int:
    """Of one call that went well: from WARN on, nothing."""
    return PLATFORM_BYTES if level in ("DEBUG", "INFO") else 0


def bridge_bytes() -> tuple[int, int]:
    """Of a batch, and of each order in it."""
    one, two = (sum(len(_line(count, **fields)) for fields in WAY) for count in (1, 2))
    return 2 * one - two, two - one


def _line(count: int, *, event: str, **fields: Any) -> str:
    record = LOG.makeRecord(LOG.name, logging.INFO, "", 0, event, (), None)
    record.fields = {**fields, "correlation_ids": [ACCOUNT] * count}
    return JsonLines().format(record)
