"""What the port `Workflow` promises."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import boto3
import pytest

from lambdas.adapters import workflow
from lambdas.adapters.workflow import StepFunctionsWorkflow
from lambdas.ports import Workflow
from tests.contract.conftest import CLOUD_URL
from tests.fakes.dynamo import REGION
from tests.fakes.jobs import MemoryWorkflow

# moto runs no workflow that somebody waits for.
WORKFLOW_FORMS = ["memory"] if CLOUD_URL is None else ["local cloud"]

HOPELESS = "hopeless"
"""The one job whose run breaks."""

_MACHINE = {
    "StartAt": "Which",
    "States": {
        "Which": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.job_id", "StringEquals": HOPELESS, "Next": "Broken"}],
            "Default": "Done",
        },
        "Done": {"Type": "Succeed"},
        "Broken": {"Type": "Fail", "Error": "Broken"},
    },
}


_MACHINES_ONLY = {
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
    """One form of the port: a workflow in which one job is hopeless, and one that is not there."""

    present: Workflow
    absent: Workflow


@pytest.fixture(params=WORKFLOW_FORMS)
def workflows(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workflows]:
    if request.param == "memory":
        absent = MemoryWorkflow()
        absent.there = False
        yield Workflows(present=MemoryWorkflow(lambda job: job != HOPELESS), absent=absent)
        return
    for setting in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(setting, "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", str(CLOUD_URL))
    monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")  # as the local stage has it
    workflow.connect.cache_clear()
    name = f"contract-{uuid4().hex}"
    iam = boto3.client("iam", region_name=REGION)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_MACHINES_ONLY))
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
    workflow.connect.cache_clear()


def test_a_run_is_waited_for_and_tells_whether_it_came_to_its_end(workflows: Workflows) -> None:
    assert workflows.present.run("job")
    assert not workflows.present.run(HOPELESS)


def test_a_job_may_run_again(workflows: Workflows) -> None:
    assert workflows.present.run("job")
    assert workflows.present.run("job")


def test_it_knows_whether_it_is_there(workflows: Workflows) -> None:
    assert workflows.present.is_there()
    assert not workflows.absent.is_there()
