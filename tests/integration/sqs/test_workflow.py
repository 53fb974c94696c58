"""The workflow over answers that no local Step Functions gives.

botocore's stub gives them, and checks every request against the service's model.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas.domain.errors import Transient
from lambdas.domain.jobs import TIMED_OUT
from lambdas.messaging import workflow
from lambdas.messaging.workflow import (
    StepFunctionsWorkflow,
    failure_reason,
    step_functions_client,
)
from lambdas.names import RETRIED_ERRORS
from tests.fakes.dynamo import set_credentials
from tests.integration.sqs.conftest import REGION

ARN = f"arn:aws:states:{REGION}:123456789012:stateMachine:jobs"
MACHINE = {"stateMachineArn": ARN}
RUN = {"stateMachineArn": ARN, "name": "j1", "input": '{"job_id": "j1"}'}
AT = datetime(2026, 3, 4, tzinfo=UTC)
RUNNING_S, DESCRIBING_S = workflow.RUN_TIMEOUT_S, workflow._DESCRIBE_TIMEOUT_S


@pytest.fixture(autouse=True)
def fresh_clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    set_credentials(monkeypatch)
    step_functions_client.cache_clear()
    yield
    step_functions_client.cache_clear()


def stubbed(timeout_s: int) -> Iterator[Stubber]:
    with Stubber(step_functions_client(REGION, timeout_s)) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def executions() -> Iterator[Stubber]:
    """Answers to StartSyncExecution."""
    yield from stubbed(RUNNING_S)


@pytest.fixture
def descriptions() -> Iterator[Stubber]:
    """Answers to DescribeStateMachine."""
    yield from stubbed(DESCRIBING_S)


def exists() -> bool:
    return StepFunctionsWorkflow(REGION, ARN).exists()


def described(status: str) -> dict[str, Any]:
    return MACHINE | {
        "name": "jobs",
        "status": status,
        "definition": "{}",
        "roleArn": f"arn:aws:iam::123456789012:role/{status}",
        "type": "EXPRESS",
        "creationDate": AT,
    }


@pytest.mark.parametrize(("status", "expected"), [("ACTIVE", True), ("DELETING", False)])
def test_a_workflow_exists_while_it_can_be_started(
    descriptions: Stubber, status: str, expected: bool
) -> None:
    descriptions.add_response("describe_state_machine", described(status), MACHINE)
    assert exists() is expected


def test_an_unknown_workflow_does_not_exist(descriptions: Stubber) -> None:
    descriptions.add_client_error("describe_state_machine", "StateMachineDoesNotExist")
    assert exists() is False


def test_a_missing_permission_is_not_reported_as_a_missing_workflow(descriptions: Stubber) -> None:
    descriptions.add_client_error("describe_state_machine", "AccessDeniedException")
    with pytest.raises(ClientError):
        exists()


@pytest.mark.parametrize(
    ("status", "expected"), [("SUCCEEDED", True), ("FAILED", False), ("TIMED_OUT", False)]
)
def test_a_run_returns_whether_the_execution_succeeded(
    executions: Stubber, status: str, expected: bool
) -> None:
    answer = {"executionArn": f"{ARN}:j1", "startDate": AT, "stopDate": AT, "status": status}
    executions.add_response("start_sync_execution", answer, RUN)
    assert StepFunctionsWorkflow(REGION, ARN).run("j1") is expected


def test_a_busy_service_is_transient(executions: Stubber) -> None:
    executions.add_client_error(
        "start_sync_execution", "ThrottlingException", http_status_code=400, expected_params=RUN
    )
    with pytest.raises(Transient):
        StepFunctionsWorkflow(REGION, ARN).run("j1")


@pytest.mark.parametrize("timeout_s", [RUNNING_S, DESCRIBING_S])
def test_the_client_repeats_no_call_and_waits_as_long_as_it_may_take(timeout_s: int) -> None:
    client = step_functions_client(REGION, timeout_s)
    assert isinstance(client, BaseClient)
    assert client.meta.config.retries["total_max_attempts"] == 1
    assert client.meta.config.read_timeout == timeout_s


@pytest.mark.parametrize("error", RETRIED_ERRORS)
def test_every_error_that_the_workflow_retries_has_a_reason_for_a_person(error: str) -> None:
    is_timeout = error in ("States.Timeout", "Sandbox.Timedout")
    is_unknown = error in ("Runtime.HandlerError", "Lambda.Unknown")
    expected = "timed_out" if is_timeout else "internal_error" if is_unknown else "unavailable"
    assert failure_reason(error).code == expected


def test_an_execution_that_timed_out_is_a_job_that_timed_out() -> None:
    assert failure_reason("States.Timeout") == TIMED_OUT
    assert failure_reason("ZeroDivisionError").code == "internal_error"
