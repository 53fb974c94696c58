"""Statements as jobs: asked for by month, answered with a link that is new each time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from lambdas.api.job_schemas import StoredStatement
from lambdas.domain.jobs import State
from lambdas.domain.receipts import Language
from tests.builders import ALICE, BRUNO, NOW
from tests.unit.http.gateway import Site

STORED = StoredStatement(
    key=f"{ALICE}/statements/2026-02-abc.es.pdf",
    month="2026-02",
    language=Language.SPANISH,
    currency="USD",
    opening_balance="0.00",
    closing_balance="713.11",
    postings=3,
    until="2026-03-01T03:00:00.000000Z",
)


def submitted(site: Site, **parameters: Any) -> Any:
    answer = site.post(
        "/jobs",
        {"kind": "statement", **parameters},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert answer.status == 202, answer.text
    return answer.json


def finished(site: Site) -> str:
    job_id: str = submitted(site, month="2026-02")["job_id"]
    job = site.store.jobs[job_id]
    result = msgspec.json.encode(STORED).decode()
    site.store.jobs[job_id] = replace(job, state=State.FINISHED, ended_at=NOW, result=result)
    return job_id


def test_a_statement_is_in_spanish_unless_it_is_to_be_in_english(site: Site) -> None:
    assert submitted(site, month="2026-02")["question"] == {"month": "2026-02", "language": "es"}
    english = submitted(site, month="2026-03", language="en")
    assert english["question"] == {"month": "2026-03", "language": "en"}


@pytest.mark.parametrize(
    ("parameters", "fields"),
    [
        ({}, ["month"]),
        ({"month": "2026-13"}, ["month"]),
        ({"month": "February"}, ["month"]),
        ({"month": 202602}, ["month"]),
        ({"month": "2026-04"}, ["month"]),  # it is March
        ({"month": "2026-02", "language": "fr"}, ["language"]),
        ({"month": "x", "language": 7}, ["month", "language"]),
    ],
)
def test_every_invalid_field_is_named(
    site: Site, parameters: dict[str, Any], fields: list[str]
) -> None:
    answer = site.post("/jobs", {"kind": "statement", **parameters})
    assert (answer.status, answer.fields) == (422, fields)


def test_a_finished_statement_has_a_link_that_is_new_each_time(site: Site) -> None:
    job_id = finished(site)
    first = site.get(f"/jobs/{job_id}").json["result"]
    assert first == {
        "kind": "statement",
        "month": "2026-02",
        "language": "es",
        "currency": "USD",
        "opening_balance": "0.00",
        "closing_balance": "713.11",
        "postings": 3,
        "until": "2026-03-01T03:00:00.000000Z",
        "url": f"https://documents.example/{STORED.key}?as=cartola-2026-02.pdf&seconds=300",
        "expires_at": "2026-03-04T15:05:00.123456Z",
    }
    site.now = NOW + timedelta(hours=1)
    later = site.get(f"/jobs/{job_id}").json["result"]
    assert later["expires_at"] == "2026-03-04T16:05:00.123456Z"


def test_another_account_gets_no_statement(site: Site) -> None:
    answer = site.get(f"/jobs/{finished(site)}", who=BRUNO)
    assert (answer.status, answer.json["code"]) == (404, "not_found")
