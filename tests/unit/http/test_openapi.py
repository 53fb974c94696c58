"""The committed OpenAPI file: valid, up to date, and complete."""

import json
from typing import Any

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from lambdas.api import examples, openapi
from lambdas.api.job_schemas import JOB_TYPES
from lambdas.api.orders import NewOrder
from lambdas.api.routes import table
from lambdas.api.routing import Route
from lambdas.api.wallet import NewDeposit
from lambdas.handlers import job_types
from tests.unit.http.gateway import DOCUMENT, Site


def test_the_committed_file_is_generated_from_the_routes_and_schemas() -> None:
    assert json.loads(openapi.text()) == DOCUMENT, "run `make openapi` and commit the file"


def test_the_file_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    assert DOCUMENT["openapi"].startswith("3.1.")


@pytest.mark.parametrize("route", table.routes.values(), ids=table.routes.keys())
def test_every_route_of_the_file_is_served(site: Site, route: Route) -> None:
    path = route.path.replace("{symbol}", "AAPL").replace("{order_id}", "0" * 8)
    who = None if route.is_public else "someone"

    answer = site.ask(route.method, path, who=who, body="{}")

    assert answer.json.get("message") != "There is no such page."
    assert answer.status not in (401, 405, 500)
    assert route.method in table.allowed_methods(path)


def test_few_routes_are_public() -> None:
    open_to_all = [
        path
        for path, methods in DOCUMENT["paths"].items()
        for operation in methods.values()
        if operation.get("security") == []
    ]

    assert open_to_all == ["/heartbeat", "/openapi.json", "/receipts/{number}"]
    assert DOCUMENT["security"] == [{"token": []}]


@pytest.mark.parametrize("route", table.routes.values(), ids=table.routes.keys())
def test_no_route_has_a_parameter_for_an_account(route: Route) -> None:
    fields = route.body.__struct_fields__ if route.body is not None else ()
    names = {*fields, *(parameter.name for parameter in route.parameters)}

    assert not [name for name in names if "user" in name or "account" in name]


def fits(value: Any, name: str) -> bool:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return bool(OAS31Validator(schema).is_valid(value))


@pytest.mark.parametrize("name", examples.EXAMPLES)
def test_every_example_of_an_answer_fits_its_schema(name: str) -> None:
    operation_id, _, status = name.partition(" ")
    operation = next(
        operation
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
        if operation["operationId"] == operation_id
    )
    statuses = operation["responses"]
    content = statuses[status or next(iter(statuses))]["content"]["application/json"]

    assert content["example"] == msgspec.json.decode(msgspec.json.encode(examples.EXAMPLES[name]))
    assert fits(content["example"], content["schema"]["$ref"].rsplit("/", 1)[1])


@pytest.mark.parametrize(
    ("body", "is_good"),
    [
        (NewOrder.EXAMPLE, True),
        ({"symbol": "AAPL", "quantity": 1.5}, True),
        ({"symbol": "AAPL"}, False),
        ({"quantity": 1}, False),
        ({"symbol": "AAPL", "quantity": 1, "amount": 1}, False),
        ({"symbol": "AAPL", "quantity": "NaN"}, False),
        ({"symbol": "AAPL", "quantity": True}, False),
    ],
)
def test_the_schema_of_an_order_refuses_invalid_bodies(body: dict[str, Any], is_good: bool) -> None:
    assert fits(body, "NewOrder") is is_good


def test_the_example_of_a_deposit_can_be_deposited(site: Site) -> None:
    assert site.post("/wallet/deposits", NewDeposit.EXAMPLE).status == 201


def test_a_job_of_every_type_can_be_requested() -> None:
    assert set(JOB_TYPES) == set(job_types.JOB_TYPES)
