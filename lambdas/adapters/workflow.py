"""Step Functions, and the queue in front of it that bounds how many workflows run at once."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Final

from botocore.exceptions import ClientError

from awsjson.client import Client
from awsjson.connections import Timeouts
from awsjson.services import STEP_FUNCTIONS
from lambdas.adapters import queues
from lambdas.domain.errors import Transient

_MOST_AT_ONCE: Final = 10  # SQS's limit of a batch
LONGEST_RUN_S: Final = 110  # more than a workflow may take
_LONGEST_LOOK_S: Final = 3  # it is the heartbeat that looks, and it must answer


@cache
def connect(region: str, answers_within_s: int) -> Client:
    """A client of Step Functions that waits so long for an answer, and never asks twice."""
    timeouts = Timeouts(connect_s=2, read_s=answers_within_s)
    return Client(STEP_FUNCTIONS, region=region, attempts=1, timeouts=timeouts)


class StepFunctionsWorkflow:
    """The port `Workflow` over one Express state machine."""

    def __init__(self, region: str, arn: str) -> None:
        self._region = region
        self._arn = arn

    def run(self, job_id: str) -> bool:
        """One StartSyncExecution, under the job's id: an Express one may run twice."""
        with queues.translated():
            answer = connect(self._region, LONGEST_RUN_S).call(
                "StartSyncExecution",
                {
                    "stateMachineArn": self._arn,
                    "name": job_id,
                    "input": json.dumps({"job_id": job_id}),
                },
            )
        return bool(answer["status"] == "SUCCEEDED")

    def is_there(self) -> bool:
        """One DescribeStateMachine."""
        with queues.translated():
            try:
                client = connect(self._region, _LONGEST_LOOK_S)
                answer = client.call("DescribeStateMachine", {"stateMachineArn": self._arn})
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
            if queues.send_batch(self._region, self._queue_url, entries):
                raise Transient
