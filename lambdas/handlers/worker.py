"""Short-lived, for one part of one job: reads it, and answers what the last step joins."""

from typing import Any

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.handlers.kinds import KINDS, task_in
from lambdas.handlers.lines import logger_of
from lambdas.names import Function

logger = logger_of(Function.WORKER)
runtime.prepare(runtime.worker)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point. What it raises, the workflow tries again or makes the job fail of."""
    kind = KINDS[event["kind"]]
    task = task_in(kind, event["task"])
    part = msgspec.convert(event["part"], kind.part)
    partial = kind.work(task, part, runtime.worker())
    logger.info("part done", job_id=event["job_id"], kind=event["kind"])
    return msgspec.to_builtins(partial)
