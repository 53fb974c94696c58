"""Jobs. Another account's job is answered like an unknown one.

The schemas are in `job_schemas`, which the workers import without the routes.
"""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from aws_lambda_powertools.event_handler import Response
from msgspec import Raw

from lambdas.api.job_schemas import (
    JOB_TYPES,
    Job,
    JobWithResult,
    NewJob,
    Statement,
    StoredStatement,
)
from lambdas.api.requests import (
    Faults,
    Request,
    decode_body,
    invalid,
    is_given,
    optional_decimal_in,
    parse_idempotency_key,
    parse_page,
    parse_path_id,
    required,
    symbol_in,
    text_in,
)
from lambdas.api.responses import json_response, page_response
from lambdas.api.routing import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    UUID_SCHEMA,
    Parameter,
    Route,
    table,
)
from lambdas.api.schemas import Items
from lambdas.domain import jobs as domain
from lambdas.domain import money
from lambdas.domain.errors import NotFound
from lambdas.domain.performance import Range
from lambdas.domain.projection import MOST_DAYS
from lambdas.domain.receipts import Language
from lambdas.domain.statements import parse_month
from lambdas.observability import logger
from lambdas.services import jobs as services
from lambdas.services.receipts import link_to

_FILE_NAMES: Final = {Language.SPANISH: "cartola", Language.ENGLISH: "statement"}

JOB_ID: Final = Parameter(
    name="job_id", place="path", schema=UUID_SCHEMA, description="Id of the job."
)


class JobRequest(NamedTuple):
    """A job type, and its parameters as one canonical JSON text."""

    job_type: str
    parameters: str


def parse_job(body: bytes, key: str | None, now: datetime) -> tuple[JobRequest, UUID | None]:
    """The job of POST /jobs, and the Idempotency-Key."""
    fields = decode_body(body, NewJob)
    faults = Faults()
    parsed_key = faults.collect(lambda: parse_idempotency_key(key))
    job_type = faults.collect(lambda: _job_type(fields.kind))
    match job_type:
        case "projection":
            parameters = _projection_parameters(fields, faults)
        case "statement":
            parameters = _statement_parameters(fields, faults, now)
        case _:
            parameters = {"range": None if job_type is None else _range(fields, faults)}
    faults.check()
    assert job_type is not None, "a missing job type is a fault"
    text = json.dumps(parameters, sort_keys=True, separators=(",", ":"))
    return JobRequest(job_type=job_type, parameters=text), parsed_key


def _job_type(raw: Raw) -> str:
    job_type = text_in(required(raw, "kind"), "kind")
    if job_type not in JOB_TYPES:
        raise invalid("kind", "not_a_kind", f"It must be one of: {', '.join(JOB_TYPES)}.")
    return job_type


def _projection_parameters(fields: NewJob, faults: Faults) -> dict[str, Any]:
    quantity = faults.collect(
        lambda: optional_decimal_in(
            required(fields.quantity, "quantity"), "quantity", money.MAX_QUANTITY
        )
    )
    return {
        "symbol": faults.collect(lambda: symbol_in(fields.symbol)),
        "days": _days(fields, faults),
        "quantity": None if quantity is None else money.plain(quantity),
    }


def _statement_parameters(fields: NewJob, faults: Faults, now: datetime) -> dict[str, Any]:
    month = faults.collect(lambda: text_in(required(fields.month, "month"), "month"))
    if month is not None and parse_month(month) is None:
        faults.add("month", "not_a_month", "It must be a month such as 2026-11.")
    elif month is not None and month > f"{now:%Y-%m}":
        faults.add("month", "in_the_future", "That month has not begun.")
    language: str | None = Language.SPANISH.value
    if is_given(fields.language):
        language = faults.collect(lambda: text_in(fields.language, "language"))
    if language is not None and language not in list(Language):
        faults.add("language", "not_a_language", f"It must be one of: {', '.join(Language)}.")
    return {"month": month, "language": language}


def _range(fields: NewJob, faults: Faults) -> str | None:
    text = faults.collect(lambda: text_in(required(fields.range, "range"), "range"))
    if text is not None and text not in list(Range):
        faults.add("range", "not_a_range", f"It must be one of: {', '.join(Range)}.")
    return text


def _days(fields: NewJob, faults: Faults) -> int | None:
    days = faults.collect(
        lambda: optional_decimal_in(
            required(fields.days, "days"), "days", Decimal(MOST_DAYS), places=0
        )
    )
    return None if days is None else int(days)


@table.add(
    Route(
        "POST",
        "/jobs",
        "Request a projection, the history of the account's worth, or a month's statement",
        Job,
        responses={
            202: "Queued; workers compute it.",
            200: "Requested before under this key; in its current state.",
        },
        errors=(409, 413, 422),
        body=NewJob,
        parameters=(IDEMPOTENCY_KEY,),
        has_location=True,
    )
)
def create_job(request: Request) -> Response[str]:
    """202, or 200 with the same job for a retry."""
    asked, key = parse_job(request.body, request.header("idempotency-key"), request.now)
    job, is_new, is_enqueued = services.submit_job(
        request.deps.jobs,
        request.deps.job_queue,
        account_id=request.account_id,
        key=key or request.deps.new_key(),
        job_type=asked.job_type,
        parameters=asked.parameters,
        now=request.now,
    )
    if not is_enqueued:
        logger.warning("job waits for the sweep", job_id=job.job_id)
    logger.info("job", job_id=job.job_id, kind=job.job_type, state=job.state, is_new=is_new)
    return json_response(
        Job.from_job(job),
        status=202 if is_new else 200,
        headers={"Location": f"/jobs/{job.job_id}"},
    )


@table.add(
    Route(
        "GET",
        "/jobs",
        "My jobs, without their results",
        Items[Job],
        errors=(422,),
        parameters=(LIMIT, CURSOR),
    )
)
def list_jobs(request: Request) -> Response[str]:
    """A page."""
    faults = Faults()
    limit, cursor = parse_page(request.query, faults)
    faults.check()
    page = request.deps.jobs.of_account(request.account_id, limit, cursor)
    return page_response(page, Job.from_job)


@table.add(
    Route(
        "GET",
        "/jobs/{job_id}",
        "One of my jobs and, once it is finished, its result",
        JobWithResult,
        errors=(404,),
        parameters=(JOB_ID,),
    )
)
def get_job(request: Request, job_id: str) -> Response[str]:
    """One read."""
    job = request.deps.jobs.get(parse_path_id(job_id, "job"))
    if job is None or job.account_id != request.account_id:
        raise NotFound("job")
    return json_response(JobWithResult.from_job(job, _statement(request, job)))


def _statement(request: Request, job: domain.Job) -> Statement | None:
    """The result of a finished statement, with a link of five minutes."""
    if job.job_type != "statement" or job.result is None:
        return None
    stored = msgspec.json.decode(job.result, type=StoredStatement)
    file_name = f"{_FILE_NAMES[stored.language]}-{stored.month}.pdf"
    link = link_to(request.deps.documents, stored.key, file_name, request.now)
    return Statement.from_stored(stored, link.url, link.expires_at)
