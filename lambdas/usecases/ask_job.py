"""Take a job: store it, and hand it to the workflow by way of a queue."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lambdas.domain.errors import KeyReused, StaleDecision, Transient
from lambdas.domain.jobs import Job, new_job
from lambdas.ports import JobQueue, Jobs


class Asked(NamedTuple):
    """The job under this key, whether this very call made it, and whether it is on its way."""

    job: Job
    is_new: bool
    is_sent: bool


def ask_job(
    jobs: Jobs,
    queue: JobQueue,
    *,
    account_id: str,
    key: UUID,
    kind: str,
    question: str,
    now: datetime,
) -> Asked:
    """The job that the account names `key`; the same one however often it is called.

    It is stored before it is sent: what cannot be sent now, the sweep sends. Raises KeyReused.
    """
    job = new_job(account_id, key, kind, question, now)
    try:
        jobs.create(job)
    except StaleDecision:
        return Asked(job=_asked_before(jobs, job), is_new=False, is_sent=True)
    try:
        queue.send([job.job_id])
    except Transient:
        return Asked(job=job, is_new=True, is_sent=False)
    return Asked(job=job, is_new=True, is_sent=True)


def _asked_before(jobs: Jobs, job: Job) -> Job:
    known = jobs.get(job.job_id)
    if known is None:
        raise StaleDecision
    if (known.kind, known.asked) != (job.kind, job.asked):
        raise KeyReused
    return known
