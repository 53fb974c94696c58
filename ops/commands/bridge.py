"""`bridge`: whether it lives and is connected, by what it says of itself once a minute."""

from datetime import timedelta
from typing import Final

from ops.console import Console, age
from ops.ports import Tools

_PART: Final = "bridge"
_REPORT: Final = "counts"
_LOOKED_BACK: Final = timedelta(minutes=15)
_SILENT_AFTER: Final = timedelta(minutes=2)
_SHOWN: Final = (
    "received",
    "forwarded",
    "published",
    "retried",
    "unconfirmed",
    "held",
    "publishing",
)


def bridge(tools: Tools, console: Console) -> int:
    """A search in its log. Status 1 where it is silent or not connected."""
    now = tools.now()
    lines = tools.logs().holding(_REPORT, now - _LOOKED_BACK, now, _PART)
    reports = [line for line in lines if line.fields.get("event") == _REPORT]
    if not reports:
        minutes = int(_LOOKED_BACK.total_seconds()) // 60
        console.say(f"✗ The bridge has said nothing for {minutes} min: it does not run.")
        return 1
    last = reports[-1]
    is_connected = bool(last.fields.get("connected_now"))
    console.table(("since it started", "messages"), [(it, str(last.fields[it])) for it in _SHOWN])
    is_silent = now - last.at > _SILENT_AFTER
    state = "connected to the broker" if is_connected else "NOT connected to the broker"
    console.say(
        f"{'✓' if is_connected and not is_silent else '✗'} {state}, {age(last.at, now)} ago."
    )
    return 0 if is_connected and not is_silent else 1
