"""Worker of one shard of one job: reads it and returns what the last step joins."""

from typing import Any

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.handlers.job_types import JOB_TYPES, parse_task
from lambdas.observability import logger

deps = bootstrap.dependencies("market", "activity", "orders", "accounts")


@logger.inject_lambda_context(clear_state=True)
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point. The workflow retries what it raises, or lets the job fail."""
    job_type = JOB_TYPES[event["job_type"]]
    task = parse_task(job_type, event["task"])
    shard = msgspec.convert(event["shard"], job_type.shard)
    partial = job_type.work(task, shard, deps)
    logger.info("shard done", job_id=event["job_id"], job_type=event["job_type"])
    return msgspec.to_builtins(partial)
