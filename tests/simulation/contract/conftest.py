"""Runs the contract tests of the ports on the real repositories over the simulated DynamoDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from pynamodb.connection import Connection

from lambdas.names import Table
from tests.contract import conftest
from tests.contract.conftest import ports
from tests.simulation import wiring
from tests.simulation.kernel import Kernel
from tests.simulation.releases import this_release
from tests.simulation.tables import Tables

__all__ = ["ports"]


class RawTable:
    """The two methods of boto3's Table that the contract tests use to look behind the ports."""

    def __init__(self, tables: Tables, table: Table) -> None:
        self._items = tables.of(table)

    def update_item(
        self, *, Key: dict[str, Any], UpdateExpression: str, ExpressionAttributeValues: Any
    ) -> None:
        """Sets one attribute to a text."""
        _, name, _, value = UpdateExpression.split()
        text = ExpressionAttributeValues[value]
        self._items[_raw_key(Key)] |= {name: {"S": text}}

    def get_item(self, *, Key: dict[str, Any], ConsistentRead: bool) -> dict[str, Any]:
        """An item; of its attributes those that are texts."""
        assert ConsistentRead, "the tests look at what has been written"
        item = self._items[_raw_key(Key)]
        return {"Item": {name: value["S"] for name, value in item.items() if "S" in value}}


def _raw_key(key: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in key.values())


@pytest.fixture(autouse=True)
def instead_of_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def simulated(_: pytest.MonkeyPatch) -> Iterator[Connection]:
        """Replaces `tests.fakes.dynamo.tables`."""
        kernel = Kernel(Random(0), {}, lambda: None)
        kernel.is_calm = True  # without lag: the contract is about what has been written
        tables = Tables(kernel, Random(0))
        monkeypatch.setattr(conftest, "_table", lambda table: RawTable(tables, table))
        wiring.serve(tables)
        yield wiring.connection(this_release())

    monkeypatch.setattr(conftest, "tables", simulated)
