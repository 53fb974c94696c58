"""Step Functions, and the queue in front of it that bounds how many workflows run at once."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.adapters import queues
from lambdas.domain.errors import Transient

_MOST_AT_ONCE: Final = 10  # SQS's limit of a batch
LONGEST_RUN_S: Final = 110  # more than a workflow may take
_LONGEST_LOOK_S: Final = 3  # it is the heartbeat that looks, and it must answer


@cache
def connect(region: str, answers_within_s: int) -> Any:
    """A client of Step Functions that waits so long for an answer, and never asks twice.

    (botocore's clients are made at run time and have no static type.)
    """
    config = Config(
        connect_timeout=2, read_timeout=answers_within_s, retries={"total_max_attempts": 1}
    )
    session = botocore.session.get_session()
    return session.create_client("stepfunctions", region_name=region, config=config)


class StepFunctionsWorkflow:
    """The port `Workflow` over one Express state machine. Its client is made when it is needed."""

    def __init__(self, region: str, arn: str) -> None:
        self._region = region
        self._arn = arn

    def run(self, job_id: str) -> bool:
        """One StartSyncExecution, under the job's id: an Express one may run twice."""
        with queues.translated():
            answer = connect(self._region, LONGEST_RUN_S).start_sync_execution(
                stateMachineArn=self._arn, name=job_id, input=json.dumps({"job_id": job_id})
            )
        return bool(answer["status"] == "SUCCEEDED")

    def is_there(self) -> bool:
        """One DescribeStateMachine."""
        with queues.translated():
            try:
                client = connect(self._region, _LONGEST_LOOK_S)
                answer = client.describe_state_machine(stateMachineArn=self._arn)
            except ClientError as error:
                if error.response["Error"]["Code"] == "StateMachineDoesNotExist":
                    return False
                raise
        return bool(answer["status"] == "ACTIVE")


class SqsJobQueue:
    """The port `JobQueue` over the queue `jobs`."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._region = region
        self._queue_url = queue_url

    def send(self, job_ids: Sequence[str]) -> None:
        """One SendMessageBatch for each ten jobs."""
        for start in range(0, len(job_ids), _MOST_AT_ONCE):
            entries = [
                {"Id": str(offset), "MessageBody": json.dumps({"job_id": job_id})}
                for offset, job_id in enumerate(job_ids[start : start + _MOST_AT_ONCE])
            ]
            with queues.translated():
                answer = queues.connect(self._region).send_message_batch(
                    QueueUrl=self._queue_url, Entries=entries
                )
            if answer.get("Failed"):
                raise Transient
