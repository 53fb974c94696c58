"""Jobs: submitting, advancing, running and sweeping them, whatever their type."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from lambdas.config import Config
from lambdas.domain import jobs as decisions
from lambdas.domain.errors import KeyReused, NotFound, StaleDecision, Transient
from lambdas.domain.jobs import Job, State
from lambdas.ports import (
    Accounts,
    ActivityLog,
    Documents,
    JobQueue,
    Jobs,
    Market,
    Orders,
    Typesetter,
    Users,
    Workflow,
)
from lambdas.services.retry import retry_stale

P = TypeVar("P")


class JobSources(Protocol):
    """The ports that job types may read. Each function is granted only what its steps read."""

    @property
    def market(self) -> Market: ...
    @property
    def activity(self) -> ActivityLog: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def users(self) -> Users: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def typesetter(self) -> Typesetter: ...
    @property
    def config(self) -> Config: ...
    @property
    def new_key(self) -> Callable[[], UUID]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[P]):
    """A job as its steps see it.

    `now` is the time of the request, however late and often a step runs: the same job always
    computes the same result.
    """

    account_id: str
    parameters: P
    now: datetime


class Submitted(NamedTuple):
    """The job under the key, whether this call created it, and whether it was enqueued."""

    job: Job
    is_new: bool
    is_enqueued: bool


class Swept(NamedTuple):
    """Ids of the jobs that one sweep restarted and timed out."""

    restarted: tuple[str, ...]
    timed_out: tuple[str, ...]


def submit_job(
    jobs: Jobs,
    queue: JobQueue,
    *,
    account_id: str,
    key: UUID,
    job_type: str,
    parameters: str,
    now: datetime,
) -> Submitted:
    """Creates the job that the account names `key`; a repeated call returns the same job.

    The job is stored before it is enqueued: the sweep enqueues what could not be enqueued now. An
    existing job that has not started is enqueued again: it may be one that this very call stored,
    if the SDK repeated a write whose answer was lost. Raises KeyReused.
    """
    job = decisions.new_job(account_id, key, job_type, parameters, now)
    is_new = True
    try:
        jobs.create(job)
    except StaleDecision:
        job, is_new = _existing(jobs, job), False
    if not is_new and job.state is not State.QUEUED:
        return Submitted(job=job, is_new=False, is_enqueued=True)
    try:
        queue.send([job.job_id])
    except Transient:
        return Submitted(job=job, is_new=is_new, is_enqueued=False)
    return Submitted(job=job, is_new=is_new, is_enqueued=True)


def _existing(jobs: Jobs, job: Job) -> Job:
    known = jobs.get(job.job_id)
    if known is None:
        raise StaleDecision
    if (known.job_type, known.parameters) != (job.job_type, job.parameters):
        raise KeyReused
    return known


def advance_job(jobs: Jobs, job_id: str, decide: Callable[[Job], Job | None]) -> tuple[Job, bool]:
    """The job after the decision, and whether the decision changed it.

    Raises NotFound, and StaleDecision when other writers of the job keep winning.
    """

    def attempt() -> tuple[Job, bool]:
        job = jobs.get(job_id)
        if job is None:
            raise NotFound("job")
        after = decide(job)
        if after is None:
            return job, False
        jobs.update(job, after)
        return after, True

    return retry_stale(attempt)


def run_job(jobs: Jobs, workflow: Workflow, job_id: str) -> bool:
    """Runs a job's workflow to its end; whether the job needs no other run.

    An unneeded run is harmless: an ended job never changes.
    """
    job = jobs.get(job_id)
    if job is None or not job.is_open:
        return True
    return workflow.run(job_id)


def sweep_jobs(jobs: Jobs, queue: JobQueue, *, now: datetime, limit: int) -> Swept:
    """Restarts jobs without progress and fails those beyond their deadline, longest waiting first.

    A job is updated before it is enqueued: one that could not be enqueued is due again later.
    """
    checked = [_sweep(jobs, job_id, now) for job_id in jobs.due(now, limit)]
    changed = [job for job in checked if job is not None]
    restarted = tuple(job.job_id for job in changed if job.is_open)
    if restarted:
        queue.send(restarted)
    timed_out = tuple(job.job_id for job in changed if not job.is_open)
    return Swept(restarted=restarted, timed_out=timed_out)


def _sweep(jobs: Jobs, job_id: str, now: datetime) -> Job | None:
    job = jobs.get(job_id)
    after = None if job is None else decisions.sweep(job, now)
    if job is None or after is None:  # the index is eventually consistent
        return None
    try:
        jobs.update(job, after)
    except StaleDecision:  # it advances at this very moment
        return None
    return after
