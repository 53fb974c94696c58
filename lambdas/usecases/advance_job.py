"""Move a job on: its workflow begins, it has a result, it has none. What has ended stays ended."""

from collections.abc import Callable

from lambdas.domain.errors import NotFound, StaleDecision
from lambdas.domain.jobs import Job
from lambdas.ports import Jobs

Decide = Callable[[Job], Job | None]


def advance_job(jobs: Jobs, job_id: str, decide: Decide) -> tuple[Job, bool]:
    """The job as it now is, and whether `decide` has changed it.

    Raises NotFound, and StaleDecision after a second collision.
    """
    try:
        return _advance(jobs, job_id, decide)
    except StaleDecision:
        return _advance(jobs, job_id, decide)


def _advance(jobs: Jobs, job_id: str, decide: Decide) -> tuple[Job, bool]:
    job = jobs.get(job_id)
    if job is None:
        raise NotFound("job")
    after = decide(job)
    if after is None:
        return job, False
    jobs.replace(job, after)
    return after, True
