"""`python -m mqtt_bridge`: run until SIGTERM or SIGINT, then drain and exit 0.

Exit status: 0 after a signal, 1 after a bug (the platform starts it again), 2 for bad settings.
"""

import logging
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mqtt_bridge import health
from mqtt_bridge.bridge import Bridge
from mqtt_bridge.limits import Limits
from mqtt_bridge.logs import configure, log
from mqtt_bridge.settings import Settings, SettingsError

_STOP: Final = {signal.SIGTERM, signal.SIGINT}


def main() -> int:
    """Run the process; returns its exit status."""
    try:
        settings = Settings.load()
    except SettingsError as error:
        print(f"mqtt_bridge cannot start: {error}", file=sys.stderr)  # noqa: T201 # before there is a log
        return 2
    configure()
    # Blocked before any thread exists, and fetched by `sigtimedwait`: no handler runs in the midst
    # of a lock. The signal that wakes us is the only way to end in an orderly way.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    limits = Limits()
    bridge = Bridge(settings, clock=utc_now, limits=limits)
    health.silence(settings.health_file)
    log(logging.INFO, "started", client_id=settings.client_id, topics=list(settings.queue_urls))
    bridge.start()
    _watch(bridge, settings.health_file, limits)
    health.silence(settings.health_file)
    drained = bridge.drain()
    bridge.report()
    log(logging.INFO, "stopped", drained=drained)
    return 1 if bridge.alarm.raised else 0


def _watch(bridge: Bridge, health_file: Path, limits: Limits) -> None:
    """Beat and report until a signal comes or a thread meets a bug. The first report is when all
    is well for the first time, or when it should have been.
    """
    reported_at = time.monotonic()
    is_first = True
    while not bridge.alarm.raised:
        if is_healthy := bridge.is_healthy():
            health.beat(health_file)
        if (is_first and is_healthy) or time.monotonic() - reported_at >= limits.report_s:
            is_first = False
            reported_at = time.monotonic()
            bridge.report()
        if signal.sigtimedwait(_STOP, limits.tick_s):
            return


def utc_now() -> datetime:
    """Return the time; the process's one clock."""
    return datetime.now(UTC)  # noqa: TID251 # handed to whoever needs a time


if __name__ == "__main__":
    sys.exit(main())
