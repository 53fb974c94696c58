"""Queue `jobs`: runs the workflow of each job to its end.

It waits for that end so that the queue's limit bounds how many workflows, and workers, run at once.
"""

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.handlers.lines import logger_of
from lambdas.names import Function
from lambdas.usecases.run_job import run_job

logger = logger_of(Function.JOBS)
runtime.prepare(runtime.jobs)


class WorkflowBroken(Exception):
    """A workflow ended in disorder: its job is still open, and its message comes again."""


def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point; the event source gives one message at a time."""
    ports = runtime.jobs()
    for record in event["Records"]:
        job_id = json.loads(record["body"])["job_id"]
        if not run_job(ports.jobs, ports.workflow, job_id):
            raise WorkflowBroken(job_id)
        logger.info("workflow ended", job_id=job_id)
