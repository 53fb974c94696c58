"""The job master: the steps of the workflow that know the job, and the minute's look at all jobs.

Each step may run twice: what has ended does not change, and what was done is done again alike.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.domain import jobs
from lambdas.domain.errors import DomainError, StaleDecision, Transient
from lambdas.domain.jobs import CannotFinish, Job, Reason
from lambdas.handlers.kinds import KINDS, task_of, task_out
from lambdas.handlers.lines import Counts, logger_of
from lambdas.names import Function, Metric
from lambdas.usecases.advance_job import Decide, advance_job
from lambdas.usecases.sweep_jobs import sweep_jobs
from lambdas.wire.step_errors import reason_of

# What one run can do well within its time; the next one goes on with those that wait longest.
MOST_SWEPT: Final = 200

Event = Mapping[str, Any]

logger = logger_of(Function.MASTER)
counts = Counts(Function.MASTER, logger)
runtime.prepare(runtime.master)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point; the event names the step."""
    try:
        return STEPS[event["step"]](event)
    finally:
        counts.write()


def _plan(event: Event) -> dict[str, Any]:
    """The parts of the job, one for each worker; none if the job has ended, or ends here."""
    now = runtime.now()
    job, _ = _advance(event["job_id"], lambda job: jobs.started(job, now))
    parts: Any = []
    if job.is_open:
        parts, job = _tried(
            job, lambda: KINDS[job.kind].plan(task_of(job), runtime.master().sources)
        )
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "task": task_out(task_of(job)),
        "parts": msgspec.to_builtins(parts or []),
    }


def _join(event: Event) -> None:
    """Makes the result of the parts' answers, and ends the job with it."""
    job, _ = _advance(event["job_id"], lambda _: None)
    if not job.is_open:
        return
    kind, ports = KINDS[job.kind], runtime.master()
    partials = [msgspec.convert(partial, kind.partial) for partial in event["partials"]]
    answer, job = _tried(job, lambda: kind.join(task_of(job), partials, ports.sources))
    if job.is_open:
        result = msgspec.json.encode(kind.show(answer, ports.currency)).decode()
        _end(job, lambda job: jobs.finished(job, result, runtime.now()))


def _fail(event: Event) -> None:
    """Ends the job because a step could not be done."""
    error = event["error"]
    counts.add(Metric.JOBS_BROKEN)
    logger.error("step failed", job_id=event["job_id"], error=error["Error"])
    job, _ = _advance(event["job_id"], lambda _: None)
    _fail_for(job, reason_of(error["Error"]))


def _sweep(_: Event) -> None:
    """Starts again what is silent, and ends what is beyond its deadline."""
    ports = runtime.master()
    swept = sweep_jobs(ports.jobs, ports.queue, now=runtime.now(), at_most=MOST_SWEPT)
    for job_id in swept.started_again:
        logger.warning("job started again", job_id=job_id)
    for job_id in swept.timed_out:
        counts.add(Metric.JOBS_BROKEN)
        logger.error("job timed out", job_id=job_id)


STEPS: Final[dict[str, Callable[[Event], Any]]] = {
    "plan": _plan,
    "join": _join,
    "fail": _fail,
    "sweep": _sweep,
}


def _tried(job: Job, step: Callable[[], Any]) -> tuple[Any, Job]:
    """What the step answers, and the job: ended, if the step has found that it has no answer.

    What may succeed another time is raised, for the workflow to try again.
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
    return _end(job, lambda job: jobs.failed(job, reason, runtime.now()))


def _end(job: Job, decide: Decide) -> Job:
    ended, is_new = _advance(job.job_id, decide)
    if is_new:
        reason = None if ended.reason is None else ended.reason.code
        counts.add(Metric(f"Jobs{ended.state.capitalize()}"))
        logger.info("job", job_id=ended.job_id, kind=ended.kind, state=ended.state, reason=reason)
    return ended


def _advance(job_id: str, decide: Decide) -> tuple[Job, bool]:
    return advance_job(runtime.master().jobs, job_id, decide)
