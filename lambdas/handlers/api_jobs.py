"""Jobs: asking for them, and how they stand. Another account's job does not exist."""

from lambdas.domain.errors import NotFound
from lambdas.handlers.api_outcomes import logger
from lambdas.handlers.api_request import Request
from lambdas.handlers.api_response import Response, answer, items
from lambdas.usecases.ask_job import ask_job
from lambdas.wire import http_jobs_out
from lambdas.wire.http_in import Faults, page_in


def create_job(request: Request) -> Response:
    """202, or 200 with the same job on a retry."""
    from lambdas.wire.job_in import job_in  # what jobs compute is loaded by who asks for one

    kind, question, key = job_in(request.body, request.header("idempotency-key"))
    asked = ask_job(
        request.api.jobs,
        request.api.job_queue,
        account_id=request.account_id,
        key=key or request.new_key(),
        kind=kind,
        question=question,
        now=request.now,
    )
    job = asked.job
    if not asked.is_sent:
        logger.warning("job waits for the sweep", job_id=job.job_id)
    logger.info("job", job_id=job.job_id, kind=kind, state=job.state, is_new=asked.is_new)
    return answer(
        http_jobs_out.job(job),
        status=202 if asked.is_new else 200,
        headers={"Location": f"/jobs/{job.job_id}"},
    )


def list_jobs(request: Request) -> Response:
    """A page of my jobs, without their results."""
    faults = Faults()
    part = page_in(request.query, faults)
    faults.check()
    page = request.api.jobs.of_account(request.account_id, part.limit, part.cursor)
    return answer(items(page, http_jobs_out.job))


def get_job(request: Request) -> Response:
    """One of my jobs, with its result."""
    job = request.api.jobs.get(request.job_id)
    if job is None or job.account_id != request.account_id:
        raise NotFound("job")
    return answer(http_jobs_out.job_with_result(job))
