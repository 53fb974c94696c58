"""Jobs that have no answer, whose step breaks, that nobody starts or ends: each of them ends, and
says why; and the heartbeat tells how the service is.
"""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.e2e.asking import FINISHES_WITHIN_S, a_projection, ask, ended, finished
from tests.e2e.quiet import hear
from tests.e2e.system import Person, System, eventually, http


def test_a_company_without_history_fails_the_job_in_plain_words(
    system: System, person: Person
) -> None:
    symbol = f"NEW{uuid4().hex[:6].upper()}"
    stock = {"symbol": symbol, "shortName": symbol, "price": 10}
    hear(system, "prices", json.dumps({"stocks": [stock]}))
    eventually(lambda: person.call("GET", f"/stocks/{symbol}").status == 200, what="a newcomer")
    job = ended(person, ask(person, a_projection(symbol=symbol)).body["job_id"])
    assert job["state"] == "failed"
    assert job["reason"]["code"] == "not_enough_history"
    assert "not enough history" in job["reason"]["message"]
    assert job["reason"]["retry_at"] > job["created_at"]
    assert job["result"] is None


def lost_job(system: System, person: Person, **changes: str) -> str:
    """A job as a crash would leave it: stored, and never heard of again."""
    client, table = system.client("dynamodb"), system.outputs["tables"]["jobs"]
    job_id = ask(person, a_projection()).body["job_id"]
    ended(person, job_id)
    item = client.get_item(TableName=table, Key={"job_id": {"S": job_id}})["Item"]
    for name in ("started_at", "ended_at", "result"):
        item.pop(name, None)
    item |= {name: {"S": value} for name, value in changes.items()}
    item["open"] = {"S": "OPEN"}
    client.put_item(TableName=table, Item=item)
    return str(job_id)


def stored(at: datetime) -> str:
    """As the tables hold times."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f+0000")


@pytest.mark.timeout(360)  # the sweep comes every minute
def test_a_job_that_never_started_is_started_and_one_that_never_ends_is_ended(
    system: System, person: Person
) -> None:
    past, soon = datetime.now(UTC) - timedelta(minutes=1), datetime.now(UTC) + timedelta(minutes=9)
    silent = lost_job(
        system, person, state="queued", next_check_at=stored(past), deadline_at=stored(soon)
    )
    hung = lost_job(
        system, person, state="running", next_check_at=stored(past), deadline_at=stored(past)
    )
    timed_out = ended(person, hung, within_s=150)
    assert (timed_out["state"], timed_out["reason"]["code"]) == ("failed", "timed_out")
    assert ended(person, silent, within_s=150)["state"] == "finished"


@pytest.mark.timeout(120)
def test_a_step_that_breaks_is_tried_again_and_then_ends_the_job_in_plain_words(
    system: System, person: Person
) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=9)
    broken = lost_job(
        system,
        person,
        job_type="of another version of this system",
        state="queued",
        next_check_at=stored(soon),
        deadline_at=stored(soon),
    )
    system.client("sqs").send_message(
        QueueUrl=system.outputs["queues"]["jobs"], MessageBody=json.dumps({"job_id": broken})
    )
    job = ended(person, broken)
    assert job["state"] == "failed"
    assert job["reason"]["code"] == "internal_error"
    assert job["reason"]["message"] == "Something went wrong on our side."
    tried_for = datetime.fromisoformat(job["ended_at"]) - datetime.fromisoformat(job["started_at"])
    assert tried_for > timedelta(seconds=1)  # four pauses of up to 1, 2, 4 and 8 s


def test_the_heartbeat_knows_how_jobs_go(system: System, person: Person) -> None:
    done = finished(person, a_projection())
    failed = ended(person, ask(person, a_projection(symbol="NOBODY")).body["job_id"])
    assert failed["reason"]["message"] == "There is no such company."

    def told() -> bool:
        heartbeat = http("GET", f"{system.api_url}/heartbeat").body
        jobs = heartbeat["jobs"]
        return (
            jobs["alive"] is True
            and (jobs["last_finished_at"] or "") >= done["ended_at"]
            and (jobs["last_failed_at"] or "") >= failed["ended_at"]
            and 0 <= heartbeat["newest_price_age_s"] < FINISHES_WITHIN_S
        )

    assert eventually(told, what="a heartbeat that tells of jobs", within_s=45)
