"""Every kind of job, as values: what its steps are, and between which types they pass what.

A new kind is one entry here, its reader in `lambdas.wire.job_in` and its result in
`lambdas.wire.http_jobs`. Neither the master nor the workflow, the table or the API know of kinds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec import Struct

from lambdas.domain.jobs import Job
from lambdas.domain.slices import Slice
from lambdas.usecases import project_price, value_history
from lambdas.usecases.job_sources import Sources, Task
from lambdas.wire import http_results_out

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The steps of a kind of job. The types say how to read what the workflow has passed on."""

    question: Any
    task: Any
    part: Any
    partial: Any
    plan: Callable[[Task[Any], Sources], Sequence[Any]]
    work: Callable[[Task[Any], Any, Sources], Any]
    join: Callable[[Task[Any], Sequence[Any], Sources], Any]
    show: Callable[[Any, str], Struct]
    """The answer as the API tells it; amounts without a currency are in the one given."""


KINDS: Final[Mapping[str, Kind]] = {
    "projection": Kind(
        question=project_price.Question,
        task=Task[project_price.Question],
        part=list[Slice],
        partial=dict[str, str],
        plan=project_price.plan,
        work=project_price.work,
        join=project_price.join,
        show=lambda answer, _: http_results_out.projection(
            answer.question.quantity, answer.window, answer.latest, answer.projection
        ),
    ),
    "portfolio_history": Kind(
        question=value_history.Question,
        task=Task[value_history.Question],
        part=value_history.Part,
        partial=value_history.Partial,
        plan=value_history.plan,
        work=value_history.work,
        join=value_history.join,
        show=http_results_out.portfolio_history,
    ),
}


def task_of(job: Job) -> Task[Any]:
    """The job as its steps see it."""
    question = msgspec.json.decode(job.asked, type=KINDS[job.kind].question)
    return Task(account_id=job.account_id, question=question, now=job.created_at)


def task_out(task: Task[Any]) -> Json:
    """The task for the workflow to pass on."""
    return msgspec.to_builtins(task)


def task_in(kind: Kind, passed: Json) -> Task[Any]:
    """The task that the workflow has passed on."""
    task: Task[Any] = msgspec.convert(passed, kind.task)
    return task
