"""The container's health check: `python -m mqtt_bridge.health` exits 0 while the bridge is well.

The bridge touches a file every few seconds while it is connected and both directions are moving;
the check asks only how old that file is. It imports nothing heavy: it runs every half minute.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mqtt_bridge.settings import health_file

STALE_AFTER_S: Final = 30.0


def beat(path: Path) -> None:
    """Say that all is well now."""
    path.touch()


def silence(path: Path) -> None:
    """Say that it is not, at once (a former run may have left its file)."""
    path.unlink(missing_ok=True)


def is_fresh(path: Path, now: datetime) -> bool:
    """Whether the last beat is recent."""
    try:
        age_s = now.timestamp() - path.stat().st_mtime
    except OSError:
        return False
    return age_s <= STALE_AFTER_S


if __name__ == "__main__":
    # The one clock of this small program.
    sys.exit(0 if is_fresh(health_file(), datetime.now(UTC)) else 1)  # noqa: TID251
