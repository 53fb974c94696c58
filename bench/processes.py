"""Processes that a measurement starts, and that end with it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

STARTED: Final = Path(__file__).with_name("started.py")


def cpu_s(pid: int) -> float:
    """User and system time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def process(arguments: list[str], **kwargs: Any) -> Iterator["subprocess.Popen[str]"]:
    """A Python process that ends with the block."""
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, text=True, **kwargs) as running:
        try:
            yield running
        finally:
            running.terminate()
            running.communicate()


@contextmanager
def aws_stub(port: int) -> Iterator[str]:
    """The address of AWS on loopback."""
    arguments = ["-m", "bench.aws_stub", "--port", str(port)]
    with process(arguments, stdout=subprocess.PIPE) as stub:
        assert stub.stdout
        assert stub.stdout.readline() == "ready\n", "the stub did not start; is the port taken?"
        yield f"http://127.0.0.1:{port}"


class Function:
    """A function in a process of its own, started as Lambda starts it."""

    def __init__(
        self, python: Path, plan: Mapping[str, Any], environment: Mapping[str, str]
    ) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
            json.dump(plan, file)
        self._plan = Path(file.name)
        read, write = os.pipe()
        self._process = subprocess.Popen(
            [str(python), "-S", str(STARTED), file.name, str(write)],
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},  # a package is read-only there
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(write,),
            text=True,
        )
        os.close(write)
        self._answers: IO[str] = os.fdopen(read)

    def told(self) -> Any:
        """The next thing that it says of itself; an error with its words if it says nothing."""
        line = self._answers.readline()
        if not line:
            assert self._process.stderr
            raise RuntimeError(self._process.stderr.read())
        return json.loads(line)

    def ask(self, command: str, count: int) -> Any:
        """`run` or `sample` so many events."""
        assert self._process.stdin
        self._process.stdin.write(f"{command} {count}\n")
        self._process.stdin.flush()
        return self.told()

    def end(self) -> None:
        """Let it go."""
        self._process.kill()
        self._process.communicate()
        self._answers.close()
        self._plan.unlink()
