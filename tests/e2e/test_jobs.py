"""Jobs through the public doors: asked for, computed by the deployed workflow, looked at."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from scipy import stats

from tests.e2e.system import Answer, Person, System, a_person, eventually, http

FINISHES_WITHIN_S = 60
"""Generous: the first job of all starts three functions, and others may use this machine."""
AT_ONCE = 200


def ask(person: Person, body: Any, key: object = None) -> Answer:
    """POST /jobs."""
    return person.call("POST", "/jobs", body, key=key or uuid4())


def a_projection(days: int = 1, symbol: str = "AAPL", quantity: str = "2.5") -> dict[str, Any]:
    return {"kind": "projection", "symbol": symbol, "days": days, "quantity": quantity}


def ended(person: Person, job_id: str, within_s: float = FINISHES_WITHIN_S) -> Any:
    """The job, once it has an end."""

    def end() -> Any:
        job = person.get(f"/jobs/{job_id}")
        return job if job["state"] in ("finished", "failed") else None

    return eventually(end, what=f"an end of job {job_id}", within_s=within_s)


def finished(person: Person, body: Any) -> Any:
    """The finished job of this body."""
    answer = ask(person, body)
    assert answer.status == 202, answer.text
    assert answer.body["state"] == "queued"
    job = ended(person, answer.body["job_id"])
    assert job["state"] == "finished", job
    return job


def prices_between(person: Person, symbol: str, start: str, end: str) -> list[Any]:
    """All prices of the span, by the API's own pages; `end` is in it."""
    after = datetime.fromisoformat(end) + timedelta(microseconds=1)
    span = f"from={start}&to={after.isoformat().replace('+00:00', 'Z')}"
    found, cursor = [], ""
    while True:
        page = person.get(f"/stocks/{symbol}/prices?limit=100&{span}{cursor}")
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_a_projection_is_what_anybody_can_compute_from_the_prices(person: Person) -> None:
    eventually(
        lambda: len(person.get("/stocks/AAPL/prices?limit=10")["items"]) >= 5,
        what="some prices of AAPL",
    )
    result = finished(person, a_projection())["result"]

    prices = prices_between(person, "AAPL", result["from_at"], result["asked_at"])
    assert result["prices"] == len(prices)
    origin = datetime.fromisoformat(result["from_at"])
    x = np.array(
        [(datetime.fromisoformat(p["observed_at"]) - origin).total_seconds() for p in prices]
    )
    y = np.array([float(p["price"]) for p in prices])
    target = (datetime.fromisoformat(result["target_at"]) - origin).total_seconds()
    n, mean_x = len(x), x.mean()
    sxx = ((x - mean_x) ** 2).sum()
    slope = ((x - mean_x) * (y - y.mean())).sum() / sxx
    raw = y.mean() + slope * (target - mean_x)
    residuals = y - y.mean() - slope * (x - mean_x)
    error = np.sqrt((residuals**2).sum() / (n - 2) * (1 + 1 / n + (target - mean_x) ** 2 / sxx))
    assert float(result["raw_price"]) == pytest.approx(raw, rel=1e-6, abs=1e-5)
    assert float(result["standard_error"]) == pytest.approx(error, rel=1e-6, abs=1e-5)
    reach = stats.t.ppf(0.975, n - 2) * error
    assert float(result["high"]) == pytest.approx(raw + reach, rel=1e-6, abs=1e-5)
    assert float(result["low"]) == pytest.approx(raw - reach, rel=1e-6, abs=1e-5)

    weight = 1 + (5 + Decimal(result["purchases"]) - 50) / 50
    weighted = Decimal(result["raw_price"]) * weight
    assert Decimal(result["weight"]) == weight
    assert Decimal(result["weighted_price"]) == pytest.approx(weighted, abs=Decimal("0.00001"))
    value = Decimal("2.5") * Decimal(result["weighted_price"])
    assert abs(Decimal(result["expected_value"]) - value) <= Decimal("0.01")
    costs = Decimal("2.5") * Decimal(result["latest_price"])
    gain = Decimal(result["expected_value"]) - costs
    assert abs(Decimal(result["expected_gain"]) - gain) <= Decimal("0.01")
    assert len(result["chart"]) == 50
    assert result["chart"][-1]["price"] == result["raw_price"]


def test_a_portfolios_history_ends_with_what_the_account_is_worth(person: Person) -> None:
    order = person.buy("AAPL", "0.5")
    person.ended(order["order_id"])
    result = finished(person, {"kind": "portfolio_history", "days": 3})["result"]
    days = [day["day"] for day in result["days"]]
    assert days[-1] == datetime.now(UTC).date().isoformat()
    assert days == sorted(days)
    today, wallet = result["days"][-1], person.get("/wallet")
    assert today["cash"] == wallet["total"] == str(1000 - Decimal(order["cost"]))
    assert Decimal(today["holdings"]) > 0
    assert Decimal(today["total"]) == Decimal(today["cash"]) + Decimal(today["holdings"])
    assert result["days"][0] == {
        "day": days[0],
        "cash": "0.00",
        "holdings": "0.00",
        "total": "0.00",
    }


def test_a_company_without_history_fails_the_job_in_plain_words(
    system: System, person: Person
) -> None:
    symbol = f"NEW{uuid4().hex[:6].upper()}"
    put_price(system, symbol, datetime.now(UTC))
    eventually(lambda: person.call("GET", f"/stocks/{symbol}").status == 200, what="a newcomer")
    job = ended(person, ask(person, a_projection(symbol=symbol)).body["job_id"])
    assert job["state"] == "failed"
    assert job["reason"]["code"] == "not_enough_history"
    assert "not enough history" in job["reason"]["message"]
    assert job["reason"]["retry_at"] > job["created_at"]
    assert job["result"] is None


def put_price(system: System, symbol: str, at: datetime) -> None:
    """One price, as the bridge would bring it."""
    payload = f'{{"stocks":[{{"symbol":"{symbol}","shortName":"{symbol}","price":10}}]}}'
    envelope = {
        "v": 1,
        "topic": "stocks/info",
        "payload": payload,
        "received_at": at.isoformat().replace("+00:00", "Z"),
    }
    system.client("sqs").send_message(
        QueueUrl=system.outputs["queues"]["prices"], MessageBody=json.dumps(envelope)
    )


def test_a_retry_is_the_same_job_and_another_account_sees_none_of_it(
    system: System, person: Person
) -> None:
    key = uuid4()
    first, again = ask(person, a_projection(), key), ask(person, a_projection(), key)
    assert (first.status, again.status) == (202, 200)
    job_id = first.body["job_id"]
    assert again.body["job_id"] == job_id
    other = ask(person, a_projection(days=2), key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    stranger = a_person(system)
    assert stranger.call("GET", f"/jobs/{job_id}").status == 404
    assert stranger.get("/jobs")["items"] == []
    assert [job["job_id"] for job in person.get("/jobs")["items"]] == [job_id]
    ended(person, job_id)


@pytest.mark.timeout(420)
def test_two_hundred_jobs_at_once_all_finish(system: System, person: Person) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(person, a_projection()), range(AT_ONCE)))
    assert {answer.status for answer in answers} == {202}
    ids = {answer.body["job_id"] for answer in answers}
    assert len(ids) == AT_ONCE

    def states() -> dict[str, str]:
        found, cursor = {}, ""
        while True:
            page = person.get(f"/jobs?limit=100{cursor}")
            found |= {job["job_id"]: job["state"] for job in page["items"]}
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"
            time.sleep(0.5)

    def all_ended() -> bool:
        time.sleep(2)  # seldom enough not to be what is measured
        return set(states().values()) <= {"finished", "failed"}

    eventually(all_ended, what=f"the end of {AT_ONCE} jobs", within_s=300)
    found = states()
    assert set(found) == ids
    assert set(found.values()) == {"finished"}
    assert system.dead_letters("jobs") == []


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
        system, person, state="queued", look_at=stored(past), deadline_at=stored(soon)
    )
    hung = lost_job(system, person, state="running", look_at=stored(past), deadline_at=stored(past))
    timed_out = ended(person, hung, within_s=150)
    assert (timed_out["state"], timed_out["reason"]["code"]) == ("failed", "timed_out")
    assert ended(person, silent, within_s=150)["state"] == "finished"


def test_the_heartbeat_knows_how_jobs_go(system: System, person: Person) -> None:
    finished(person, a_projection())

    def told() -> bool:
        jobs = http("GET", f"{system.api_url}/heartbeat").body["jobs"]
        return jobs["alive"] is True and jobs["last_finished_at"] is not None

    assert eventually(told, what="a heartbeat that tells of jobs", within_s=45)
