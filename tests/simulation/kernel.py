"""A virtual clock and a seeded scheduler: the only source of time, order and chance in a run.

Every task is a greenlet that gives way before each of its effects. One step is one turn of one
task, or one timer; after every step the laws are checked.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from random import Random
from typing import Any, Final, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")
LONGEST_FREEZE_S: Final = 400.0
START: Final = datetime(2026, 3, 4, 15, 0, 0, tzinfo=UTC)
"""When every run begins."""


class What(StrEnum):
    """What a fault does to one effect."""

    CRASH_BEFORE = "the process dies before it"
    CRASH_AFTER = "the process dies right after it"
    REFUSE = "it is refused, nothing is done"
    CONFLICT = "it meets another transaction, nothing is done"
    LOSE = "it is done, but the answer is lost"
    TWICE = "it is done, the answer is lost, and the SDK does it again"
    THROTTLE = "it is throttled, and the SDK does it again"
    PARTLY = "half of it is done, and the answer says so"
    FREEZE = "the process is frozen before it, for minutes"


class Killed(BaseException):
    """The process of this task has died. A BaseException, so that no code of ours catches it."""


class Refusal(Exception):
    """A fault; the service that is called raises its own error for it."""

    def __init__(self, what: What) -> None:
        super().__init__(what)
        self.what = what


@dataclass(eq=False)
class Task:
    """One thread of one process."""

    name: str
    process: str
    greenlet: greenlet
    is_ready: bool = True
    is_done: bool = False
    timed_out: bool = False
    turn: int = 0  # counts its sleeps, so that an old alarm does not end a new one
    joiners: list["Task"] = field(default_factory=list)


Ended = Callable[[BaseException | None], None]


class Kernel:
    """Runs tasks and timers until nothing is left, in an order that the seed decides."""

    def __init__(
        self, rng: Random, faults: Mapping[tuple[str, int], What], check: Callable[[], None]
    ) -> None:
        self.now_s = 0.0
        self.steps = 0
        self.trace: list[str] = []
        self.faults = faults
        self.counts: Counter[str] = Counter()
        self.current: Task | None = None
        self.is_calm = False
        self.reached: set[str] = set()
        """Interesting states of this run, by name (sometimes.py)."""
        self.on_death: dict[str, Callable[[], None]] = {}
        self._rng = rng
        self._main = getcurrent()
        self._check = check
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._seq = 0
        self._tasks: list[Task] = []
        self._ready: list[Task] = []

    def say(self, text: str) -> None:
        """Adds a line to the trace."""
        self.trace.append(f"{self.now_s:10.3f}  {text}")

    def at(self, delay_s: float, do: Callable[[], None]) -> None:
        """Calls `do` later, from the scheduler itself: it must not block."""
        self._seq += 1
        heapq.heappush(self._timers, (self.now_s + delay_s, self._seq, do))

    def start(self, name: str, process: str, work: Callable[[], Any], ended: Ended) -> Task:
        """Starts a task; calls `ended` with None, or with the exception that ended it."""

        def whole() -> None:
            try:
                work()
            except Killed as error:
                self._over(task, ended, error)
            except Exception as error:  # noqa: BLE001 - whoever started it judges it
                self._over(task, ended, error)
            else:
                self._over(task, ended, None)

        task = Task(name=name, process=process, greenlet=greenlet(whole, parent=self._main))
        self._tasks.append(task)
        self._ready.append(task)
        return task

    def _over(self, task: Task, ended: Ended, error: BaseException | None) -> None:
        task.is_done = True
        self._tasks.remove(task)
        for joiner in task.joiners:
            self.wake(joiner)
        ended(error)

    def pause(self) -> None:
        """Lets other tasks run."""
        task = self.current
        assert task is not None, "only tasks pause"
        self._ready.append(task)
        self._switch()

    def sleep(self, timeout_s: float | None) -> bool:
        """Blocks until `wake` or the time-out; whether it was woken."""
        task = self.current
        assert task is not None, "only tasks sleep"
        task.is_ready = task.timed_out = False
        task.turn += 1
        turn = task.turn
        if timeout_s is not None:
            self.at(timeout_s, lambda: self._time_out(task, turn))
        self._switch()
        return not task.timed_out

    def wake(self, task: Task) -> None:
        """Wakes a sleeping task; does nothing for any other."""
        if not task.is_ready and not task.is_done:
            task.is_ready = True
            self._ready.append(task)

    def _time_out(self, task: Task, turn: int) -> None:
        if not task.is_ready and task.turn == turn:
            task.timed_out = True
            self.wake(task)

    def _switch(self) -> None:
        self._main.switch()

    def kill(self, process: str) -> None:
        """Ends all tasks of a process where they stand. Not to be called from one of them."""
        for task in [task for task in self._tasks if task.process == process]:
            self._resume(task, Killed)
        self._ready = [task for task in self._ready if not task.is_done]
        dead = self.on_death.pop(process, None)
        if dead is not None:
            dead()

    def effect(self, kind: str, label: str, do: Callable[[], T]) -> T:
        """Does something that is visible outside of the process; faults happen here, and only here.

        Raises Killed, or Refusal for the service to translate.
        """
        if self.current is not None:
            self.pause()
        self.counts[kind] += 1
        what = None if self.is_calm else self.faults.get((kind, self.counts[kind]))
        if what is not None:
            self._fail(what, label, do)
        result = do()
        self.say(f"{self.current.name if self.current else 'main'}: {label}")
        return result

    def _fail(self, what: What, label: str, do: Callable[[], T]) -> None:
        """What comes before the effect is done, unless this raises."""
        self.say(f"{self.current.name if self.current else 'main'}: {label} !! {what}")
        self.reached.add(f"fault: {what}")
        match what:
            case What.CRASH_BEFORE:
                self._die()
            case What.THROTTLE | What.FREEZE:
                self._wait(what)
            case What.CRASH_AFTER:
                with suppress(Exception):  # an error is not received either
                    do()
                self._die()
            case What.REFUSE | What.CONFLICT | What.PARTLY:
                raise Refusal(what)
            case What.LOSE:
                with suppress(Exception):
                    do()
                raise Refusal(what)
            case What.TWICE:
                with suppress(Exception):
                    do()

    def _wait(self, what: What) -> None:
        """Others go on meanwhile: some steps while the SDK pauses, minutes while it is frozen."""
        if self.current is None:
            return
        if what is What.FREEZE:
            self.sleep(self._rng.uniform(60.0, LONGEST_FREEZE_S))
        else:
            self.sleep(self._rng.uniform(0.05, 1.0))

    def _die(self) -> None:
        if self.current is not None:
            process = self.current.process
            self.at(0.0, lambda: self.kill(process))
        raise Killed

    def step(self) -> bool:
        """Runs one turn of one task, or one timer; False if there is none."""
        is_time = self._timers and (not self._ready or self._timers[0][0] <= self.now_s)
        if not is_time and not self._ready:
            return False
        self.steps += 1
        # Sometimes time passes while a process stands between two effects: a slow one.
        if is_time or (self._timers and not self.is_calm and self._rng.random() < 0.12):
            at_s, _, do = heapq.heappop(self._timers)
            self.now_s = max(self.now_s, at_s)
            do()
        else:
            self._resume(self._ready.pop(int(self._rng.random() * len(self._ready))))
        self._check()
        return True

    def _resume(self, task: Task, error: type[BaseException] | None = None) -> None:
        if task.is_done:
            return
        self.current = task
        try:
            if error is None:
                task.greenlet.switch()
            elif task.greenlet:
                task.greenlet.throw(error)
            else:  # it had not begun
                task.is_done = True
                self._tasks.remove(task)
        finally:
            self.current = None

    def is_idle(self, before_s: float) -> bool:
        """Whether nothing is ready and no timer goes off before that time."""
        return not self._ready and not (self._timers and self._timers[0][0] < before_s)

    def close(self) -> None:
        """Ends every task: a run leaves nothing behind."""
        self.on_death.clear()
        for task in list(self._tasks):
            self._resume(task, Killed)
