"""Where a system is: its stage, region, tables and queues, and the AWS resources of its stacks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from botocore.exceptions import ClientError

from lambdas.names import Function, Queue, Table
from ops.ports import CannotRun

RELAY: Final = "relay"
DEAD_LETTERS: Final = (*(queue.value for queue in Queue), RELAY)
"""Names of the dead-letter queues: those of the queues, and the relay's, which has no queue."""

LOCAL_STAGE: Final = "local"
_STACKS: Final = ("data", "backend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Tables and queues of one system. `endpoint_url` is None on AWS."""

    stage: str
    region: str
    endpoint_url: str | None
    tables: Mapping[Table, str]
    queues: Mapping[str, str]
    dead_letters: Mapping[str, str]

    @property
    def backend_stack(self) -> str:
        """Name of the stack with the functions."""
        return stack_name(self.stage, "backend")

    @property
    def bridge_stack(self) -> str:
        """Name of the stack with the bridge."""
        return stack_name(self.stage, "bridge")

    @classmethod
    def of_stage(cls, stage: str, region: str, cloudformation: Any) -> Self:
        """Reads the outputs of the deployed stacks. Raises CannotRun where they are missing."""
        outputs = stack_outputs(cloudformation, stage)
        return cls(
            stage=stage,
            region=region,
            endpoint_url=None,
            tables={it: _required(outputs, f"{it.value.capitalize()}Table") for it in Table},
            queues={
                it.value: _required(outputs, f"{it.value.capitalize()}QueueUrl") for it in Queue
            },
            dead_letters={
                it: _required(outputs, f"{it.capitalize()}DeadLetterQueueUrl")
                for it in DEAD_LETTERS
            },
        )

    @classmethod
    def of_laptop(cls, state: Path) -> Self:
        """Reads the outputs of a running `make up`. Raises CannotRun where none is running."""
        try:
            outputs = json.loads((state / "outputs.json").read_text())
        except FileNotFoundError:
            raise CannotRun(
                f"Nothing is running here ({state} has no outputs.json). Start it with make up, "
                "or name a stage on AWS with --stage."
            ) from None
        try:
            return cls(
                stage=LOCAL_STAGE,
                region=outputs["region"],
                endpoint_url=outputs["aws_endpoint_url"],
                tables={it: outputs["tables"][it.value] for it in Table},
                queues={it.value: outputs["queues"][it.value] for it in Queue},
                dead_letters={it: outputs["queues"][f"{it}_dead_letters"] for it in DEAD_LETTERS},
            )
        except KeyError as missing:
            raise CannotRun(
                f"{state}/outputs.json has no {missing}: another version is running. Stop it, then"
                " make clean and make up."
            ) from None


def stack_outputs(cloudformation: Any, stage: str) -> dict[str, str]:
    """Outputs of the stage's stacks. Raises CannotRun where one is not deployed."""
    return {
        name: value
        for stack in _STACKS
        for name, value in _outputs(cloudformation, stack_name(stage, stack)).items()
    }


def stack_name(stage: str, stack: str) -> str:
    """`fintech-<stage>-<stack>`."""
    return f"fintech-{stage}-{stack}"


def resource_names(cloudformation: Any, stack: str, resource_type: str) -> Mapping[str, str]:
    """Physical names of a stack's resources of one type, by logical id."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        found["LogicalResourceId"]: found["PhysicalResourceId"]
        for page in pages
        for found in page["StackResourceSummaries"]
        if found["ResourceType"] == resource_type
    }


def function_name(cloudformation: Any, stack: str, function: Function) -> str:
    """AWS's name of one of our functions. Raises CannotRun where it is not deployed."""
    found = resource_names(cloudformation, stack, "AWS::Lambda::Function")
    for logical_id, name in found.items():
        if logical_id.lower().startswith(function.value):
            return name
    raise CannotRun(f"The stack {stack} has no function {function}: deploy this version first.")


def _outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise CannotRun(
                f"There is no stack {stack} in this account and region. Check --stage, AWS_REGION"
                " and AWS_PROFILE, or deploy it."
            ) from None
        raise
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _required(outputs: Mapping[str, str], name: str) -> str:
    if name not in outputs:
        raise CannotRun(f"The deployed stacks have no output {name}: deploy this version first.")
    return outputs[name]
