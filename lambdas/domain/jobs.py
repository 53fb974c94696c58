"""Jobs: states, the transition table, and when a job is restarted or given up.

The table is total (every state × every event). Every write is conditional on the job as read, so an
ended job never changes, however often and in whatever order its workers report.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid5

_JOB_NAMESPACE: Final = UUID("2b9a7c64-1f0e-5c0e-8e0b-5a3b7a3c4d44")

MAX_AGE: Final = timedelta(minutes=15)
"""Maximum age of an open job; an older one fails."""

CHECK_AFTER: Final = timedelta(minutes=2)
"""Time after which a job without progress is restarted; longer than a workflow may run."""


class State(StrEnum):
    """State of a job. FINISHED and FAILED never change again."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Event(StrEnum):
    """What can happen to a job."""

    START = "START"  # its workflow began
    FINISH = "FINISH"  # it has a result
    FAIL = "FAIL"  # it will have no result


OPEN: Final = frozenset({State.QUEUED, State.RUNNING})

TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    (State.QUEUED, Event.START): State.RUNNING,
    (State.QUEUED, Event.FINISH): State.FINISHED,
    (State.QUEUED, Event.FAIL): State.FAILED,
    (State.RUNNING, Event.START): State.RUNNING,
    (State.RUNNING, Event.FINISH): State.FINISHED,
    (State.RUNNING, Event.FAIL): State.FAILED,
    (State.FINISHED, Event.START): State.FINISHED,
    (State.FINISHED, Event.FINISH): State.FINISHED,
    (State.FINISHED, Event.FAIL): State.FINISHED,
    (State.FAILED, Event.START): State.FAILED,
    (State.FAILED, Event.FINISH): State.FAILED,
    (State.FAILED, Event.FAIL): State.FAILED,
}
"""A transition into the same state changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a job failed: a code for programs, a message for people, and when to try again."""

    code: str
    message: str
    retry_at: datetime | None = None


class CannotFinish(Exception):
    """The job cannot have a result, for example for lack of data. Ends the job as failed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


TIMED_OUT: Final = Reason(
    code="timed_out", message="It took too long and was ended. Please try again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A computation that an account has requested.

    `parameters` (validated, in one canonical form) and `result` are JSON texts of the job type.
    """

    job_id: str
    account_id: str
    job_type: str
    parameters: str
    state: State
    created_at: datetime
    deadline_at: datetime
    next_check_at: datetime  # when the sweep checks it
    restarts: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: str | None = None
    reason: Reason | None = None
    version: int = 1  # number of writes; the optimistic lock

    @property
    def is_open(self) -> bool:
        """Whether the job has not ended."""
        return self.state in OPEN


def job_id_for(account_id: str, key: UUID) -> str:
    """Id of the job that the account names `key`. Ids of two accounts never collide."""
    return str(uuid5(uuid5(_JOB_NAMESPACE, account_id), str(key)))


def new_job(account_id: str, key: UUID, job_type: str, parameters: str, now: datetime) -> Job:
    """A queued job."""
    return Job(
        job_id=job_id_for(account_id, key),
        account_id=account_id,
        job_type=job_type,
        parameters=parameters,
        state=State.QUEUED,
        created_at=now,
        deadline_at=now + MAX_AGE,
        next_check_at=now + CHECK_AFTER,
    )


def start(job: Job, now: datetime) -> Job | None:
    """The job is running; None if it is running or has ended already."""
    running = _transition(job, Event.START)
    if running is None:
        return None
    return replace(running, started_at=now, next_check_at=min(now + CHECK_AFTER, job.deadline_at))


def finish(job: Job, result: str, now: datetime) -> Job | None:
    """The job has a result; None if it has ended already."""
    finished = _transition(job, Event.FINISH)
    return None if finished is None else replace(finished, result=result, ended_at=now)


def fail(job: Job, reason: Reason, now: datetime) -> Job | None:
    """The job has failed; None if it has ended already."""
    failed = _transition(job, Event.FAIL)
    return None if failed is None else replace(failed, reason=reason, ended_at=now)


def sweep(job: Job, now: datetime) -> Job | None:
    """Fails a job beyond its deadline, restarts one without progress (the interval doubles each
    time); None if nothing is due.
    """
    if not job.is_open or now < min(job.next_check_at, job.deadline_at):
        return None
    if now >= job.deadline_at:
        return fail(job, TIMED_OUT, now)
    next_check_at = min(now + CHECK_AFTER * 2 ** (job.restarts + 1), job.deadline_at)
    return _changed(job, restarts=job.restarts + 1, next_check_at=next_check_at)


def _transition(job: Job, event: Event) -> Job | None:
    state = TRANSITIONS[job.state, event]
    return None if state is job.state else _changed(job, state=state)


def _changed(job: Job, **values: Any) -> Job:
    return replace(job, version=job.version + 1, **values)
