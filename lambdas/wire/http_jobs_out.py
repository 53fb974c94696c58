"""From jobs to the bodies of the API. What their results are made of, see `http_results_out`."""

from datetime import datetime
from typing import Any, cast

import msgspec
from msgspec import Raw

from lambdas.domain import jobs
from lambdas.wire import http_jobs
from lambdas.wire.times import utc_out


def job(found: jobs.Job) -> http_jobs.Job:
    """A job without its result."""
    return http_jobs.Job(**_fields(found))


def job_with_result(found: jobs.Job) -> http_jobs.JobWithResult:
    """A job and its result, which was written by this room and goes out as it is stored."""
    result = None if found.result is None else Raw(found.result.encode())
    return http_jobs.JobWithResult(**_fields(found), result=cast(Any, result))


def _fields(found: jobs.Job) -> dict[str, Any]:
    return {
        "job_id": found.job_id,
        "kind": found.kind,
        "question": msgspec.json.decode(found.asked, type=http_jobs.JobQuestion),
        "state": found.state,
        "created_at": utc_out(found.created_at),
        "started_at": _time(found.started_at),
        "ended_at": _time(found.ended_at),
        "reason": None if found.reason is None else _reason(found.reason),
    }


def _reason(reason: jobs.Reason) -> http_jobs.JobReason:
    return http_jobs.JobReason(
        code=reason.code, message=reason.message, retry_at=_time(reason.retry_at)
    )


def _time(at: datetime | None) -> str | None:
    return None if at is None else utc_out(at)
