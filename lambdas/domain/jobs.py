"""A job's life: its states, its events, the one table that says what each event does, and when it
is time to start it again or to give it up.

The table is total. Every write insists on the job as it was read, so a job that has ended never
changes, however often and in whatever order its workers report.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

_JOBS: Final = UUID("2b9a7c64-1f0e-5c0e-8e0b-5a3b7a3c4d44")

LIFE: Final = timedelta(minutes=15)
"""A job that has not ended by then is failed: nothing runs for ever."""

LOOK_AFTER: Final = timedelta(minutes=2)
"""How long a job may be silent before it is started again: longer than a workflow may run."""


class State(StrEnum):
    """Where a job stands. The last two never change again."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Event(StrEnum):
    """What can happen to a job that exists."""

    START = "START"  # its workflow begins
    FINISH = "FINISH"  # there is a result
    FAIL = "FAIL"  # there will be none


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
"""What is the same state again changes nothing at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a job failed: for programs, for a person, and from when on trying again makes sense."""

    code: str
    message: str
    retry_at: datetime | None = None


class CannotFinish(Exception):
    """A kind of job has no answer to its question, and says why. It ends the job, no request."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


TIMED_OUT: Final = Reason(
    code="timed_out", message="It took too long and was ended. Please try again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that an account has asked the workers to compute.

    `asked` is its kind's question, checked and in one canonical form, and `result` its kind's
    answer: JSON texts, of which the life of a job knows nothing.
    """

    job_id: str
    account_id: str
    kind: str
    asked: str
    state: State
    created_at: datetime
    deadline_at: datetime
    look_at: datetime  # when the sweep must look at it
    starts: int = 0  # how many times the sweep has started it again
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: str | None = None
    reason: Reason | None = None

    @property
    def is_open(self) -> bool:
        """Whether its end is still to come."""
        return self.state in OPEN


def job_id_for(account_id: str, key: UUID) -> str:
    """The id of the job that this account names `key`: no two accounts can meet in one."""
    return str(uuid5(uuid5(_JOBS, account_id), str(key)))


def new_job(account_id: str, key: UUID, kind: str, asked: str, now: datetime) -> Job:
    """A job that waits for its workflow."""
    return Job(
        job_id=job_id_for(account_id, key),
        account_id=account_id,
        kind=kind,
        asked=asked,
        state=State.QUEUED,
        created_at=now,
        deadline_at=now + LIFE,
        look_at=now + LOOK_AFTER,
    )


def started(job: Job, now: datetime) -> Job | None:
    """The job once its workflow has begun; None where that changes nothing."""
    moved = _moved(job, Event.START)
    if moved is None:
        return None
    return replace(moved, started_at=now, look_at=min(now + LOOK_AFTER, job.deadline_at))


def finished(job: Job, result: str, now: datetime) -> Job | None:
    """The job with its result; None where it had ended."""
    moved = _moved(job, Event.FINISH)
    return None if moved is None else replace(moved, result=result, ended_at=now)


def failed(job: Job, reason: Reason, now: datetime) -> Job | None:
    """The job with the reason why there is no result; None where it had ended."""
    moved = _moved(job, Event.FAIL)
    return None if moved is None else replace(moved, reason=reason, ended_at=now)


def swept(job: Job, now: datetime) -> Job | None:
    """What time alone does to a job: beyond its deadline it is failed; silent for too long, it is
    to be started again, each time after twice as long. None where nothing is due.
    """
    if not job.is_open or now < min(job.look_at, job.deadline_at):
        return None
    if now >= job.deadline_at:
        return failed(job, TIMED_OUT, now)
    look_at = now + LOOK_AFTER * 2 ** (job.starts + 1)
    return replace(job, starts=job.starts + 1, look_at=min(look_at, job.deadline_at))


def _moved(job: Job, event: Event) -> Job | None:
    state = TRANSITIONS[job.state, event]
    return None if state is job.state else replace(job, state=state)
