"""In-memory ports of jobs: the table, the queue, and the workflow."""

from collections.abc import Callable, Sequence
from datetime import datetime

from lambdas.domain.errors import StaleDecision, Transient
from lambdas.domain.jobs import Job, State
from lambdas.ports import JobsPulse, Page
from tests.fakes.store import MemoryStore, page_of


class MemoryJobs:
    """The port `Jobs`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def create(self, job: Job) -> None:
        """Stores it, or raises StaleDecision."""
        if job.job_id in self.store.jobs:
            raise StaleDecision
        self.store.jobs[job.job_id] = job

    def get(self, job_id: str) -> Job | None:
        """One job."""
        return self.store.jobs.get(job_id)

    def update(self, before: Job, after: Job) -> None:
        """Replaces the version that was read, or raises StaleDecision."""
        known = self.store.jobs.get(before.job_id)
        if known is None or known.version != before.version:
            raise StaleDecision
        self.store.jobs[after.job_id] = after

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Job]:
        """Newest first."""
        mine = [job for job in self.store.jobs.values() if job.account_id == account_id]
        return page_of(mine, lambda job: f"{job.created_at} {job.job_id}", limit, cursor)

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Longest waiting first."""
        found = sorted((j.next_check_at, j.job_id) for j in self._open() if j.next_check_at <= now)
        return [job_id for _, job_id in found[:limit]]

    def pulse(self) -> JobsPulse:
        """From the jobs themselves."""
        return JobsPulse(
            last_finished_at=self._last(State.FINISHED),
            last_failed_at=self._last(State.FAILED),
            due_since=min((job.next_check_at for job in self._open()), default=None),
        )

    def _open(self) -> list[Job]:
        return [job for job in self.store.jobs.values() if job.is_open]

    def _last(self, state: State) -> datetime | None:
        times = [job.ended_at for job in self.store.jobs.values() if job.state is state]
        return max((at for at in times if at is not None), default=None)


class MemoryJobQueue:
    """The port `JobQueue`; `is_broken` makes it unavailable."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.is_broken = False

    def send(self, job_ids: Sequence[str]) -> None:
        """Keeps the ids, or raises Transient."""
        if self.is_broken:
            raise Transient
        self.sent += job_ids


class MemoryWorkflow:
    """The port `Workflow`: runs the given function; `is_missing` removes the state machine."""

    def __init__(self, run: Callable[[str], bool] = lambda _: True) -> None:
        self.ran: list[str] = []
        self.is_missing = False
        self._run = run

    def run(self, job_id: str) -> bool:
        """Keeps the id and calls the function."""
        self.ran.append(job_id)
        return self._run(job_id)

    def exists(self) -> bool:
        """Whether it exists."""
        return not self.is_missing
