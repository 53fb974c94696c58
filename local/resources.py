"""What a run occupies on this machine: its state folder, locked and deletable, and its ports."""

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local.options import HOST, CannotRun, Options

_FOLDERS: Final = ("cloud", "s3", "tmp", "broker", "logs", "cdk.out", "cdk-home")
_FILES: Final = (
    "outputs.json",
    "cdk-outputs.json",
    "mqtt-credentials.json",
    "exchange-ledger.jsonl",
    "bridge.alive",
    "up.lock",
)
_LISTEN: Final = "0A"  # TCP_LISTEN in /proc/net/tcp


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock of a state folder during the block; the file contains our process id.

    The kernel owns the lock, so a killed run leaves none behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"`make up` is already running with this state folder ({_lock_owner(path)}). "
                "Stop it first, or choose another folder and ports: "
                "make up STATE=… CLOUD_PORT=… MQTT_PORT=…"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def is_held(path: Path) -> bool:
    """Whether a run is alive with this state folder."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _lock_owner(path: Path) -> str:
    pid = path.read_text().strip()
    return f"process {pid}" if pid else "another process"


def write_private(path: Path, text: str) -> None:
    """Replace a file atomically; only its owner can read it, since some hold credentials."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def clean(options: Options) -> None:
    """Delete what runs have created in the state folder, and nothing else in it."""
    if is_held(options.lock):
        raise CannotRun("`make up` is running: stop it first, then clean.")
    for name in _FOLDERS:
        if (options.state / name).is_dir():
            shutil.rmtree(options.state / name)
    for name in _FILES:
        (options.state / name).unlink(missing_ok=True)


def require_free(port: int, what: str, variable: str) -> None:
    """Raise CannotRun if the port is taken; `variable` is the Makefile's name of the option."""
    if is_free(port):
        return
    owner = holder(port)
    by = f" by {owner}" if owner else ""
    raise CannotRun(
        f"Port {port}, meant for {what}, is taken{by}. "
        f"Stop that program, or choose another port: make up {variable}={port + 1}"
    )


def is_free(port: int) -> bool:
    """Whether we could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections of an earlier run may still be in TIME_WAIT.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether a program accepts connections on the port."""
    try:
        with socket.create_connection((HOST, port), timeout=0.2):
            return True
    except OSError:
        return False


def holder(port: int) -> str | None:
    """The program that listens on the port as "name (process 123)", where /proc shows it."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    if not sockets:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(fd.readlink()) in sockets for fd in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # another user's process, or one that has just ended
            continue
    return None


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(fields[9])
    return inodes
