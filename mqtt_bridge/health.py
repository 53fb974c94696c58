"""The container's health check: `python -m mqtt_bridge.health` exits 0 while the bridge is healthy.

Healthy means that its threads make progress, whether or not the broker answers: restarting the task
does not bring a broker back. The bridge rewrites the health file every few seconds; the check only
compares the file's age. It imports nothing heavy, because it runs every half minute.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mqtt_bridge.settings import health_file

STALE_AFTER_S: Final = 30.0
CONNECTED: Final = "connected"
NOT_CONNECTED: Final = "not connected"


def write(path: Path, *, is_connected: bool) -> None:
    """Record that the threads make progress; the content tells people and scripts the rest."""
    path.write_text(CONNECTED if is_connected else NOT_CONNECTED)


def clear(path: Path) -> None:
    """Remove the file at start and stop: an earlier run may have left its own."""
    path.unlink(missing_ok=True)


def is_fresh(path: Path, now: datetime) -> bool:
    """Return whether the file was written recently."""
    try:
        age_s = now.timestamp() - path.stat().st_mtime
    except OSError:
        return False
    return age_s <= STALE_AFTER_S


if __name__ == "__main__":
    # The one clock of this small program.
    sys.exit(0 if is_fresh(health_file(), datetime.now(UTC)) else 1)  # noqa: TID251
