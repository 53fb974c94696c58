"""How long things stay, from the stage's plain values to the CDK's own."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk.stage import Stage

_DAYS = {7: logs.RetentionDays.ONE_WEEK, 90: logs.RetentionDays.THREE_MONTHS}


def removal_policy(stage: Stage) -> RemovalPolicy:
    """What becomes of data when its stack goes."""
    return RemovalPolicy.RETAIN if stage.protected else RemovalPolicy.DESTROY


def log_group(scope: Construct, stage: Stage, name: str | None = None) -> logs.LogGroup:
    """A log group that its stack owns, so that it neither outlives its retention nor its stack."""
    return logs.LogGroup(
        scope,
        "Log",
        log_group_name=name,
        retention=_DAYS[stage.log_retention_days],
        removal_policy=removal_policy(stage),
    )
