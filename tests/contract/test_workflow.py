"""The port `Workflow`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import boto3
import pytest

from lambdas.messaging.workflow import StepFunctionsWorkflow, step_functions_client
from lambdas.ports import Workflow
from tests.contract.conftest import CLOUD_URL
from tests.fakes.dynamo import REGION
from tests.fakes.jobs import MemoryWorkflow

# moto runs no synchronous execution.
WORKFLOW_FORMS = ["memory"] if CLOUD_URL is None else ["local cloud"]

FAILING = "failing"
"""The one job whose execution fails."""

_MACHINE = {
    "StartAt": "Which",
    "States": {
        "Which": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.job_id", "StringEquals": FAILING, "Next": "Broken"}],
            "Default": "Done",
        },
        "Done": {"Type": "Succeed"},
        "Broken": {"Type": "Fail", "Error": "Broken"},
    },
}


_TRUST_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "states.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@dataclass(frozen=True, kw_only=True)
class Workflows:
    """One implementation of the port: an existing workflow, and one that does not exist."""

    present: Workflow
    absent: Workflow


@pytest.fixture(params=WORKFLOW_FORMS)
def workflows(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workflows]:
    if request.param == "memory":
        absent = MemoryWorkflow()
        absent.is_missing = True
        yield Workflows(present=MemoryWorkflow(lambda job: job != FAILING), absent=absent)
        return
    for setting in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(setting, "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", str(CLOUD_URL))
    monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")  # as the local stage has it
    step_functions_client.cache_clear()
    name = f"contract-{uuid4().hex}"
    iam = boto3.client("iam", region_name=REGION)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST_POLICY))
    client = boto3.client("stepfunctions", region_name=REGION)
    arn = client.create_state_machine(
        name=name,
        type="EXPRESS",
        definition=json.dumps(_MACHINE),
        roleArn=role["Role"]["Arn"],
    )["stateMachineArn"]
    yield Workflows(
        present=StepFunctionsWorkflow(REGION, arn),
        absent=StepFunctionsWorkflow(REGION, f"{arn}-gone"),
    )
    client.delete_state_machine(stateMachineArn=arn)
    iam.delete_role(RoleName=name)
    step_functions_client.cache_clear()


def test_a_run_returns_whether_the_execution_succeeded(workflows: Workflows) -> None:
    assert workflows.present.run("job")
    assert not workflows.present.run(FAILING)


def test_a_job_may_run_again(workflows: Workflows) -> None:
    assert workflows.present.run("job")
    assert workflows.present.run("job")


def test_it_knows_whether_the_state_machine_exists(workflows: Workflows) -> None:
    assert workflows.present.exists()
    assert not workflows.absent.exists()
