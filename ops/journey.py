"""An order's way through the parts, put together from their log lines: what happened, when, and
where it was between two steps. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ops.ports import LogLine

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One step that every order takes, the one that it follows, and where it is until then."""

    part: str
    event: str
    queue: str | None = None
    after: int | None = None
    where: str = ""


PLACED, RELAYED, PUBLISHED, BACK, SEEN, ANSWERED, SETTLED = range(7)

LEGS: Final = (
    Leg(part="api", event="order"),
    Leg(part="relay", event="request relayed", after=PLACED, where="in the orders' stream"),
    Leg(
        part="bridge",
        event="published",
        after=RELAYED,
        where="in the queue outbound, until the broker's acknowledgement",
    ),
    Leg(
        part="bridge",
        event="forwarded",
        queue="requests",
        after=PUBLISHED,
        where="at the broker, on its way back to us",
    ),
    Leg(part="requests", event="request seen", after=BACK, where="in the queue requests"),
    Leg(
        part="bridge",
        event="forwarded",
        queue="validations",
        after=PUBLISHED,
        where="at the exchange",
    ),
    Leg(
        part="validations",
        event="answer applied",
        after=ANSWERED,
        where="in the queue validations",
    ),
)
"""In the order of the constants above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line told. `waited` and `where` are None where it follows nothing that we know of."""

    at: datetime
    part: str
    what: str
    waited: timedelta | None
    where: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A step of which no line tells, though the one before has happened."""

    part: str
    event: str
    where: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """All that the lines tell, and what they do not."""

    steps: tuple[Step, ...]
    missing: tuple[Missing, ...]


def journey_of(lines: Sequence[LogLine]) -> Journey:
    """The lines, oldest first, as a way. A step follows the latest of the steps before it."""
    reached: dict[int, datetime] = {}
    steps = []
    for line in lines:
        number = _leg_of(line)
        leg = None if number is None else LEGS[number]
        left_at = None if leg is None else _left_at(leg, reached)
        steps.append(
            Step(
                at=line.at,
                part=line.part,
                what=told(line.fields),
                waited=None if left_at is None else line.at - left_at,
                where=None if left_at is None or leg is None else leg.where,
            )
        )
        if number is not None:
            reached[number] = line.at
    return Journey(steps=tuple(steps), missing=_missing(reached))


def _left_at(leg: Leg, reached: Mapping[int, datetime]) -> datetime | None:
    """When the step before was told; an echo may be quicker than its own acknowledgement, and then
    it is the one before that.
    """
    while leg.after is not None:
        if leg.after in reached:
            return reached[leg.after]
        leg = LEGS[leg.after]
    return None


def request_ids(lines: Sequence[LogLine]) -> tuple[str, ...]:
    """Of the HTTP requests that these lines belong to: the gateway's own lines name only these."""
    found = (line.fields.get("request_id") for line in lines if line.part == "api")
    return tuple(dict.fromkeys(it for it in found if isinstance(it, str)))


def _missing(reached: Mapping[int, datetime]) -> tuple[Missing, ...]:
    """A step that has been followed by another has happened, whoever has kept silent about it."""
    passed = {*reached, *(LEGS[number].after for number in reached)}
    return tuple(
        Missing(part=leg.part, event=leg.event, where=leg.where, since=reached[leg.after])
        for number, leg in enumerate(LEGS)
        if number not in passed and leg.after is not None and leg.after in reached
    )


def _leg_of(line: LogLine) -> int | None:
    for number, leg in enumerate(LEGS):
        is_it = leg.part == line.part and leg.event == _event(line.fields)
        if is_it and leg.queue in (None, line.fields.get("queue")):
            return number
    return None


def _event(fields: Fields) -> Any:
    """Functions call it the message, the bridge the event, and the gateway has one kind of line."""
    return fields.get("message") or fields.get("event") or "HTTP request"


_TOLD: Final = (
    "queue",
    "route",
    "state",
    "effect",
    "reason",
    "asks",
    "status",
    "error",
    "latency_ms",
)
_SERIOUS: Final = ("WARNING", "ERROR", "CRITICAL")


def told(fields: Fields) -> str:
    """A line in words: what happened, and those of its fields that say how it ended."""
    level = fields.get("level")
    words = [f"{level}:"] if level in _SERIOUS else []
    words.append(str(_event(fields)))
    words += [f"{name}={fields[name]}" for name in _TOLD if fields.get(name) not in (None, "")]
    return " ".join(words)
