"""`complaints`: what the parts have warned of, and what has gone wrong in them."""

from collections import Counter
from datetime import timedelta

from ops.console import Console, clock
from ops.journey import told
from ops.ports import LogLine, Tools

_LEVELS = ("ERROR", "WARNING", "CRITICAL")
_MOST = 50


def complaints(tools: Tools, console: Console, *, within: timedelta, part: str | None) -> int:
    """A search in every log, or in one. Status 0, whatever they say."""
    now = tools.now()
    logs = tools.logs()
    found = [
        line
        for level in _LEVELS
        for line in logs.holding(level, now - within, now, part)
        if line.fields.get("level") == level  # and not merely the word somewhere
    ]
    found.sort(key=lambda line: line.at)
    rows = [(clock(line.at), line.part, told(line.fields), _id(line)) for line in found[-_MOST:]]
    if rows:
        console.table(("at", "part", "what", "of"), rows)
    counts = Counter(line.part for line in found)
    each = ", ".join(f"{count} of {name}" for name, count in counts.most_common()) or "none"
    console.say(f"Complaints within {int(within.total_seconds()) // 60} min: {each}.")
    return 0


def _id(line: LogLine) -> str:
    """What to ask `story`, or CloudWatch, about."""
    names = ("correlation_id", "job_id", "message_id", "request_id")
    return next((str(line.fields[it]) for it in names if it in line.fields), "")
