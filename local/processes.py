"""Child processes: started from the main thread, each with its own log, all stopped in order. None
outlives us: on Linux the kernel ends them when we die, and whatever they leave in their group is
swept away.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from local.errors import CannotRun, Stopped
from local.options import ROOT
from local.progress import Progress

_POLL_S: Final = 0.05
_TAIL_LINES: Final = 15
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run: a name for people, the command, its whole environment, and how long its orderly
    end may take.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT
    grace_s: float = 10


class Child:
    """A started program. Its own session, so that Ctrl-C reaches us alone and we choose the order
    of ending.
    """

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                program.argv,
                env=dict(program.env),
                cwd=program.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        """The process id, which is also its group's."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.poll()

    def tail(self, lines: int = _TAIL_LINES) -> str:
        """The end of its log, indented."""
        text = self.log.read_text(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in text[-lines:]) or "    (its log is empty)"

    def stop(self) -> bool:
        """End it in order, then whatever it left; False if it had to be killed."""
        orderly = True
        if self.exit_code is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(self.program.grace_s)
            except subprocess.TimeoutExpired:
                orderly = False
        with suppress(ProcessLookupError):  # nobody left in its group
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        return orderly


class Supervisor:
    """Starts, watches and stops the children of one run."""

    def __init__(self, logs: Path, progress: Progress) -> None:
        self._logs = logs
        self._progress = progress
        self._services: list[Child] = []
        self._tasks: list[Child] = []
        self._asked_to_stop = False

    def obey_signals(self) -> None:
        """From here on Ctrl-C, SIGTERM and a closed terminal end the run at the next safe point."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(self, program: Program) -> Child:
        """Start a service: its death is the end of the run."""
        child = self._spawn(program)
        self._services.append(child)
        return child

    def begin(self, program: Program) -> Child:
        """Start a task, a program that ends by itself; `finish` waits for it."""
        child = self._spawn(program)
        self._tasks.append(child)
        return child

    def finish(self, task: Child, *, timeout_s: float, complaints: Callable[[str], str]) -> None:
        """Wait for a task; when it fails, `complaints` picks what to show from its log."""
        self.wait(lambda: task.exit_code is not None, task.program.name, timeout_s=timeout_s)
        self._tasks.remove(task)
        if task.exit_code != 0:
            told = complaints(task.log.read_text(errors="replace")) or task.tail()
            raise CannotRun(
                f"{task.program.name} failed ({_ending(task)}):\n{told}\n  Log: {task.log}"
            )

    def wait(
        self,
        condition: Callable[[], bool],
        what: str,
        *,
        timeout_s: float,
        seen: Callable[[], str] = str,
    ) -> None:
        """Wait until the condition holds, while every service lives and nobody asks us to stop.

        When the time is over, `seen` tells what was seen instead.
        """
        deadline = time.monotonic() + timeout_s
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"{what} was not ready after {timeout_s:.0f} s:\n{seen()}\n  Logs: {self._logs}"
                )
            time.sleep(_POLL_S)

    def check(self) -> None:
        """Raise if a service has died or we are asked to stop."""
        self._progress.tick()
        if self._asked_to_stop:
            raise Stopped
        for child in self._services:
            if child.exit_code is not None:
                raise CannotRun(
                    f"{child.program.name} ended by itself ({_ending(child)}), "
                    f"so everything is stopped. The end of its log, {child.log}:\n{child.tail()}"
                )

    def watch(self) -> None:
        """Stand by until asked to stop (Stopped) or until a service dies (CannotRun)."""
        while True:
            self.check()
            time.sleep(5 * _POLL_S)

    def stop(self) -> None:
        """End every child, last started first. Further signals wait until that is done."""
        for task in self._tasks:
            task.stop()
        while self._services:
            child = self._services.pop()
            if child.exit_code is not None:
                child.stop()  # nothing but what it has left behind
                continue
            with self._progress.step(f"{child.program.name} stopped"):
                orderly = child.stop()
            if not orderly:
                self._progress.say(f"  ! {child.program.name} did not end in time and was killed")

    def _spawn(self, program: Program) -> Child:
        try:
            return Child(program, self._logs / f"{program.name.replace(' ', '-')}.log")
        except FileNotFoundError as error:
            raise CannotRun(
                f"{program.name} cannot start: {error.filename} is missing. Run make up, "
                "which installs it."
            ) from error

    def _on_signal(self, *_: object) -> None:
        # A flag, no exception: an exception between fork and bookkeeping would lose a child.
        self._asked_to_stop = True


def _die_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _ending(child: Child) -> str:
    code = child.exit_code
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
