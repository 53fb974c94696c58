"""What an operator looks at first: alarms, queues, bridge, errors. These commands only read."""

from collections import Counter
from datetime import timedelta
from typing import Final

from ops.console import age, clock, printable, say, show_table
from ops.ports import LogLine, Tools
from ops.timeline import describe, message_of

_ALARM: Final = "ALARM"


def alarms(tools: Tools) -> int:
    """Lists the alarms, active ones first. Status 1 where one is active, or there is none."""
    found = sorted(tools.alarms(), key=lambda it: (it.state != _ALARM, it.name))
    if not found:
        say("✗ This stage has no alarms. Deploy this version there: make deploy STAGE=…")
        return 1
    now = tools.now()
    # A description ends with the section of the runbook.
    rows = [(it.name, it.state, age(it.since, now), it.description.split(" ")[-1]) for it in found]
    show_table(("alarm", "state", "for", "what to do"), rows)
    active = [it for it in found if it.state == _ALARM]
    for alarm in active:
        say(f"✗ {alarm.name}: {printable(alarm.description, 250)}")
    say(f"{'✗' if active else '✓'} {len(active)} of {len(found)} alarms are active.")
    return 1 if active else 0


def queues(tools: Tools) -> int:
    """Shows how many messages wait, are in flight, or are dead letters."""
    rows = [
        (it.queue, _count(it.waiting), _count(it.in_flight), _count(it.dead_letters))
        for it in tools.queue_depths()
    ]
    show_table(("queue", "waiting", "in flight", "dead letters"), rows)
    return 0


def _count(count: int | None) -> str:
    return "—" if count is None else str(count)


_BRIDGE: Final = "bridge"
_REPORT: Final = "counts"
_REPORTS_WITHIN: Final = timedelta(minutes=15)
_SILENT_AFTER: Final = timedelta(minutes=2)
_COUNTERS: Final = (
    "received",
    "forwarded",
    "retried",
    "outbound_received",
    "published",
    "unconfirmed",
    "held",
    "publishing",
)


def bridge(tools: Tools) -> int:
    """Shows the bridge's last report. Status 1 where it is silent or not connected."""
    now = tools.now()
    lines = tools.logs().search(_REPORT, now - _REPORTS_WITHIN, now, _BRIDGE)
    reports = [line for line in lines if message_of(line.fields) == _REPORT]
    if not reports:
        minutes = _REPORTS_WITHIN // timedelta(minutes=1)
        say(f"✗ The bridge has not reported for {minutes} min: it does not run.")
        say("  What to do: docs/runbook.md#bridge-disconnected")
        return 1
    last = reports[-1]
    counters = [(it, str(last.fields[it])) for it in _COUNTERS if it in last.fields]
    show_table(("since it started", "messages"), counters)
    is_connected = bool(last.fields.get("connected_now"))
    is_well = is_connected and now - last.at <= _SILENT_AFTER
    state = "connected to the broker" if is_connected else "NOT connected to the broker"
    say(f"{'✓' if is_well else '✗'} {state}, {age(last.at, now)} ago.")
    if not is_well:
        say("  What to do: docs/runbook.md#bridge-disconnected")
    return 0 if is_well else 1


_LEVELS: Final = ("ERROR", "WARNING", "CRITICAL")
_MAX_ERRORS: Final = 50
_IDS: Final = ("correlation_id", "job_id", "message_id", "request_id")


def errors(tools: Tools, *, within: timedelta, part: str | None) -> int:
    """Lists the warnings and errors in the logs, oldest first, at most the 50 newest."""
    now = tools.now()
    logs = tools.logs()
    found = [
        line
        for level in _LEVELS
        for line in logs.search(level, now - within, now, part)
        if line.fields.get("level") == level  # and not merely the word somewhere
    ]
    found.sort(key=lambda line: line.at)
    shown = found[-_MAX_ERRORS:]
    rows = [(clock(line.at), line.part, describe(line.fields), _id_of(line)) for line in shown]
    if rows:
        show_table(("at", "part", "what", "id"), rows)
    counts = Counter(line.part for line in found)
    each = ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"
    say(f"Warnings and errors of the last {within // timedelta(minutes=1)} min: {each}.")
    return 0


def _id_of(line: LogLine) -> str:
    """An id to look for: of an order, a job, a message or a request."""
    return next((str(line.fields[it]) for it in _IDS if it in line.fields), "")
