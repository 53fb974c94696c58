"""Queue `jobs`: runs the workflow of each job to its end.

It waits for that end so that the queue's limit bounds how many workflows, and workers, run at once.
"""

import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes import SQSEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.domain.errors import Transient
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.observability import logger
from lambdas.services.jobs import run_job

deps = bootstrap.dependencies("jobs", "workflow")


@logger.inject_lambda_context(clear_state=True)
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point; the event source delivers one message at a time."""
    for record in SQSEvent(event).records:
        job_id = json.loads(record.body)["job_id"]
        if not run_job(deps.jobs, deps.workflow, job_id):
            logger.warning("workflow failed", job_id=job_id)
            raise Transient  # its job is open: the message returns to the queue
        logger.info("workflow ended", job_id=job_id)
