"""What our side makes of answers that no local Step Functions gives (botocore's stub, which holds
every call against the service's own model), nor the queue in front of it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas.adapters import queues, workflow
from lambdas.adapters.workflow import LONGEST_RUN_S, SqsJobQueue, StepFunctionsWorkflow
from lambdas.domain.errors import Transient
from tests.integration.sqs.conftest import REGION

ARN = f"arn:aws:states:{REGION}:123456789012:stateMachine:jobs"
MACHINE = {"stateMachineArn": ARN}
RUN = {"stateMachineArn": ARN, "name": "j1", "input": '{"job_id": "j1"}'}
AT = datetime(2026, 3, 4, tzinfo=UTC)


class Modelled:
    """Our client's face over botocore's client, whose model every request must fit."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def call(self, operation: str, request: dict[str, Any]) -> Any:
        return getattr(self._client, xform_name(operation))(**request)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Step Functions, whose answers a test puts in."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    client = botocore.session.get_session().create_client("stepfunctions", region_name=REGION)
    monkeypatch.setattr(workflow, "connect", lambda *_: Modelled(client))
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def is_there() -> bool:
    return StepFunctionsWorkflow(REGION, ARN).is_there()


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
def test_a_workflow_is_there_while_it_can_be_started(
    machine: Stubber, status: str, expected: bool
) -> None:
    machine.add_response("describe_state_machine", described(status), MACHINE)
    assert is_there() is expected


def test_a_workflow_that_nobody_knows_is_not_there(machine: Stubber) -> None:
    machine.add_client_error("describe_state_machine", "StateMachineDoesNotExist")
    assert is_there() is False


def test_who_may_not_look_does_not_say_that_it_is_gone(machine: Stubber) -> None:
    machine.add_client_error("describe_state_machine", "AccessDeniedException")
    with pytest.raises(ClientError):
        is_there()


@pytest.mark.parametrize(
    ("status", "expected"), [("SUCCEEDED", True), ("FAILED", False), ("TIMED_OUT", False)]
)
def test_a_run_tells_whether_it_came_to_its_end(
    machine: Stubber, status: str, expected: bool
) -> None:
    ran = {"executionArn": f"{ARN}:j1", "startDate": AT, "stopDate": AT, "status": status}
    machine.add_response("start_sync_execution", ran, RUN)
    assert StepFunctionsWorkflow(REGION, ARN).run("j1") is expected


def test_a_service_that_is_busy_is_transient(machine: Stubber) -> None:
    machine.add_client_error(
        "start_sync_execution", "ThrottlingException", http_status_code=400, expected_params=RUN
    )
    with pytest.raises(Transient):
        StepFunctionsWorkflow(REGION, ARN).run("j1")


def test_a_run_is_never_repeated_by_the_client_which_waits_longer_than_it_takes() -> None:
    with patch.object(workflow, "Client") as made:
        workflow.connect.__wrapped__(REGION, LONGEST_RUN_S)
    assert made.call_args.kwargs["attempts"] == 1
    assert made.call_args.kwargs["timeouts"].read_s == LONGEST_RUN_S


def test_a_job_that_the_queue_refuses_is_transient(
    sqs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = {"Failed": [{"Id": "0", "SenderFault": False, "Code": "InternalError"}]}
    monkeypatch.setattr(queues.connect(REGION), "call", lambda *_: refused)
    with pytest.raises(Transient):
        SqsJobQueue(REGION, "https://sqs/q").send(["j1"])
