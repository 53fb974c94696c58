"""Requests that mean no good, and requests that schemathesis makes up, to the deployed system."""

from typing import Any

import pytest
import requests
from schemathesis import BaseSchema, Case, GenerationMode, openapi

from tests import fuzz
from tests.e2e.system import Answer, Person, System, a_person, http
from tests.unit.http.gateway import DOCUMENT
from tests.unit.http.hostile import REQUESTS, Hostile

EXAMPLES = 10


@pytest.fixture(scope="module")
def mallory(system: System) -> Person:
    """Somebody who has an account and means no good."""
    return a_person(system)


def sent(person: Person, hostile: Hostile) -> Answer:
    """Over the wire, with a token, as JSON unless it says otherwise."""
    token = {"Authorization": f"Bearer {person.tokens['IdToken']}"}
    return http(
        hostile.method,
        person.system.api_url + hostile.path,
        body=hostile.body,
        headers={"Content-Type": "application/json", **hostile.headers, **token},
    )


@pytest.mark.parametrize("hostile", REQUESTS.values(), ids=REQUESTS.keys())
def test_a_hostile_request_is_refused(mallory: Person, hostile: Hostile) -> None:
    answer = sent(mallory, hostile)

    assert 400 <= answer.status < 500, answer.text
    if answer.body != {
        "message": "Not Found"
    }:  # by the gateway, which has no route for a line break
        told = {answer.code, *(fault["code"] for fault in answer.body.get("faults", []))}
        assert hostile.code in told
    assert "set-cookie" not in answer.headers
    assert "y" not in answer.headers


def test_nothing_of_it_was_stored(mallory: Person) -> None:
    assert mallory.get("/orders")["items"] == []
    assert mallory.get("/wallet/postings")["items"] == []


@pytest.fixture(scope="module")
def described(system: System) -> BaseSchema:
    """What the deployed system says of itself."""
    return openapi.from_url(f"{system.api_url}/openapi.json", config=fuzz.CONFIG)


def has_line_break_in_path(case: Case[Any]) -> bool:
    """The local cloud's gateway has no route for it, and answers 404 itself."""
    return any("\n" in str(value) for value in (case.path_parameters or {}).values())


@pytest.mark.parametrize(("method", "path", "mode"), list(fuzz.modes(DOCUMENT)))
def test_every_answer_is_as_described(
    system: System,
    mallory: Person,
    described: BaseSchema,
    method: str,
    path: str,
    mode: GenerationMode,
) -> None:
    with requests.Session() as session:
        fuzz.check(
            described[path][method],
            mode,
            examples=EXAMPLES,
            is_answered_elsewhere=has_line_break_in_path,
            session=session,
            base_url=system.api_url,
            headers={"Authorization": f"Bearer {mallory.tokens['IdToken']}"},
        )
