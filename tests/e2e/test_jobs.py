"""Jobs through the public API: created, computed by the deployed workflow, read."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from scipy import stats

from cdk.stage import Stage
from tests.e2e.asking import a_projection, ask, ended, finished
from tests.e2e.lists import everything
from tests.e2e.system import Person, System, a_person, eventually

AT_ONCE = 200


def prices_between(person: Person, symbol: str, start: str, end: str) -> list[Any]:
    """All prices of the span, by the API's own pages; `end` is in it."""
    after = datetime.fromisoformat(end) + timedelta(microseconds=1)
    span = f"from={start}&to={after.isoformat().replace('+00:00', 'Z')}"
    return everything(person, f"/stocks/{symbol}/prices?{span}")


def purchases_until(person: Person, symbol: str, end: str) -> list[Any]:
    """What all groups have bought in the week before, as the company's activity tells it."""
    last = datetime.fromisoformat(end)
    return [
        trade
        for trade in everything(person, f"/stocks/{symbol}/activity")
        if trade["valid"]
        and last - timedelta(days=7) <= datetime.fromisoformat(trade["validated_at"]) <= last
    ]


def test_a_projection_is_what_anybody_can_compute_from_the_prices(person: Person) -> None:
    eventually(
        lambda: len(person.get("/stocks/AAPL/prices?limit=10")["items"]) >= 5,
        what="some prices of AAPL",
    )
    assert person.ended(person.buy("AAPL", "0.5")["order_id"])["state"] == "ACCEPTED"
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

    assert result["purchases"] == len(purchases_until(person, "AAPL", result["asked_at"])) >= 1
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
    result = finished(person, {"kind": "portfolio_history", "range": "1w"})["result"]
    times = [point["at"] for point in result["points"]]
    assert times == sorted(times)
    assert times[-1] == result["asked_at"]
    now, wallet = result["points"][-1], person.get("/wallet")
    assert now["cash"] == wallet["total"] == str(1000 - Decimal(order["cost"]))
    assert Decimal(now["holdings"]) > 0
    assert Decimal(now["total"]) == Decimal(now["cash"]) + Decimal(now["holdings"])
    assert now["net_deposits"] == "1000.00"
    gain = Decimal(now["total"]) - 1000
    assert Decimal(result["gain"]["amount"]) == gain
    assert abs(Decimal(result["time_weighted"]["period"]) - gain / 1000) < Decimal("0.000002")
    assert abs(Decimal(result["money_weighted"]["period"]) - gain / 1000) < Decimal("0.001")
    assert result["time_weighted"]["per_year"] is None
    assert result["benchmark"]["companies"] > 0


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

    def all_ended() -> bool:
        time.sleep(2)  # seldom enough not to be what is measured
        return {job["state"] for job in everything(person, "/jobs")} <= {"finished", "failed"}

    eventually(all_ended, what=f"the end of {AT_ONCE} jobs", within_s=300)
    jobs = everything(person, "/jobs")
    assert sorted(job["job_id"] for job in jobs) == sorted(ids)
    assert {job["state"] for job in jobs} == {"finished"}
    assert most_at_once(jobs) <= Stage.named("local").jobs_at_once
    assert system.dead_letters("jobs") == []


def most_at_once(jobs: list[Any]) -> int:
    """How many of them ran at the same time."""
    changes = [(job["started_at"], 1) for job in jobs] + [(job["ended_at"], -1) for job in jobs]
    return max(accumulate(change for _, change in sorted(changes)))
