"""Child processes of a run: started from the main thread, each with its own log, stopped in order,
and the progress shown meanwhile.

No child outlives the run: on Linux the kernel ends the children when the parent dies, and whatever
they leave behind in their process group is killed.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

import rich.progress
from rich.console import Console

from local.options import ROOT, CannotRun, Stopped

_POLL_S: Final = 0.05
_TAIL_LINES: Final = 15
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


class Progress:
    """Prints each finished step with its duration; a terminal also shows the current step."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._console = Console(file=out)
        # Without auto_refresh, which needs a thread: children are started by fork.
        self._display = rich.progress.Progress(
            rich.progress.TextColumn("  … {task.description}"),
            rich.progress.TimeElapsedColumn(),
            console=self._console,
            auto_refresh=False,
            transient=True,
            disable=not self._console.is_interactive,
        )
        self._started_s = time.monotonic()

    @property
    def total_s(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._started_s

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the block and report it, unless it raises."""
        began_s = time.monotonic()
        with self._display:
            task = self._display.add_task(name, total=None)
            try:
                yield
            finally:
                self._display.remove_task(task)
        self.say(f"  ✓ {name:<46} {time.monotonic() - began_s:6.1f} s")

    def refresh(self) -> None:
        """Update the current step on a terminal."""
        self._display.refresh()

    def say(self, text: str) -> None:
        """Print a line."""
        self._console.out(text, highlight=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run: its name in messages, its command, its complete environment, and how long it may
    take to shut down.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT
    grace_s: float = 10


class Child:
    """A started program, in a session of its own: Ctrl-C reaches only the parent, which decides
    the order of shutdown.
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
        """Process id, which is also the id of its process group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative if a signal ended it."""
        return self._process.poll()

    def tail(self, lines: int = _TAIL_LINES) -> str:
        """The last lines of its log, indented."""
        text = self.log.read_text(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in text[-lines:]) or "    (its log is empty)"

    def stop(self) -> bool:
        """Terminate it, then kill what is left of its group. False if it did not end in time."""
        orderly = True
        if self.exit_code is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(self.program.grace_s)
            except subprocess.TimeoutExpired:
                orderly = False
        with suppress(ProcessLookupError):  # nothing left in its group
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        return orderly


class Supervisor:
    """Starts, watches and stops the children of one run: services, whose end is the end of the run,
    and tasks, which end by themselves.
    """

    def __init__(self, logs: Path, progress: Progress) -> None:
        self._logs = logs
        self._progress = progress
        self._services: list[Child] = []
        self._tasks: list[Child] = []
        self._stop_requested = False

    def handle_signals(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal end the run at the next check."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start_service(self, program: Program) -> Child:
        """Start a program that runs until the end of the run."""
        child = self._spawn(program)
        self._services.append(child)
        return child

    def start_task(self, program: Program) -> Child:
        """Start a program that ends by itself; `finish` waits for it."""
        child = self._spawn(program)
        self._tasks.append(child)
        return child

    def finish(self, task: Child, *, timeout_s: float, errors_in: Callable[[str], str]) -> None:
        """Wait for a task. If it fails, `errors_in` selects what to show of its log."""
        self.wait(lambda: task.exit_code is not None, task.program.name, timeout_s=timeout_s)
        self._tasks.remove(task)
        if task.exit_code != 0:
            errors = errors_in(task.log.read_text(errors="replace")) or task.tail()
            raise CannotRun(
                f"{task.program.name} failed ({_exit_status(task)}):\n{errors}\n  Log: {task.log}"
            )

    def wait(
        self,
        condition: Callable[[], bool],
        what: str,
        *,
        timeout_s: float,
        details: Callable[[], str] = str,
    ) -> None:
        """Wait until the condition holds, checking meanwhile as `check` does.

        After `timeout_s` raises CannotRun with `details`.
        """
        deadline = time.monotonic() + timeout_s
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"{what} was not ready after {timeout_s:.0f} s:\n{details()}\n"
                    f"  Logs: {self._logs}"
                )
            time.sleep(_POLL_S)

    def check(self) -> None:
        """Raise CannotRun if a service has ended, Stopped if the end of the run is requested."""
        self._progress.refresh()
        if self._stop_requested:
            raise Stopped
        for child in self._services:
            if child.exit_code is not None:
                raise CannotRun(
                    f"{child.program.name} ended by itself ({_exit_status(child)}), so everything "
                    f"is stopped. The end of its log, {child.log}:\n{child.tail()}"
                )

    def watch(self) -> None:
        """Check until `check` raises."""
        while True:
            self.check()
            time.sleep(5 * _POLL_S)

    def stop(self) -> None:
        """Stop every child, last started first. Further signals have no effect meanwhile."""
        for task in self._tasks:
            task.stop()
        while self._services:
            child = self._services.pop()
            if child.exit_code is not None:
                child.stop()  # only what it left in its process group
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
        # Only a flag: an exception between the fork and our noting the child would lose the child.
        self._stop_requested = True


def _die_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _exit_status(child: Child) -> str:
    code = child.exit_code
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
