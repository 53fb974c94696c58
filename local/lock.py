"""One run per state folder. The kernel holds the lock, so a killed run never leaves a stale one."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.errors import CannotRun


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock for the block; our pid is in the file meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"`make up` already runs here ({_owner(path)}). Stop it first."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def is_held(path: Path) -> bool:
    """Whether a run lives on this state folder."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _owner(path: Path) -> str:
    pid = path.read_text().strip()
    return f"process {pid}" if pid else "another process"
