"""The job master, a worker and the queue's function, put together as the workflow does: whatever
passes from one to the next passes as JSON.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from lambdas.handlers.kinds import KINDS
from lambdas.usecases.job_sources import Sources
from lambdas.usecases.update_market import update_market

from lambdas import runtime
from lambdas.domain import jobs as life
from lambdas.domain.errors import NotFound, StaleDecision, Transient
from lambdas.domain.jobs import LIFE, LOOK_AFTER, Job, State
from lambdas.handlers import jobs, master, worker
from lambdas.wire.job_in import READERS
from tests.builders import ALICE, NOW, a_tick
from tests.fakes.jobs import MemoryJobQueue, MemoryJobs, MemoryWorkflow
from tests.fakes.memory import (
    MemoryActivityLog,
    MemoryMarket,
    MemoryOrders,
    MemoryStore,
    MemoryWallets,
)

QUESTIONS = {
    "projection": '{"days":3,"quantity":"2","symbol":"AAPL"}',
    "portfolio_history": '{"days":3}',
}
CONTEXT = LambdaContext()


@dataclass
class Office:
    """The store, what was sent, and the hands of the workflow."""

    store: MemoryStore = field(default_factory=MemoryStore)
    queue: MemoryJobQueue = field(default_factory=MemoryJobQueue)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.jobs = MemoryJobs(self.store)
        self.workflow = MemoryWorkflow(self.work)

    def ask(self, kind: str = "projection", number: int = 1) -> str:
        """The id of a new job."""
        job = life.new_job(ALICE, UUID(int=number), kind, QUESTIONS[kind], NOW)
        self.jobs.create(job)
        return job.job_id

    def job(self, job_id: str) -> Job:
        """As it now is."""
        return self.store.jobs[job_id]

    def work(self, job_id: str) -> bool:
        """All steps of the workflow."""
        plan = self.step("plan", job_id=job_id)
        parts = plan.pop("parts")
        partials = [passed(worker.handler(plan | {"part": part}, CONTEXT)) for part in parts]
        self.step("join", job_id=job_id, partials=partials)
        return True

    def step(self, name: str, **event: Any) -> Any:
        """One step of the master's."""
        return passed(master.handler({"step": name, **event}, CONTEXT))

    def price(self, *minutes_ago: float) -> None:
        """Prices of AAPL."""
        times = [NOW - timedelta(minutes=minutes) for minutes in minutes_ago]
        ticks = [
            a_tick(observed_at=at, received_at=at, price=Decimal(100 + place))
            for place, at in enumerate(times)
        ]
        update_market(MemoryMarket(self.store), ticks)


def passed(value: Any) -> Any:
    """What is left of it on the other side of Step Functions."""
    return json.loads(json.dumps(value))


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    office = Office()
    sources = Sources(
        market=MemoryMarket(office.store),
        activity=MemoryActivityLog(office.store),
        orders=MemoryOrders(office.store),
        wallets=MemoryWallets(office.store),
    )
    ports = runtime.Master(jobs=office.jobs, queue=office.queue, sources=sources, currency="USD")
    monkeypatch.setattr(runtime, "now", lambda: office.now)
    monkeypatch.setattr(runtime, "master", lambda: ports)
    monkeypatch.setattr(runtime, "worker", lambda: sources)
    run_jobs = runtime.RunJobs(jobs=office.jobs, workflow=office.workflow)
    monkeypatch.setattr(runtime, "jobs", lambda: run_jobs)
    return office


def delivered(job_id: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "m", "body": json.dumps({"job_id": job_id})}]}


def test_every_kind_that_can_be_asked_for_can_be_done() -> None:
    assert set(KINDS) == set(READERS) == set(QUESTIONS)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_job_of_each_kind_is_done_by_the_same_master(office: Office, kind: str) -> None:
    office.price(3000, 200, 3, 2, 1)
    job_id = office.ask(kind)
    jobs.handler(delivered(job_id), CONTEXT)
    job = office.job(job_id)
    assert (job.state, job.reason) == (State.FINISHED, None)
    assert (job.started_at, job.ended_at) == (NOW, NOW)
    assert job.result is not None
    assert json.loads(job.result)["kind"] == kind


def test_a_projection_tells_all_that_was_promised(office: Office) -> None:
    office.price(2880, 1440, 0)  # 100, 101, 102
    job_id = office.ask()
    office.work(job_id)
    result = json.loads(office.job(job_id).result or "")
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


def test_too_little_history_fails_the_job_in_plain_words(office: Office) -> None:
    office.price(1)
    job_id = office.ask()
    assert jobs.handler(delivered(job_id), CONTEXT) is None
    job = office.job(job_id)
    assert job.state is State.FAILED
    assert job.reason is not None
    assert job.reason.code == "not_enough_history"
    assert job.reason.retry_at == NOW + timedelta(minutes=5)


def test_an_unknown_company_fails_the_job_before_a_worker_starts(office: Office) -> None:
    job_id = office.ask()
    assert office.step("plan", job_id=job_id)["parts"] == []
    job = office.job(job_id)
    assert job.state is State.FAILED
    assert job.reason is not None
    assert (job.reason.code, job.reason.message) == ("not_found", "There is no such company.")


def test_a_job_that_runs_twice_ends_once(office: Office) -> None:
    office.price(5, 3, 1)
    job_id = office.ask()
    office.work(job_id)
    first = office.job(job_id)
    office.now += timedelta(minutes=1)
    office.price(0)
    office.work(job_id)
    office.step("fail", job_id=job_id, error={"Error": "States.Timeout"})
    assert office.job(job_id) == first
    jobs.handler(delivered(job_id), CONTEXT)
    assert office.workflow.ran == []


def test_the_same_job_computes_the_same_however_late_it_runs(office: Office) -> None:
    office.price(5, 3, 1)
    job_id = office.ask()
    plan = office.step("plan", job_id=job_id)
    office.now += timedelta(minutes=9)
    assert office.step("plan", job_id=job_id) == plan


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
def test_a_step_that_could_not_be_done_fails_the_job_with_the_reason(
    office: Office, error: str, code: str
) -> None:
    job_id = office.ask()
    office.step("fail", job_id=job_id, error={"Error": error, "Cause": "secret of the inside"})
    job = office.job(job_id)
    assert job.state is State.FAILED
    assert job.reason is not None
    assert job.reason.code == code
    assert "secret" not in job.reason.message


@pytest.mark.parametrize("error", [Transient, StaleDecision])
def test_what_may_succeed_another_time_is_left_to_the_workflow(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fails(*_: object) -> None:
        raise error

    office.price(5, 3)
    job_id = office.ask()
    monkeypatch.setattr(MemoryMarket, "quote", fails)
    with pytest.raises(error):
        office.step("plan", job_id=job_id)
    assert office.job(job_id).state is State.RUNNING


def test_a_workflow_in_disorder_makes_the_message_come_again(office: Office) -> None:
    office.workflow = MemoryWorkflow(lambda _: False)
    runtime.jobs = lambda: runtime.RunJobs(  # type: ignore[assignment,misc]
        jobs=office.jobs, workflow=office.workflow
    )
    with pytest.raises(jobs.WorkflowBroken):
        jobs.handler(delivered(office.ask()), CONTEXT)


def test_a_message_about_no_job_is_done_with(office: Office) -> None:
    jobs.handler(delivered("nobody's"), CONTEXT)
    assert office.workflow.ran == []
    with pytest.raises(NotFound):
        office.step("plan", job_id="nobody's")


def test_the_sweep_starts_what_was_never_started_and_fails_what_never_ended(
    office: Office,
) -> None:
    office.price(5, 3)
    lost, hung = office.ask(number=1), office.ask(number=2)
    office.step("plan", job_id=hung)
    office.step("sweep")
    assert office.queue.sent == []

    office.now = NOW + LOOK_AFTER
    office.step("sweep")
    office.step("sweep")
    assert sorted(office.queue.sent) == sorted([lost, hung])
    assert (office.job(lost).state, office.job(hung).state) == (State.QUEUED, State.RUNNING)

    office.now = NOW + LIFE
    office.step("sweep")
    for job_id in (lost, hung):
        job = office.job(job_id)
        assert (job.state, job.reason) == (State.FAILED, life.TIMED_OUT)


def test_a_job_that_the_sweep_could_not_send_is_due_again(office: Office) -> None:
    job_id = office.ask()
    office.queue.is_broken = True
    office.now = NOW + LOOK_AFTER
    with pytest.raises(Transient):
        office.step("sweep")
    office.queue.is_broken = False
    office.now += 2 * LOOK_AFTER
    office.step("sweep")
    assert office.queue.sent == [job_id]
