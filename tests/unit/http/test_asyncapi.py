"""The committed AsyncAPI file: up to date, complete, and its examples are what the schemas say."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from lambdas.api import asyncapi
from lambdas.api.live import MESSAGES

DOCUMENT = json.loads((Path(asyncapi.__file__).with_name("asyncapi.json")).read_text())
NAMES = [*(message.__name__ for message in MESSAGES), "Ping"]


def test_the_committed_file_is_generated_from_the_schemas() -> None:
    assert json.loads(asyncapi.text()) == DOCUMENT, "run `make openapi` and commit the file"


def test_every_reference_of_the_file_exists() -> None:
    references = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENT)))
    assert len(references) > 20
    for reference in references:
        found = DOCUMENT
        for part in reference.split("/"):
            found = found[part]


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_message_is_valid(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    for example in message["examples"]:
        Draft202012Validator(schema).validate(example["payload"])
        assert example["payload"]["type"] == message["name"]


def test_the_messages_of_an_account_carry_its_version() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    personal = {"OrderMessage", "WalletMessage", "DepositMessage", "HeartbeatMessage"}
    assert {n for n in NAMES if "account_version" in schemas[n]["properties"]} == personal


def test_the_objects_are_those_of_the_http_api() -> None:
    openapi = json.loads((Path(asyncapi.__file__).with_name("openapi.json")).read_text())
    for name in ("Order", "Wallet", "Deposit", "Stock"):
        http = openapi["components"]["schemas"][name]
        pushed = DOCUMENT["components"]["schemas"][name]
        assert (pushed["properties"].keys(), pushed["required"]) == (
            http["properties"].keys(),
            http["required"],
        )
