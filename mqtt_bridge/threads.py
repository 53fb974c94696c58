"""Threads that cannot die unnoticed: whatever one of them did not expect ends the process.

A bridge with one dead direction looks alive and loses its purpose; a dead process is restarted.
"""

import logging
import threading
from collections.abc import Callable

from mqtt_bridge.logs import LOG


class Alarm:
    """Raised by any thread that meets a bug; the main one watches it."""

    def __init__(self) -> None:
        self._raised = threading.Event()

    @property
    def raised(self) -> bool:
        """Whether the process must end."""
        return self._raised.is_set()

    def crash(self) -> None:
        """Say what happened and end the process; the caller is handling its exception."""
        LOG.log(logging.CRITICAL, "crashed", exc_info=True)
        self._raised.set()


def spawn(name: str, work: Callable[[], None], alarm: Alarm) -> threading.Thread:
    """Start a daemon thread: it never keeps the process from ending, and never ends unheard."""

    def guarded() -> None:
        try:
            work()
        except BaseException:  # noqa: BLE001 # it is logged, and the process ends
            alarm.crash()

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread
