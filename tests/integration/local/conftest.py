"""Free ports, state folders and small child programs for the tests of `make up`'s machinery."""

import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from local.options import HOST, Options
from local.processes import Supervisor
from local.progress import Progress


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(cloud_port=free_port(), mqtt_port=free_port(), state=tmp_path / "state")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A supervisor and what it has told the person; its children end with the test."""
    told = StringIO()
    supervisor = Supervisor(tmp_path / "logs", Progress(told))
    yield SimpleNamespace(supervisor=supervisor, told=told)
    supervisor.stop()
