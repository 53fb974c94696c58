"""Whether a port is free and, where the system tells, which program has it."""

import socket
from pathlib import Path
from typing import Final

from local.errors import CannotRun
from local.options import HOST

_LISTEN: Final = "0A"  # the kernel's number for this socket state in /proc/net/tcp


def require_free(port: int, what: str, variable: str) -> None:
    """Refuse a taken port in words that help; `variable` is the Makefile's name for the choice."""
    if is_free(port):
        return
    owner = holder(port)
    by = f" by {owner}" if owner else ""
    raise CannotRun(
        f"Port {port}, meant for {what}, is taken{by}. "
        f"Stop that program, or choose another port: make up {variable}={port + 1}"
    )


def is_free(port: int) -> bool:
    """Whether we could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Connections of an earlier run may linger in TIME_WAIT; servers bind over those, and so do
        # we.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection((HOST, port), timeout=0.2):
            return True
    except OSError:
        return False


def holder(port: int) -> str | None:
    """The listening program as "name (process 123)"; None where the system does not tell."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    if not sockets:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(fd.readlink()) in sockets for fd in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # not ours to look into, or gone meanwhile
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
