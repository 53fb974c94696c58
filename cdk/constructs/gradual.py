"""Gradual releases by CodeDeploy: a tenth of the calls first, rolled back by alarms (0020)."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import aws_codedeploy as codedeploy
from constructs import Construct

from cdk.constructs.alarms import Alarms
from cdk.constructs.function import LambdaFunction
from cdk.constructs.nag_suppressions import suppress
from lambdas.names import Function, Queue

GRADUAL: Final[dict[Function, tuple[str, ...]]] = {
    Function.API: (f"function-errors-{Function.API}", "server-errors"),
    Function.VALIDATIONS: (
        f"function-errors-{Function.VALIDATIONS}",
        f"dead-letters-{Queue.VALIDATIONS}",
    ),
}
"""The functions on which money depends, and the alarms that take a new version back."""


def release_gradually(
    scope: Construct, functions: Mapping[Function, LambdaFunction], alarms: Alarms
) -> None:
    """CodeDeploy moves each alias to its new version: 10 % for five minutes, then the rest."""
    application = codedeploy.LambdaApplication(scope, "Releases")
    for name, watched in GRADUAL.items():
        alias = functions[name].alias
        assert alias, f"{name} has an alias"
        group = codedeploy.LambdaDeploymentGroup(
            scope,
            f"{name.value.capitalize()}Release",
            application=application,
            alias=alias,
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
            alarms=[alarms.by_name[alarm] for alarm in watched],
            auto_rollback=codedeploy.AutoRollbackConfig(
                failed_deployment=True, stopped_deployment=True, deployment_in_alarm=True
            ),
        )
        suppress(
            group,
            "AWS's own policy for CodeDeploy, whose actions are Lambda aliases and reading alarms",
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AWSCodeDeployRoleForLambdaLimited]",
        )
