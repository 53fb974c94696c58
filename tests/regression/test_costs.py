"""What must not creep up: calls, units and log per operation, what a start loads, what ships.

Held against the figures in docs/benchmarks/, which `make bench` writes. Seconds are not among them.
A change that is meant: `python -m bench units package`, and the new figures into the same commit.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.operations import measured
from bench.package import OURS, loaded, measure
from cdk.build import build_for
from lambdas.names import Function

DATA = Path(__file__).parents[2] / "docs" / "benchmarks"
pytestmark = pytest.mark.timeout(300)  # the first build downloads wheels

UNWANTED = ("asyncio", "pydantic", "boto3", "aws_lambda_powertools.event_handler", "numpy")
"""What a start once loaded, or easily might, for nothing."""


def kept(part: str) -> Any:
    return json.loads((DATA / f"{part}.json").read_text())["found"]


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    return {operation.name: operation.as_json() for operation in measured()}


@pytest.mark.parametrize("name", kept("units"))
def test_an_operation_calls_and_costs_what_is_written(
    operations: dict[str, dict[str, Any]], name: str
) -> None:
    for what in ("calls", "read_units", "write_units", "written", "logged_bytes", "batch_bytes"):
        assert operations[name][what] == kept("units")[name][what]


def test_no_operation_is_left_out(operations: dict[str, dict[str, Any]]) -> None:
    assert operations.keys() == kept("units").keys()


@pytest.fixture(scope="module")
def package() -> dict[str, Any]:
    return measure()


@pytest.mark.parametrize("function", Function)
def test_a_start_loads_no_more_modules_than_is_written(
    package: dict[str, Any], function: Function
) -> None:
    found, before = package["modules"][function], kept("package")["modules"][function]
    for name in OURS:
        assert found[name] <= before[name], name


@pytest.mark.parametrize("function", Function)
def test_a_start_loads_nothing_unwanted(function: Function) -> None:
    names = loaded(build_for("local"), function)
    assert not [name for name in names if name.startswith(UNWANTED)]


@pytest.mark.parametrize("what", ["code", "layer"])
def test_what_ships_has_not_grown(package: dict[str, Any], what: str) -> None:
    """Bytecode differs a little between the patches of a Python."""
    assert package["kilobytes"][what] <= kept("package")["kilobytes"][what] * 1.05
