"""Look after jobs that nobody has heard of for a while: start them again, or give them up."""

from datetime import datetime
from typing import NamedTuple

from lambdas.domain import jobs as life
from lambdas.domain.errors import StaleDecision
from lambdas.domain.jobs import Job
from lambdas.ports import JobQueue, Jobs


class SweptJobs(NamedTuple):
    """What one sweep did, by the jobs' ids."""

    started_again: tuple[str, ...]
    timed_out: tuple[str, ...]


def sweep_jobs(jobs: Jobs, queue: JobQueue, *, now: datetime, at_most: int) -> SweptJobs:
    """Sweep the jobs that are due, those that have waited longest first, `at_most` of them."""
    found = [_sweep(jobs, job_id, now) for job_id in jobs.due(now, at_most)]
    swept = [job for job in found if job is not None]
    again = [job.job_id for job in swept if job.is_open]
    if again:  # after the write: a job that could not be sent is due again later
        queue.send(again)
    timed_out = tuple(job.job_id for job in swept if not job.is_open)
    return SweptJobs(started_again=tuple(again), timed_out=timed_out)


def _sweep(jobs: Jobs, job_id: str, now: datetime) -> Job | None:
    job = jobs.get(job_id)
    after = None if job is None else life.swept(job, now)
    if job is None or after is None:  # the index lagged: it has moved on meanwhile
        return None
    try:
        jobs.replace(job, after)
    except StaleDecision:  # it moves on in this very moment
        return None
    return after
