"""Runs the contract tests of the ports on the real repositories over the simulated DynamoDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from pynamodb.connection import Connection

from tests.contract import conftest
from tests.contract.conftest import ports
from tests.simulation import wiring
from tests.simulation.kernel import Kernel
from tests.simulation.tables import Tables

__all__ = ["ports"]


@contextmanager
def simulated(_: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Replaces `tests.fakes.dynamo.tables`."""
    kernel = Kernel(Random(0), {}, lambda: None)
    kernel.is_calm = True  # without lag: the contract is about what has been written
    wiring.serve(Tables(kernel, Random(0)))
    yield wiring.connection()


@pytest.fixture(autouse=True)
def instead_of_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "tables", simulated)
