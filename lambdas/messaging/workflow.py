"""Step Functions: the Express state machine that runs a job, and the errors that it reports."""

import json
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.domain.jobs import TIMED_OUT, Reason
from lambdas.messaging.sqs import translated_errors

RUN_TIMEOUT_S: Final = 110
"""Longer than an execution may take: StartSyncExecution answers at its end."""

_DESCRIBE_TIMEOUT_S: Final = 3
"""The heartbeat waits for it, and must answer."""

_TIMEOUTS: Final = frozenset({"States.Timeout", "Sandbox.Timedout"})
_UNAVAILABLE: Final = frozenset(
    {
        "Transient",
        "StaleDecision",
        "Lambda.TooManyRequestsException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
    }
)


@cache
def step_functions_client(region: str, read_timeout_s: int) -> Any:
    """A Step Functions client without retries: an execution takes long, a heartbeat may not."""
    config = Config(
        connect_timeout=2,
        read_timeout=read_timeout_s,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return boto3.client("stepfunctions", region_name=region, config=config)


class StepFunctionsWorkflow:
    """The port `Workflow`."""

    def __init__(self, region: str, arn: str) -> None:
        self._region = region
        self._arn = arn

    def run(self, job_id: str) -> bool:
        """One StartSyncExecution named by the job's id."""
        with translated_errors():
            answer = step_functions_client(self._region, RUN_TIMEOUT_S).start_sync_execution(
                stateMachineArn=self._arn, name=job_id, input=json.dumps({"job_id": job_id})
            )
        return bool(answer["status"] == "SUCCEEDED")

    def exists(self) -> bool:
        """One DescribeStateMachine."""
        client = step_functions_client(self._region, _DESCRIBE_TIMEOUT_S)
        with translated_errors():
            try:
                answer = client.describe_state_machine(stateMachineArn=self._arn)
            except ClientError as error:
                if error.response["Error"]["Code"] == "StateMachineDoesNotExist":
                    return False
                raise
        return bool(answer["status"] == "ACTIVE")


def failure_reason(error_name: str) -> Reason:
    """Why a job failed, by the name of the error of its step, in words for a person."""
    if error_name in _TIMEOUTS:
        return TIMED_OUT
    if error_name in _UNAVAILABLE:
        return Reason(
            code="unavailable", message="The service was busy. Please try again in a moment."
        )
    return Reason(code="internal_error", message="Something went wrong on our side.")
