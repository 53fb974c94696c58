"""Jobs in DynamoDB."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition

from lambdas.adapters.cursors import cursor_out, page_of, start_in
from lambdas.adapters.dynamodb import of_model, read_batch, translated
from lambdas.adapters.job_tables import JobItem
from lambdas.domain.errors import Transient
from lambdas.domain.jobs import Job, Reason, State
from lambdas.ports import JobsPulse, Page

OPEN: Final = "OPEN"
"""The one partition of the index of open jobs: it takes some hundred jobs a second."""

_LAST: Final = {State.FINISHED: "last#finished", State.FAILED: "last#failed"}
"""Keys that are no job's id, of items that say when the last job ended so."""


class DynamoJobs:
    """The port `Jobs` over the table jobs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, job: Job) -> None:
        """One PutItem."""
        self._put(job, JobItem.job_id.does_not_exist())

    def get(self, job_id: str) -> Job | None:
        """One GetItem, consistent."""
        with translated():
            try:
                return job_of(JobItem.get(job_id, consistent_read=True))
            except JobItem.DoesNotExist:
                return None

    def replace(self, before: Job, after: Job) -> None:
        """One PutItem; and where the job ends, one UpdateItem that tells when one did."""
        self._put(after, (JobItem.state == before.state.value) & (JobItem.starts == before.starts))
        if after.ended_at is not None:
            # Only told, to whom asks how the service is: the job itself has ended by now.
            with suppress(Transient), translated():
                last = JobItem(_LAST[after.state])
                last.update(actions=[JobItem.ended_at.set(after.ended_at)])

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Job]:
        """One query of an index of keys, one BatchGetItem of the jobs themselves."""
        start = None if cursor is None else _start_key(account_id, cursor)
        with translated():
            keys = list(
                JobItem.by_account.query(
                    account_id, scan_index_forward=False, limit=limit + 1, last_evaluated_key=start
                )
            )
        page = page_of(keys, limit, lambda last: cursor_out(last.created_at, last.job_id))
        jobs = self._read([key.job_id for key in page.items])
        return Page(items=[jobs[key.job_id] for key in page.items], next_cursor=page.next_cursor)

    def due(self, now: datetime, at_most: int) -> Sequence[str]:
        """One query of the sparse index."""
        with translated():
            found = JobItem.by_look.query(OPEN, JobItem.look_at <= now, limit=at_most)
            return [item.job_id for item in found]

    def pulse(self) -> JobsPulse:
        """One BatchGetItem of two items, one query for one key."""
        keys = [(JobItem, {"job_id": key}) for key in _LAST.values()]
        ended = {
            item.job_id: item.ended_at
            for item in of_model(JobItem, read_batch(self._connection, keys))
        }
        with translated():
            first = next(iter(JobItem.by_look.query(OPEN, limit=1)), None)
        return JobsPulse(
            last_finished_at=ended.get(_LAST[State.FINISHED]),
            last_failed_at=ended.get(_LAST[State.FAILED]),
            due_since=None if first is None else first.look_at,
        )

    def _put(self, job: Job, condition: Condition) -> None:
        with translated():
            job_item(job).save(condition=condition, add_version_condition=False)

    def _read(self, job_ids: Sequence[str]) -> dict[str, Job]:
        if not job_ids:
            return {}
        keys = [(JobItem, {"job_id": job_id}) for job_id in job_ids]
        items = read_batch(self._connection, keys)
        return {job.job_id: job for job in map(job_of, of_model(JobItem, items))}


def job_item(job: Job) -> JobItem:
    """The item of a job."""
    reason = job.reason
    return JobItem(
        job_id=job.job_id,
        account_id=job.account_id,
        kind=job.kind,
        asked=job.asked,
        state=job.state.value,
        created_at=job.created_at,
        deadline_at=job.deadline_at,
        look_at=job.look_at,
        open=OPEN if job.is_open else None,
        starts=job.starts,
        started_at=job.started_at,
        ended_at=job.ended_at,
        result=job.result,
        reason_code=None if reason is None else reason.code,
        reason=None if reason is None else reason.message,
        retry_at=None if reason is None else reason.retry_at,
    )


def job_of(item: JobItem) -> Job:
    """The job in an item."""
    return Job(
        job_id=item.job_id,
        account_id=item.account_id,
        kind=item.kind,
        asked=item.asked,
        state=State(item.state),
        created_at=item.created_at,
        deadline_at=item.deadline_at,
        look_at=item.look_at,
        starts=int(item.starts),
        started_at=item.started_at,
        ended_at=item.ended_at,
        result=item.result,
        reason=None
        if item.reason_code is None
        else Reason(code=item.reason_code, message=item.reason, retry_at=item.retry_at),
    )


def _start_key(account_id: str, cursor: str) -> dict[str, Any]:
    created_at, job_id = start_in(cursor)
    return {
        "account_id": {"S": account_id},
        "created_at": {"S": created_at},
        "job_id": {"S": job_id},
    }
