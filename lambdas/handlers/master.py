"""Job master: the workflow's steps that know the job, and the sweep of all jobs every minute.

Each step may run twice: an ended job does not change, and a repeated step gives the same result.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.domain import jobs
from lambdas.domain.errors import DomainError, StaleDecision, Transient
from lambdas.domain.jobs import CannotFinish, Job, Reason
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.handlers.job_types import JOB_TYPES, task_of
from lambdas.messaging.workflow import failure_reason
from lambdas.names import Metric, Setting
from lambdas.observability import count, logger, metrics
from lambdas.services.jobs import advance_job, sweep_jobs

MAX_SWEPT: Final = 200
"""What one run does well within its time-out; the next run goes on with those waiting longest."""

Event = Mapping[str, Any]

deps = bootstrap.dependencies("jobs", "market", "activity", "accounts")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point; the event names the step."""
    return STEPS[event["step"]](event)


def _plan(event: Event) -> dict[str, Any]:
    """The shards of the job, one for each worker; none if the job has ended, or ends here."""
    now = deps.now()
    job, _ = _advance(event["job_id"], lambda job: jobs.start(job, now))
    shards: Any = []
    if job.is_open:
        shards, job = _try_step(job, lambda: JOB_TYPES[job.job_type].plan(task_of(job), deps))
    return {
        "job_id": job.job_id,
        "job_type": job.job_type,
        "task": msgspec.to_builtins(task_of(job)),
        "shards": msgspec.to_builtins(shards or []),
    }


def _join(event: Event) -> None:
    """Joins the workers' results, and finishes the job."""
    job, _ = _advance(event["job_id"], lambda _: None)
    if not job.is_open:
        return
    job_type = JOB_TYPES[job.job_type]
    partials = [msgspec.convert(partial, job_type.partial) for partial in event["partials"]]
    joined, job = _try_step(job, lambda: job_type.join(task_of(job), partials, deps))
    if job.is_open:
        presented = job_type.present(joined, deps.config.text(Setting.CURRENCY))
        result = msgspec.json.encode(presented).decode()
        _end(job, lambda job: jobs.finish(job, result, deps.now()))


def _fail(event: Event) -> None:
    """Fails the job because a step failed for good."""
    error = event["error"]["Error"]
    count(Metric.JOBS_BROKEN)
    logger.error("step failed", job_id=event["job_id"], error=error)
    job, _ = _advance(event["job_id"], lambda _: None)
    _fail_for(job, failure_reason(error))


def _sweep(_: Event) -> None:
    """Restarts jobs without progress, and fails those beyond their deadline."""
    swept = sweep_jobs(deps.jobs, deps.job_queue, now=deps.now(), limit=MAX_SWEPT)
    for job_id in swept.restarted:
        logger.warning("job restarted", job_id=job_id)
    for job_id in swept.timed_out:
        count(Metric.JOBS_BROKEN)
        logger.error("job timed out", job_id=job_id)


STEPS: Final[dict[str, Callable[[Event], Any]]] = {
    "plan": _plan,
    "join": _join,
    "fail": _fail,
    "sweep": _sweep,
}


def _try_step(job: Job, step: Callable[[], Any]) -> tuple[Any, Job]:
    """The step's result, and the job: failed, if the step found that there can be no result.

    Raises what may succeed later, for the workflow to retry.
    """
    try:
        return step(), job
    except CannotFinish as error:
        reason = error.reason
    except (Transient, StaleDecision):
        raise
    except DomainError as error:
        reason = Reason(code=error.code, message=error.message)
    return None, _fail_for(job, reason)


def _fail_for(job: Job, reason: Reason) -> Job:
    return _end(job, lambda job: jobs.fail(job, reason, deps.now()))


def _end(job: Job, decide: Callable[[Job], Job | None]) -> Job:
    ended, is_changed = _advance(job.job_id, decide)
    if is_changed:
        is_finished = ended.state is jobs.State.FINISHED
        count(Metric.JOBS_FINISHED if is_finished else Metric.JOBS_FAILED)
        logger.info(
            "job ended",
            job_id=ended.job_id,
            job_type=ended.job_type,
            state=ended.state,
            reason=None if ended.reason is None else ended.reason.code,
        )
    return ended


def _advance(job_id: str, decide: Callable[[Job], Job | None]) -> tuple[Job, bool]:
    return advance_job(deps.jobs, job_id, decide)
