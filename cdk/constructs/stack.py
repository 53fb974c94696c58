"""What all stacks of a stage share: account and region, outputs, retention and log groups."""

from collections.abc import Mapping
from typing import Final

import jsii
from aws_cdk import (
    CfnOutput,
    CliCredentialsStackSynthesizer,
    Environment,
    Fn,
    RemovalPolicy,
    Stack,
)
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk.stage import Stage

_ZONES: Final = 2
_RETENTION: Final = {7: logs.RetentionDays.ONE_WEEK, 90: logs.RetentionDays.THREE_MONTHS}


class StageStack(Stack):
    """A stack `fintech-<stage>-<name>`. It looks nothing up: synthesis needs no credentials."""

    def __init__(
        self, scope: Construct, stage: Stage, name: str, *, termination_protection: bool = False
    ) -> None:
        super().__init__(
            scope,
            f"fintech-{stage.name}-{name}",
            env=Environment(account=stage.account, region=stage.region),
            # The local cloud refuses to let the bootstrap's roles publish assets.
            synthesizer=CliCredentialsStackSynthesizer() if stage.local else None,
            termination_protection=termination_protection,
        )

    @property
    @jsii.member(jsii_name="availabilityZones")
    def availability_zones(self) -> list[str]:
        """Zones that CloudFormation resolves: the CDK's own property asks AWS for them."""
        return [Fn.select(number, Fn.get_azs()) for number in range(_ZONES)]

    def add_outputs(self, values: Mapping[str, str]) -> None:
        """Adds one output per entry, under exactly that name, for scripts and people to read."""
        for name, value in values.items():
            CfnOutput(self, name, value=value).override_logical_id(name)


def removal_policy(stage: Stage) -> RemovalPolicy:
    """Policy for data when its stack is deleted."""
    return RemovalPolicy.RETAIN if stage.protected else RemovalPolicy.DESTROY


def log_group(
    scope: Construct, stage: Stage, name: str | None = None, *, construct_id: str = "Log"
) -> logs.LogGroup:
    """A log group that belongs to the stack, so that its retention and removal are defined."""
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=_RETENTION[stage.log_retention_days],
        removal_policy=removal_policy(stage),
    )
