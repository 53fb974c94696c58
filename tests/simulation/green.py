"""Threads, locks and clocks for the bridge, over the kernel: its modules use these in place of
`threading` and `time`, and run unchanged otherwise.

A thread gives way only where it waits or makes a call, so a lock is never found taken.
"""

import threading
from collections.abc import Callable
from typing import Any

from mqtt_bridge.workers import Workers
from tests.simulation.kernel import Kernel, Killed, Task


class Condition:
    """Stands for `threading.Condition`."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._waiters: list[Task] = []

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        return None

    def wait(self, timeout: float | None = None) -> bool:
        """Block until notified or the time is over."""
        task = self._kernel.current
        assert task is not None, "the scheduler itself must not wait"
        self._waiters.append(task)
        try:
            return self._kernel.sleep(timeout)
        finally:
            if task in self._waiters:
                self._waiters.remove(task)

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        """Block until the predicate holds or the time is over; return its last value."""
        end_s = None if timeout is None else self._kernel.now_s + timeout
        while not (result := predicate()):
            left_s = None if end_s is None else end_s - self._kernel.now_s
            if left_s is not None and left_s <= 0:
                break
            self.wait(left_s)
        return result

    def notify(self, n: int = 1) -> None:
        """Wake the first `n` waiters."""
        woken, self._waiters = self._waiters[:n], self._waiters[n:]
        for task in woken:
            self._kernel.wake(task)

    def notify_all(self) -> None:
        """Wake every waiter."""
        self.notify(len(self._waiters))


class Lock:
    """A lock that is never contended."""

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        return None


class Thread:
    """What `Workers.start` returns."""

    def __init__(self, kernel: Kernel, task: Task) -> None:
        self._kernel = kernel
        self._task = task

    def join(self, timeout: float | None = None) -> None:
        """Block until the task ends."""
        if not self._task.is_done and self._kernel.current is not None:
            self._task.joiners.append(self._kernel.current)
            self._kernel.sleep(timeout)

    def is_alive(self) -> bool:
        """Return whether the task has not ended."""
        return not self._task.is_done


class Threading:
    """What the bridge uses of `threading`."""

    Event = threading.Event  # a flag that nobody waits for

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def Condition(self) -> Condition:  # noqa: N802 - as in `threading`
        """Make one."""
        return Condition(self._kernel)

    def Lock(self) -> Lock:  # noqa: N802 - as in `threading`
        """Make one."""
        return Lock()

    def get_ident(self) -> int:
        """Return a number that identifies the task."""
        return id(self._kernel.current)


class Time:
    """What the code uses of `time`."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def monotonic(self) -> float:
        """Return the virtual time in seconds."""
        return self._kernel.now_s

    def sleep(self, delay_s: float) -> None:
        """Block for that time."""
        if self._kernel.current is not None:
            self._kernel.sleep(delay_s)


Bug = Callable[[str, BaseException], None]


class GreenWorkers(Workers):
    """Workers whose threads are tasks; `bug` is called with an exception that ends one."""

    def __init__(self, kernel: Kernel, process: str, bug: Bug, stuck_s: float) -> None:
        super().__init__(stuck_s)
        self._kernel = kernel
        self._process = process
        self._bug = bug

    def start(self, name: str, work: Callable[[], None]) -> Any:
        """Start a task."""

        def ended(error: BaseException | None) -> None:
            if error is not None and not isinstance(error, Killed):
                self._bug(name, error)

        task = self._kernel.start(f"bridge/{name}", self._process, work, ended)
        return Thread(self._kernel, task)
