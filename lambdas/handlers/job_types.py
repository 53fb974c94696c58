"""Registry of job types: the steps of each, and the types that the workflow passes between them.

A new job type is one entry here, its reader in `lambdas.api.jobs` and its result in
`lambdas.api.job_schemas`. Master, workflow, table and API know no job type.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec import Struct

from lambdas.api import job_schemas
from lambdas.domain.jobs import Job
from lambdas.domain.projection import Slice
from lambdas.services import portfolio_history, projection, statement
from lambdas.services.jobs import JobSources, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class JobType:
    """The steps of a job type. The types tell how to parse what the workflow passes on."""

    parameters: Any
    task: Any
    shard: Any
    partial: Any
    plan: Callable[[Task[Any], JobSources], Sequence[Any]]
    work: Callable[[Task[Any], Any, JobSources], Any]
    join: Callable[[Task[Any], Sequence[Any], JobSources], Any]
    present: Callable[[Any, str], Struct]
    """The result as the API returns it; amounts without a currency are in the given one."""


JOB_TYPES: Final[Mapping[str, JobType]] = {
    "projection": JobType(
        parameters=projection.Parameters,
        task=Task[projection.Parameters],
        shard=list[Slice],
        partial=dict[str, str],
        plan=projection.plan,
        work=projection.work,
        join=projection.join,
        present=lambda result, _: job_schemas.Projection.from_result(result),
    ),
    "portfolio_history": JobType(
        parameters=portfolio_history.Parameters,
        task=Task[portfolio_history.Parameters],
        shard=portfolio_history.Shard,
        partial=portfolio_history.Partial,
        plan=portfolio_history.plan,
        work=portfolio_history.work,
        join=portfolio_history.join,
        present=job_schemas.PortfolioHistory.from_result,
    ),
    "statement": JobType(
        parameters=statement.Parameters,
        task=Task[statement.Parameters],
        shard=statement.Shard,
        partial=statement.Partial,
        plan=statement.plan,
        work=statement.work,
        join=statement.join,
        present=job_schemas.StoredStatement.from_result,
    ),
}


def task_of(job: Job) -> Task[Any]:
    """The job as its steps see it."""
    parameters = msgspec.json.decode(job.parameters, type=JOB_TYPES[job.job_type].parameters)
    return Task(account_id=job.account_id, parameters=parameters, now=job.created_at)


def parse_task(job_type: JobType, passed: Any) -> Task[Any]:
    """The task that the workflow passed on."""
    task: Task[Any] = msgspec.convert(passed, job_type.task)
    return task
