"""Supervision with real child processes: what ends a run, what is reported, and that no process
stays.
"""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from local.options import ROOT, CannotRun, Stopped
from local.processes import Program

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(60)"
)


ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def python(name: str, code: str, *, grace_s: float = 5) -> Program:
    """A child program of a few lines."""
    return Program(name=name, argv=(sys.executable, "-c", code), grace_s=grace_s)


def recording(name: str, record: Path) -> str:
    """A child that appends its name to a file when it is terminated."""
    return textwrap.dedent(f"""
        import pathlib, signal, sys, time
        def end(*_):
            with pathlib.Path({str(record)!r}).open("a") as file:
                file.write({name!r} + "\\n")
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        print("up", flush=True)
        time.sleep(60)
    """)


def eventually(condition: Callable[[], bool], timeout_s: float = 5) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def is_up(child: object) -> Callable[[], bool]:
    return lambda: "up" in child.tail()  # type: ignore[attr-defined]


def test_a_service_that_ends_is_an_error_that_shows_the_end_of_its_log(
    run: SimpleNamespace,
) -> None:
    code = "import sys; print('no such table'); sys.exit(3)"
    run.supervisor.start_service(python("bridge", code))

    with pytest.raises(CannotRun) as raised:
        run.supervisor.watch()

    assert "bridge ended by itself (exit code 3)" in str(raised.value)
    assert "no such table" in str(raised.value)


def test_a_killed_service_is_reported_with_its_signal(run: SimpleNamespace) -> None:
    child = run.supervisor.start_service(python("broker", SLEEPER))
    os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(CannotRun, match="broker ended by itself \\(killed by SIGKILL\\)"):
        run.supervisor.watch()


def test_a_service_that_ends_while_another_is_awaited_ends_the_wait(
    run: SimpleNamespace,
) -> None:
    run.supervisor.start_service(python("cloud", "import sys; sys.exit(1)"))

    began = time.monotonic()
    with pytest.raises(CannotRun, match="cloud ended by itself"):
        run.supervisor.wait(lambda: False, "The API", timeout_s=30)
    assert time.monotonic() - began < 5


def test_a_time_out_names_what_was_not_ready(run: SimpleNamespace) -> None:
    with pytest.raises(CannotRun, match="The API was not ready after 0 s"):
        run.supervisor.wait(lambda: False, "The API", timeout_s=0.1)


def test_children_are_stopped_last_started_first(run: SimpleNamespace, tmp_path: Path) -> None:
    record = tmp_path / "record"
    children = [
        run.supervisor.start_service(python(name, recording(name, record)))
        for name in ("cloud", "broker", "bridge")
    ]
    assert all(eventually(is_up(child)) for child in children)

    run.supervisor.stop()

    assert record.read_text().split() == ["bridge", "broker", "cloud"]
    assert all(child.exit_code == 0 for child in children)


def test_a_child_that_ignores_sigterm_is_killed_and_reported(run: SimpleNamespace) -> None:
    child = run.supervisor.start_service(python("cloud", STUBBORN, grace_s=0.3))
    assert eventually(is_up(child))

    run.supervisor.stop()

    assert child.exit_code == -signal.SIGKILL
    assert "cloud did not end in time and was killed" in run.output.getvalue()


PARENT = f"""
import subprocess, sys, time
child = [sys.executable, "-c", {STUBBORN!r}]
print(subprocess.Popen(child, stdout=subprocess.DEVNULL).pid, flush=True)
time.sleep(60)
"""


def test_the_children_of_a_child_end_with_it(run: SimpleNamespace) -> None:
    child = run.supervisor.start_service(python("cloud", PARENT))
    assert eventually(lambda: child.tail().strip().isdigit())
    grandchild = int(child.tail())
    assert alive(grandchild)

    run.supervisor.stop()

    assert eventually(lambda: not alive(grandchild))


def test_a_failed_task_shows_its_error_lines(run: SimpleNamespace) -> None:
    task = run.supervisor.start_task(
        python("deploy", "print('noise'); print('Error: no'); exit(1)")
    )

    with pytest.raises(CannotRun) as raised:
        run.supervisor.finish(task, timeout_s=5, errors_in=lambda log: log.splitlines()[1])

    assert "deploy failed (exit code 1):\nError: no" in str(raised.value)
    assert "noise" not in str(raised.value)


def test_a_task_that_succeeds_is_no_error(run: SimpleNamespace) -> None:
    task = run.supervisor.start_task(python("deploy", "pass"))
    run.supervisor.finish(task, timeout_s=5, errors_in=str)
    run.supervisor.check()


def test_a_missing_program_is_named(run: SimpleNamespace) -> None:
    with pytest.raises(CannotRun, match="bridge cannot start: /no/such/program is missing"):
        run.supervisor.start_service(Program(name="bridge", argv=("/no/such/program",)))


def test_a_signal_ends_any_wait(run: SimpleNamespace) -> None:
    before = {number: signal.getsignal(number) for number in ENDING}
    try:
        run.supervisor.handle_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            run.supervisor.wait(lambda: False, "anything", timeout_s=5)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


RUNNER = """
import sys
from pathlib import Path
from local.options import Stopped
from local.processes import Program, Progress, Supervisor
supervisor = Supervisor(Path(sys.argv[1]), Progress())
supervisor.handle_signals()
child = supervisor.start_service(Program(name="cloud", argv=(sys.executable, "-c", sys.argv[2])))
print(child.pid, flush=True)
try:
    supervisor.watch()
except Stopped:
    supervisor.stop()
    sys.exit(0)
"""


@pytest.fixture
def runner(tmp_path: Path) -> subprocess.Popen[str]:
    """Supervises one child in a process of its own; its first line is that child's pid."""
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(tmp_path / "logs"), SLEEPER],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


@pytest.mark.parametrize("number", ENDING)
def test_ctrl_c_and_other_signals_stop_everything_and_exit_0(
    runner: subprocess.Popen[str], number: signal.Signals
) -> None:
    with runner:
        assert runner.stdout
        child = int(runner.stdout.readline())
        runner.send_signal(number)
        assert runner.wait(10) == 0
    assert not alive(child)


def test_children_of_a_killed_run_end_with_it(runner: subprocess.Popen[str]) -> None:
    with runner:
        assert runner.stdout
        child = int(runner.stdout.readline())
        assert alive(child)
        runner.kill()
        runner.wait(5)
    assert eventually(lambda: not alive(child))
