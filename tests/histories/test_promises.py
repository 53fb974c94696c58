"""Every read says in the OpenAPI file what it promises, and is judged by exactly that."""

import json
from pathlib import Path

from tests.histories.promises import MAY_LAG, STRICT

DOCUMENT = json.loads(
    (Path(__file__).parents[2] / "lambdas" / "api" / "openapi.json").read_text(encoding="utf-8")
)
OPERATIONS = {
    operation["operationId"]: operation["x-consistency"]
    for methods in DOCUMENT["paths"].values()
    for method, operation in methods.items()
}
READS = {
    methods["get"]["operationId"] for methods in DOCUMENT["paths"].values() if "get" in methods
}


def test_what_is_judged_strictly_is_what_promises_it() -> None:
    strict = {name for name, promise in OPERATIONS.items() if promise == "linearizable"}
    assert strict & READS == set(STRICT)


def test_what_is_judged_as_lagging_promises_no_more() -> None:
    assert {OPERATIONS[name] for name in MAY_LAG} == {"may lag"}


def test_whoever_writes_is_told_what_was_written() -> None:
    assert {OPERATIONS[name] for name in OPERATIONS.keys() - READS} == {"linearizable"}
