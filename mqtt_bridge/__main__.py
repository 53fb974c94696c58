"""`python -m mqtt_bridge`: run until SIGTERM or SIGINT, then drain and exit 0.

Exit status: 0 after a signal, 1 after a bug (the platform starts it again), 2 for bad settings.
"""

import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mqtt_bridge import health
from mqtt_bridge.bridge import Bridge
from mqtt_bridge.observability import log_library_warnings, logger
from mqtt_bridge.settings import Limits, Settings, SettingsError

_STOP_SIGNALS: Final = {signal.SIGTERM, signal.SIGINT}


def main() -> int:
    """Run the process; returns its exit status."""
    try:
        settings = Settings.load()
    except SettingsError as error:
        print(f"mqtt_bridge cannot start: {error}", file=sys.stderr)  # noqa: T201 - for a person
        return 2
    log_library_warnings()
    # Blocked before any thread exists and fetched by a thread, so that no handler ever runs while
    # a lock is held. Not by `sigtimedwait`, which takes SIGCONT for a signal to stop.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    limits = Limits()
    bridge = Bridge(settings, clock=utc_now, limits=limits)
    health.clear(settings.health_file)
    logger.info("started", client_id=settings.client_id, topics=list(settings.queue_urls))
    bridge.start()
    _watch(bridge, settings.health_file, limits, _stop_event(bridge))
    health.clear(settings.health_file)
    is_drained = bridge.drain()
    bridge.report()
    logger.info("stopped", drained=is_drained)
    return 1 if bridge.workers.has_fatal_error else 0


def _stop_event(bridge: Bridge) -> threading.Event:
    """Return an event that is set by the first signal to stop."""
    stop = threading.Event()

    def wait() -> None:
        signal.sigwait(_STOP_SIGNALS)
        stop.set()

    bridge.workers.start("signals", wait)
    return stop


def _watch(bridge: Bridge, health_file: Path, limits: Limits, stop: threading.Event) -> None:
    """Write the health file and reports until a signal arrives or a thread meets a bug.

    The first report is written at the first connection, or one interval after the start.
    """
    reported_at = time.monotonic()
    is_first = True
    while not bridge.workers.has_fatal_error:
        is_connected = bridge.is_connected()
        if bridge.is_healthy():
            health.write(health_file, is_connected=is_connected)
        if (is_first and is_connected) or time.monotonic() - reported_at >= limits.report_s:
            is_first = False
            reported_at = time.monotonic()
            bridge.report()
        if stop.wait(limits.tick_s):
            return


def utc_now() -> datetime:
    """Return the time; the process's one clock."""
    return datetime.now(UTC)  # noqa: TID251 - passed on to every part that needs the time


if __name__ == "__main__":
    sys.exit(main())
