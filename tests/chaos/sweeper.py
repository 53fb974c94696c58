"""Calls the sweep function every few seconds instead of every minute, one call at a time."""

import threading
from typing import Final, Self

from tests.e2e.system import System

PAUSE_S: Final = 2.0


class Sweeper:
    """Sweeps until the block ends. A failed sweep is not repeated: the next one does its work."""

    def __init__(self, system: System, function: str) -> None:
        self.sweeps = 0
        self._lambda = system.client("lambda")
        self._function = function
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(PAUSE_S):
            self._lambda.invoke(FunctionName=self._function, Payload=b"{}")
            self.sweeps += 1
