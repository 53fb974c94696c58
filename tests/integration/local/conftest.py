"""Free ports, state folders and supervisors for the tests of `make up`."""

import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from local.options import HOST, Options
from local.processes import Progress, Supervisor


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(cloud_port=free_port(), mqtt_port=free_port(), state=tmp_path / "state")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A supervisor and its output; its children end with the test."""
    output = StringIO()
    supervisor = Supervisor(tmp_path / "logs", Progress(output))
    yield SimpleNamespace(supervisor=supervisor, output=output)
    supervisor.stop()
