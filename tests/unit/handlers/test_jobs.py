"""The job master, the worker and the function of the queue `jobs`, wired as the workflow does.

What passes from one step to the next passes as JSON.
"""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from lambdas.domain import jobs as decisions
from lambdas.domain.errors import NotFound, StaleDecision, Transient
from lambdas.domain.jobs import CHECK_AFTER, MAX_AGE, Job, State
from lambdas.handlers import jobs, master, worker
from lambdas.handlers.job_types import JOB_TYPES
from lambdas.services.market import store_prices
from tests.builders import ALICE, NOW, a_deposit, a_tick
from tests.fakes.dependencies import Context, MemoryDependencies
from tests.fakes.jobs import MemoryWorkflow
from tests.fakes.log import Lines, counted, log_lines

PARAMETERS = {
    "projection": '{"days":3,"quantity":"2","symbol":"AAPL"}',
    "portfolio_history": '{"range":"all"}',
    "statement": '{"language":"es","month":"2026-03"}',
}
CONTEXT = Context()


class System(MemoryDependencies):
    """The ports over one store, and the workflow that calls the functions."""

    def __init__(self) -> None:
        super().__init__()
        self.store.deposit(a_deposit())
        self.workflow = MemoryWorkflow(self.work)

    def submit(self, job_type: str = "projection", number: int = 1) -> str:
        """The id of a new job."""
        parameters = PARAMETERS[job_type]
        job = decisions.new_job(ALICE, UUID(int=number), job_type, parameters, NOW)
        self.jobs.create(job)
        return job.job_id

    def job(self, job_id: str) -> Job:
        """As it now is."""
        return self.store.jobs[job_id]

    def work(self, job_id: str) -> bool:
        """All steps of the workflow."""
        plan = self.step("plan", job_id=job_id)
        shards = plan.pop("shards")
        partials = [passed(worker.handler(plan | {"shard": shard}, CONTEXT)) for shard in shards]
        self.step("join", job_id=job_id, partials=partials)
        return True

    def step(self, name: str, **event: Any) -> Any:
        """One step of the master's."""
        return passed(master.handler({"step": name, **event}, CONTEXT))

    def price(self, *minutes_ago: float) -> None:
        """Prices of AAPL."""
        times = [NOW - timedelta(minutes=minutes) for minutes in minutes_ago]
        ticks = [
            a_tick(observed_at=at, received_at=at, price=Decimal(100 + position))
            for position, at in enumerate(times)
        ]
        store_prices(self.market, ticks)


def passed(value: Any) -> Any:
    """What is left of it on the other side of Step Functions."""
    return json.loads(json.dumps(value))


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    system = System()
    for module in (master, worker, jobs):
        monkeypatch.setattr(module, "deps", system)
    return system


def delivered(job_id: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "m", "body": json.dumps({"job_id": job_id})}]}


def test_every_job_type_is_tested_here() -> None:
    assert set(JOB_TYPES) == set(PARAMETERS)


@pytest.mark.parametrize("job_type", PARAMETERS)
def test_a_job_of_each_type_is_finished_by_the_same_master(system: System, job_type: str) -> None:
    system.price(3000, 200, 3, 2, 1)
    job_id = system.submit(job_type)
    jobs.handler(delivered(job_id), CONTEXT)
    job = system.job(job_id)
    assert (job.state, job.reason) == (State.FINISHED, None)
    assert (job.started_at, job.ended_at) == (NOW, NOW)
    assert job.result is not None
    assert json.loads(job.result)["kind"] == job_type


def test_the_result_of_a_projection(system: System) -> None:
    system.price(2880, 1440, 0)  # 100, 101, 102
    job_id = system.submit()
    system.work(job_id)
    result = json.loads(system.job(job_id).result or "")
    chart = result.pop("chart")
    assert result == {
        "kind": "projection",
        "symbol": "AAPL",
        "currency": "USD",
        "quantity": "2",
        "days": 3,
        "from_at": "2026-03-01T15:00:00.123456Z",
        "asked_at": "2026-03-04T15:00:00.123456Z",
        "target_at": "2026-03-07T15:00:00.123456Z",
        "prices": 3,
        "per_day": "1",
        "raw_price": "105",
        "standard_error": "0",
        "low": "105",
        "high": "105",
        "raw_value": "210.00",
        "raw_gain": "6.00",
        "below_zero_from": None,
        "coverage": {
            "first_price_at": "2026-03-02T15:00:00.123456Z",
            "days": 2,
            "is_enough": False,
            "longest_days": 2,
        },
        "purchases": 0,
        "weight": "0.1",
        "weighted_price": "10.5",
        "latest_price": "102",
        "latest_price_at": "2026-03-04T15:00:00.123456Z",
        "expected_value": "21.00",
        "expected_gain": "-183.00",
    }
    assert chart[0] == {
        "at": "2026-03-01T15:00:00.123456Z",
        "price": "99",
        "low": "99",
        "high": "99",
    }


def test_too_little_history_fails_the_job_with_the_reason(system: System) -> None:
    system.price(1)
    job_id = system.submit()
    assert jobs.handler(delivered(job_id), CONTEXT) is None
    job = system.job(job_id)
    assert job.state is State.FAILED
    assert job.reason is not None
    assert job.reason.code == "not_enough_history"
    assert job.reason.retry_at == NOW + timedelta(minutes=5)


def test_an_unknown_company_fails_the_job_before_a_worker_starts(system: System) -> None:
    job_id = system.submit()
    assert system.step("plan", job_id=job_id)["shards"] == []
    job = system.job(job_id)
    assert job.state is State.FAILED
    assert job.reason is not None
    assert (job.reason.code, job.reason.message) == ("not_found", "There is no such company.")


def test_a_job_that_runs_twice_ends_once(system: System) -> None:
    system.price(5, 3, 1)
    job_id = system.submit()
    system.work(job_id)
    first = system.job(job_id)
    system.now = lambda: NOW + timedelta(minutes=1)
    system.price(0)
    system.work(job_id)
    system.step("fail", job_id=job_id, error={"Error": "States.Timeout"})
    assert system.job(job_id) == first
    jobs.handler(delivered(job_id), CONTEXT)
    assert system.workflow.ran == []


def test_the_same_job_computes_the_same_however_late_it_runs(system: System) -> None:
    system.price(5, 3, 1)
    job_id = system.submit()
    plan = system.step("plan", job_id=job_id)
    system.now = lambda: NOW + timedelta(minutes=9)
    assert system.step("plan", job_id=job_id) == plan


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("Transient", "unavailable"),
        ("Lambda.TooManyRequestsException", "unavailable"),
        ("States.Timeout", "timed_out"),
        ("ZeroDivisionError", "internal_error"),
        ("Runtime.HandlerError", "internal_error"),
    ],
)
def test_a_step_that_failed_for_good_fails_the_job_with_the_reason(
    system: System, error: str, code: str
) -> None:
    job_id = system.submit()
    system.step("fail", job_id=job_id, error={"Error": error, "Cause": "an internal secret"})
    job = system.job(job_id)
    assert job.state is State.FAILED
    assert job.reason is not None
    assert job.reason.code == code
    assert "secret" not in job.reason.message


@pytest.mark.parametrize("error", [Transient, StaleDecision])
def test_what_may_succeed_later_is_left_to_the_workflow(
    system: System, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fails(*_: object) -> None:
        raise error

    system.price(5, 3)
    job_id = system.submit()
    monkeypatch.setattr(system.market, "quote", fails)
    with pytest.raises(error):
        system.step("plan", job_id=job_id)
    assert system.job(job_id).state is State.RUNNING


def test_a_failed_execution_returns_the_message_to_its_queue(system: System) -> None:
    system.workflow = MemoryWorkflow(lambda _: False)
    with pytest.raises(Transient):
        jobs.handler(delivered(system.submit()), CONTEXT)


def test_a_message_about_an_unknown_job_is_done(system: System) -> None:
    jobs.handler(delivered("nobody's"), CONTEXT)
    assert system.workflow.ran == []
    with pytest.raises(NotFound):
        system.step("plan", job_id="nobody's")


def test_the_sweep_restarts_what_never_started_and_fails_what_never_ended(
    system: System,
) -> None:
    system.price(5, 3)
    lost, hung = system.submit(number=1), system.submit(number=2)
    system.step("plan", job_id=hung)
    system.step("sweep")
    assert system.job_queue.sent == []

    system.now = lambda: NOW + CHECK_AFTER
    system.step("sweep")
    system.step("sweep")
    assert sorted(system.job_queue.sent) == sorted([lost, hung])
    assert (system.job(lost).state, system.job(hung).state) == (State.QUEUED, State.RUNNING)

    system.now = lambda: NOW + MAX_AGE
    system.step("sweep")
    for job_id in (lost, hung):
        job = system.job(job_id)
        assert (job.state, job.reason) == (State.FAILED, decisions.TIMED_OUT)


def test_a_job_that_the_sweep_could_not_enqueue_is_due_again(system: System) -> None:
    job_id = system.submit()
    system.job_queue.is_broken = True
    system.now = lambda: NOW + CHECK_AFTER
    with pytest.raises(Transient):
        system.step("sweep")
    system.job_queue.is_broken = False
    system.now = lambda: NOW + 3 * CHECK_AFTER
    system.step("sweep")
    assert system.job_queue.sent == [job_id]


def test_ends_of_jobs_are_counted_and_logged_once(system: System, lines: Lines) -> None:
    system.price(5, 3, 1)
    finished, failed = system.submit(), system.submit(number=2)
    for _ in range(2):
        system.work(finished)
        system.step("fail", job_id=failed, error={"Error": "States.Timeout"})
    assert counted(lines()) == {"JobsFinished": 1, "JobsFailed": 1, "JobsBroken": 2}
    ended = [line for line in log_lines(lines()) if line["message"] == "job ended"]
    assert [(line["job_id"], line["state"], line.get("reason")) for line in ended] == [
        (finished, "finished", None),
        (failed, "failed", "timed_out"),
    ]
