"""Timeline of one order from the log lines of all parts: what happened, when, how long it waited.

Pure: it gets the lines that name the order and knows the steps that every order takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ops.ports import LogLine

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step that every order takes, told by one log line. Until then the order is `where`."""

    part: str
    message: str
    queue: str | None = None
    after: int | None = None
    where: str = ""


PLACED, RELAYED, PUBLISHED, ECHO_FORWARDED, ECHOED, ANSWER_FORWARDED, ANSWERED = range(7)

STEPS: Final = (
    Step(part="api", message="order placed"),
    Step(part="relay", message="request relayed", after=PLACED, where="in the orders' stream"),
    Step(
        part="bridge",
        message="published",
        after=RELAYED,
        where="in the queue outbound, until the broker's acknowledgement",
    ),
    Step(
        part="bridge",
        message="forwarded",
        queue="requests",
        after=PUBLISHED,
        where="at the broker, on its way back to us",
    ),
    Step(
        part="requests",
        message="request echoed",
        after=ECHO_FORWARDED,
        where="in the queue requests",
    ),
    Step(
        part="bridge",
        message="forwarded",
        queue="validations",
        after=PUBLISHED,
        where="at the exchange",
    ),
    Step(
        part="validations",
        message="answer applied",
        after=ANSWER_FORWARDED,
        where="in the queue validations",
    ),
)
"""Indexed by the constants above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One log line. `waited` and `where` are None where no earlier step is known."""

    at: datetime
    part: str
    what: str
    waited: timedelta | None
    where: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A step without a log line although the step before it was logged."""

    part: str
    message: str
    where: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All log lines of an order, and the steps that no line tells."""

    entries: tuple[Entry, ...]
    missing: tuple[Missing, ...]


def timeline_of(lines: Sequence[LogLine]) -> Timeline:
    """Builds the timeline from lines in time order. A step follows the latest step before it."""
    reached: dict[int, datetime] = {}
    entries = []
    for line in lines:
        number = _step_of(line)
        step = None if number is None else STEPS[number]
        started_at = None if step is None else _started_at(step, reached)
        entries.append(
            Entry(
                at=line.at,
                part=line.part,
                what=describe(line.fields),
                waited=None if started_at is None else line.at - started_at,
                where=None if started_at is None or step is None else step.where,
            )
        )
        if number is not None:
            reached[number] = line.at
    return Timeline(entries=tuple(entries), missing=_missing(reached))


def request_ids(lines: Sequence[LogLine]) -> tuple[str, ...]:
    """Ids of the HTTP requests behind these lines: the gateway's own lines have no other id."""
    found = (line.fields.get("request_id") for line in lines if line.part == "api")
    return tuple(dict.fromkeys(it for it in found if isinstance(it, str)))


def _started_at(step: Step, reached: Mapping[int, datetime]) -> datetime | None:
    """When the step before was logged.

    An echo may arrive before the broker's acknowledgement of the same request: then it is the step
    before that.
    """
    while step.after is not None:
        if step.after in reached:
            return reached[step.after]
        step = STEPS[step.after]
    return None


def _missing(reached: Mapping[int, datetime]) -> tuple[Missing, ...]:
    """A step that was followed by another has happened, even without a line."""
    passed = {*reached, *(STEPS[number].after for number in reached)}
    return tuple(
        Missing(part=step.part, message=step.message, where=step.where, since=reached[step.after])
        for number, step in enumerate(STEPS)
        if number not in passed and step.after is not None and step.after in reached
    )


def _step_of(line: LogLine) -> int | None:
    for number, step in enumerate(STEPS):
        is_it = step.part == line.part and step.message == message_of(line.fields)
        if is_it and step.queue in (None, line.fields.get("queue")):
            return number
    return None


def message_of(fields: Fields) -> Any:
    """The line's message. The gateway's access log has one kind of line and no message."""
    return fields.get("message") or "HTTP request"


_SHOWN_FIELDS: Final = (
    "queue",
    "route",
    "state",
    "effect",
    "reason",
    "attempts",
    "status",
    "error",
    "latency_ms",
)
_SERIOUS: Final = ("WARNING", "ERROR", "CRITICAL")


def describe(fields: Fields) -> str:
    """A log line in words: level if serious, message, and the fields that say how it ended."""
    level = fields.get("level")
    words = [f"{level}:"] if level in _SERIOUS else []
    words.append(str(message_of(fields)))
    words += [f"{it}={fields[it]}" for it in _SHOWN_FIELDS if fields.get(it) not in (None, "")]
    return " ".join(words)
