"""Where a system is: its tables, queues and stacks, on AWS or on this machine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from botocore.exceptions import ClientError

from lambdas.names import Queue, Table
from ops.errors import CannotRun

RELAY: Final = "relay"
DEAD_LETTERS: Final = (*(queue.value for queue in Queue), RELAY)
"""The dead-letter queues, by what failed; the relay has no queue before it."""

LOCAL_STAGE: Final = "local"
_STACKS: Final = ("data", "backend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """One system. `endpoint_url` is None on AWS."""

    stage: str
    region: str
    endpoint_url: str | None
    tables: Mapping[Table, str]
    queues: Mapping[str, str]
    dead_letters: Mapping[str, str]

    @property
    def backend_stack(self) -> str:
        """The stack that the functions are in."""
        return stack_name(self.stage, "backend")

    @property
    def bridge_stack(self) -> str:
        """The stack that the bridge is in."""
        return stack_name(self.stage, "bridge")

    @classmethod
    def of_stage(cls, stage: str, region: str, cloudformation: Any) -> Self:
        """What the deployed stacks say of themselves. Raises CannotRun where they are missing."""
        said = {
            name: value
            for stack in _STACKS
            for name, value in _outputs(cloudformation, stack_name(stage, stack)).items()
        }
        return cls(
            stage=stage,
            region=region,
            endpoint_url=None,
            tables={it: _required(said, f"{it.value.capitalize()}Table") for it in Table},
            queues={it.value: _required(said, f"{it.value.capitalize()}QueueUrl") for it in Queue},
            dead_letters={
                it: _required(said, f"{it.capitalize()}DeadLetterQueueUrl") for it in DEAD_LETTERS
            },
        )

    @classmethod
    def of_laptop(cls, state: Path) -> Self:
        """What a ready `make up` has written down. Raises CannotRun where none is."""
        try:
            said = json.loads((state / "outputs.json").read_text())
        except FileNotFoundError:
            raise CannotRun(
                f"Nothing is running here ({state} has no outputs.json). Start it with make up, "
                "or name a stage on AWS with --stage."
            ) from None
        return cls(
            stage=LOCAL_STAGE,
            region=said["region"],
            endpoint_url=said["aws_endpoint_url"],
            tables={it: said["tables"][it.value] for it in Table},
            queues={it.value: said["queues"][it.value] for it in Queue},
            dead_letters={it: said["queues"][f"{it}_dead_letters"] for it in DEAD_LETTERS},
        )


def stack_name(stage: str, stack: str) -> str:
    """`fintech-<stage>-<stack>`."""
    return f"fintech-{stage}-{stack}"


def _outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise CannotRun(
                f"There is no stack {stack} in this account and region. Is it deployed there?"
            ) from None
        raise
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _required(outputs: Mapping[str, str], name: str) -> str:
    if name not in outputs:
        raise CannotRun(f"The deployed stacks have no output {name}: deploy this version first.")
    return outputs[name]
