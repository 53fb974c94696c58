"""Jobs in DynamoDB."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from pynamodb.connection import Connection

from lambdas.domain.errors import Transient
from lambdas.domain.jobs import Job, Reason, State
from lambdas.ports import JobsPulse, Page
from lambdas.storage.client import translated_errors
from lambdas.storage.models import JobItem
from lambdas.storage.pagination import page_of, parse_time_cursor, serialize_time, time_cursor

OPEN: Final = "OPEN"
"""The only partition of the index of open jobs: it takes some hundred jobs a second."""

_LAST_KEYS: Final = {State.FINISHED: "last#finished", State.FAILED: "last#failed"}
"""Keys of the items that hold when the last job ended so; no job has such an id."""


class DynamoJobs:
    """The port `Jobs` over the table jobs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection  # which names the table

    def create(self, job: Job) -> None:
        """One PutItem."""
        with translated_errors():
            job_item(job).save()

    def get(self, job_id: str) -> Job | None:
        """One GetItem, consistent."""
        with translated_errors():
            try:
                return job_of(JobItem.get(job_id, consistent_read=True))
            except JobItem.DoesNotExist:
                return None

    def update(self, before: Job, after: Job) -> None:
        """One UpdateItem; where the job ends, one more that records the time of the last end."""
        with translated_errors():
            item = JobItem(before.job_id, version=before.version)
            item.update(actions=_changes(before, after))
        if after.ended_at is not None:
            # Informational, for the heartbeat: the job itself has ended by now.
            with suppress(Transient), translated_errors():
                last = JobItem(_LAST_KEYS[after.state])
                last.update(
                    actions=[JobItem.ended_at.set(after.ended_at)], add_version_condition=False
                )

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Job]:
        """One query of the index, one BatchGetItem of the jobs, consistent."""
        start = None if cursor is None else _start_key(account_id, cursor)
        with translated_errors():
            keys = list(
                JobItem.by_account.query(
                    account_id, scan_index_forward=False, limit=limit + 1, last_evaluated_key=start
                )
            )
        page = page_of(keys, limit, lambda last: time_cursor(last.created_at, last.job_id))
        jobs = {item.job_id: job_of(item) for item in _get_many([key.job_id for key in page.items])}
        return Page(items=[jobs[key.job_id] for key in page.items], next_cursor=page.next_cursor)

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """One query of the sparse index."""
        with translated_errors():
            items = JobItem.open_jobs.query(OPEN, JobItem.next_check_at <= now, limit=limit)
            return [item.job_id for item in items]

    def pulse(self) -> JobsPulse:
        """One BatchGetItem of two items, one query for one key."""
        ended = {item.job_id: item.ended_at for item in _get_many(list(_LAST_KEYS.values()))}
        with translated_errors():
            first = next(iter(JobItem.open_jobs.query(OPEN, limit=1)), None)
        return JobsPulse(
            last_finished_at=ended.get(_LAST_KEYS[State.FINISHED]),
            last_failed_at=ended.get(_LAST_KEYS[State.FAILED]),
            due_since=None if first is None else first.next_check_at,
        )


def _get_many(job_ids: Sequence[str]) -> list[JobItem]:
    if not job_ids:
        return []
    with translated_errors():
        return list(JobItem.batch_get(job_ids, consistent_read=True))


def job_item(job: Job) -> JobItem:
    """The item of a new job."""
    return JobItem(
        job_id=job.job_id,
        account_id=job.account_id,
        job_type=job.job_type,
        parameters=job.parameters,
        state=job.state.value,
        created_at=job.created_at,
        deadline_at=job.deadline_at,
        next_check_at=job.next_check_at,
        open=OPEN,
        restarts=job.restarts,
    )


def job_of(item: JobItem) -> Job:
    """The job of an item."""
    return Job(
        job_id=item.job_id,
        account_id=item.account_id,
        job_type=item.job_type,
        parameters=item.parameters,
        state=State(item.state),
        created_at=item.created_at,
        deadline_at=item.deadline_at,
        next_check_at=item.next_check_at,
        restarts=item.restarts,
        started_at=item.started_at,
        ended_at=item.ended_at,
        result=item.result,
        reason=None
        if item.reason_code is None
        else Reason(code=item.reason_code, message=item.reason, retry_at=item.retry_at),
        version=item.version,
    )


def _changes(before: Job, after: Job) -> list[Any]:
    """Update actions of what differs. Attributes that this version does not know stay."""
    values: list[tuple[Any, object, object]] = [
        (JobItem.state, before.state.value, after.state.value),
        (JobItem.next_check_at, before.next_check_at, after.next_check_at),
        (JobItem.restarts, before.restarts, after.restarts),
        (JobItem.started_at, before.started_at, after.started_at),
        (JobItem.ended_at, before.ended_at, after.ended_at),
        (JobItem.result, before.result, after.result),
    ]
    actions: list[Any] = [attribute.set(new) for attribute, old, new in values if new != old]
    if after.reason is not None and before.reason is None:
        actions.append(JobItem.reason_code.set(after.reason.code))
        actions.append(JobItem.reason.set(after.reason.message))
        if after.reason.retry_at is not None:
            actions.append(JobItem.retry_at.set(after.reason.retry_at))
    if before.is_open and not after.is_open:
        actions.append(JobItem.open.remove())
    return actions


def _start_key(account_id: str, cursor: str) -> dict[str, Any]:
    created_at, job_id = parse_time_cursor(cursor, with_id=True)
    return {
        "account_id": {"S": account_id},
        "created_at": {"S": serialize_time(created_at)},
        "job_id": {"S": job_id},
    }
