"""POST /jobs, GET /jobs, GET /jobs/{id}, and the jobs of the heartbeat."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from lambdas.api.job_schemas import PortfolioHistory
from lambdas.domain import jobs as life
from lambdas.domain.jobs import Reason
from lambdas.handlers.job_types import task_of
from lambdas.ports import JobsPulse
from lambdas.services import portfolio_history
from tests.builders import ALICE, BRUNO, NOW, a_deposit
from tests.fakes.jobs import MemoryJobs
from tests.unit.http.gateway import Answer, Site

KEY = "0b7b7a3c-1d11-4f0e-8f0a-6f1c3c869f0e"
PROJECTION = {"kind": "projection", "symbol": "aapl", "days": 30, "quantity": "2.50"}


def ask(site: Site, body: Any = PROJECTION, key: str | None = KEY, who: str = ALICE) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return site.post("/jobs", body, headers=headers, who=who)


def test_a_job_is_stored_and_enqueued(site: Site) -> None:
    answer = ask(site)
    assert answer.status == 202
    assert answer.json == {
        "job_id": life.job_id_for(ALICE, UUID(KEY)),
        "kind": "projection",
        "question": {"days": 30, "symbol": "AAPL", "quantity": "2.5"},
        "state": "queued",
        "created_at": "2026-03-04T15:00:00.123456Z",
        "started_at": None,
        "ended_at": None,
        "reason": None,
    }
    assert answer.headers["Location"] == f"/jobs/{answer.json['job_id']}"
    assert site.deps.job_queue.sent == [answer.json["job_id"]]


def test_a_retry_is_the_same_job(site: Site) -> None:
    first = ask(site)
    again = ask(site, PROJECTION | {"quantity": 2.5, "symbol": " AAPL ", "unknown": 1})
    assert (first.status, again.status) == (202, 200)
    assert again.json == first.json


def test_a_retry_enqueues_a_job_that_waits_and_no_other(site: Site) -> None:
    job_id = ask(site).json["job_id"]
    ask(site)
    assert site.deps.job_queue.sent == [job_id, job_id], (
        "the first message may never have been sent"
    )
    started = life.start(site.store.jobs[job_id], NOW)
    assert started is not None
    site.deps.jobs.update(site.store.jobs[job_id], started)

    assert ask(site).json["state"] == "running"

    assert len(site.deps.job_queue.sent) == 2


@pytest.mark.parametrize(
    "other", [PROJECTION | {"days": 31}, {"kind": "portfolio_history", "range": "1m"}]
)
def test_another_job_under_a_used_key_is_refused(site: Site, other: dict[str, Any]) -> None:
    ask(site)
    stored = site.frozen()
    answer = ask(site, other)
    assert (answer.status, answer.json["code"]) == (422, "idempotency_key_reused")
    assert site.store == stored


def test_without_a_key_the_server_makes_one(site: Site) -> None:
    assert ask(site, key=None).status == 202


def test_a_job_that_cannot_be_enqueued_is_left_to_the_sweep(site: Site, log: Any) -> None:
    site.deps.job_queue.is_broken = True
    answer = ask(site)
    assert answer.status == 202
    assert site.store.jobs[answer.json["job_id"]].is_open
    assert "job waits for the sweep" in [line["message"] for line in log()]


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, {"kind": "required"}),
        ({"kind": "magic"}, {"kind": "not_a_kind"}),
        ({"kind": 7}, {"kind": "not_a_text"}),
        (
            {"kind": "projection"},
            {"symbol": "required", "days": "required", "quantity": "required"},
        ),
        (PROJECTION | {"days": 0}, {"days": "too_small"}),
        (PROJECTION | {"days": 366}, {"days": "too_large"}),
        (PROJECTION | {"days": 1.5}, {"days": "too_many_decimals"}),
        (PROJECTION | {"days": True}, {"days": "not_a_number"}),
        (
            PROJECTION | {"quantity": "-1", "symbol": "?"},
            {"quantity": "too_small", "symbol": "not_a_symbol"},
        ),
        ({"kind": "portfolio_history"}, {"range": "required"}),
        ({"kind": "portfolio_history", "range": "2w"}, {"range": "not_a_range"}),
        ({"kind": "portfolio_history", "range": 7}, {"range": "not_a_text"}),
    ],
)
def test_every_invalid_field_of_a_job_is_named_and_nothing_is_written(
    site: Site, body: Any, faults: dict[str, str]
) -> None:
    answer = ask(site, body)
    assert answer.status == 422
    assert {fault["field"]: fault["code"] for fault in answer.json["faults"]} == faults
    assert site.store.jobs == {}
    assert site.deps.job_queue.sent == []


def test_a_job_of_another_account_does_not_exist(site: Site) -> None:
    job_id = ask(site).json["job_id"]
    assert site.get(f"/jobs/{job_id}", who=BRUNO).status == 404
    assert site.get("/jobs", who=BRUNO).json["items"] == []
    assert ask(site, who=BRUNO).json["job_id"] != job_id


@pytest.mark.parametrize("job_id", ["x", "last%23finished", KEY])
def test_an_unknown_or_invalid_job_id_is_not_found(site: Site, job_id: str) -> None:
    assert site.get(f"/jobs/{job_id}").status == 404


def test_a_finished_job_shows_its_result_and_a_list_leaves_results_out(site: Site) -> None:
    site.store.deposit(a_deposit(BRUNO))
    job_id = ask(site, {"kind": "portfolio_history", "range": "1w"}, who=BRUNO).json["job_id"]
    assert site.get(f"/jobs/{job_id}", who=BRUNO).json["result"] is None
    task = task_of(site.store.jobs[job_id])
    joined = portfolio_history.join(task, [], site.deps)
    result = msgspec.json.encode(PortfolioHistory.from_result(joined, "USD")).decode()
    done = life.finish(site.store.jobs[job_id], result, NOW + timedelta(seconds=1))
    assert done is not None
    site.store.jobs[job_id] = done

    shown = site.get(f"/jobs/{job_id}", who=BRUNO).json
    assert (shown["state"], shown["ended_at"]) == ("finished", "2026-03-04T15:00:01.123456Z")
    assert shown["question"] == {"range": "1w"}
    assert shown["result"]["points"][-1]["total"] == "1000.00"
    (listed,) = site.get("/jobs", who=BRUNO).json["items"]
    assert "result" not in listed


def test_a_failed_job_has_its_reason(site: Site) -> None:
    job_id = ask(site).json["job_id"]
    reason = Reason(code="not_enough_history", message="Not yet.", retry_at=NOW)
    ended = life.fail(site.store.jobs[job_id], reason, NOW)
    assert ended is not None
    site.store.jobs[job_id] = ended
    assert site.get(f"/jobs/{job_id}").json["reason"] == {
        "code": "not_enough_history",
        "message": "Not yet.",
        "retry_at": "2026-03-04T15:00:00.123456Z",
    }


def test_jobs_are_listed_page_by_page_newest_first(site: Site) -> None:
    ids = []
    for second in range(3):
        site.now = NOW + timedelta(seconds=second)
        ids.append(ask(site, key=f"0b7b7a3c-1d11-4f0e-8f0a-6f1c3c869f0{second}").json["job_id"])
    first = site.get("/jobs", query={"limit": "2"}).json
    last = site.get("/jobs", query={"limit": "2", "cursor": first["next_cursor"]}).json
    assert [job["job_id"] for job in first["items"] + last["items"]] == ids[::-1]
    assert last["next_cursor"] is None


def beat(site: Site) -> Any:
    return site.get("/heartbeat", who=None).json["jobs"]


def test_the_heartbeat_reports_a_missing_workflow(site: Site) -> None:
    site.deps.workflow.is_missing = True
    assert beat(site)["alive"] is False


def test_the_heartbeat_reports_that_jobs_are_not_swept(site: Site) -> None:
    job_id = ask(site).json["job_id"]
    due = site.store.jobs[job_id].next_check_at
    site.now = due + timedelta(minutes=3)
    assert beat(site)["alive"] is True
    site.now += timedelta(seconds=30, microseconds=1)
    assert beat(site)["alive"] is False


def test_the_heartbeat_has_the_times_when_jobs_last_finished_and_failed(site: Site) -> None:
    for key, end in (("1", True), ("2", False)):
        job = site.store.jobs[ask(site, key=KEY[:-1] + key).json["job_id"]]
        ended = life.finish(job, "{}", NOW) if end else life.fail(job, life.TIMED_OUT, NOW)
        assert ended is not None
        site.store.jobs[job.job_id] = ended
    assert beat(site) == {
        "alive": True,
        "last_finished_at": "2026-03-04T15:00:00.123456Z",
        "last_failed_at": "2026-03-04T15:00:00.123456Z",
    }


def test_jobs_are_checked_once_in_thirty_seconds_and_a_failing_check_is_unknown(
    site: Site,
) -> None:
    class Failing(MemoryJobs):
        asked = 0

        def pulse(self) -> JobsPulse:
            self.asked += 1
            raise RuntimeError

    failing = Failing(site.store)
    site.deps.jobs = failing
    for elapsed_s in (0, 5, 29.999):
        site.now = NOW + timedelta(seconds=elapsed_s)
        assert beat(site) == {"alive": None, "last_finished_at": None, "last_failed_at": None}
    assert failing.asked == 1
    site.now = NOW + timedelta(seconds=30)
    beat(site)
    assert failing.asked == 2
