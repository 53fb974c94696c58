"""The workflow of a job: plan its shards, run a worker for each shard, join their results.

An Express workflow: its steps are idempotent, and it costs a hundredth of a Standard one (0011).
"""

from typing import Any, Final

from aws_cdk import Aws, Fn, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from cdk.constructs.nag_suppressions import suppress
from cdk.constructs.stack import log_group
from cdk.stage import Stage
from lambdas.names import RETRIED_ERRORS

WORKFLOW_LIMIT_S: Final = 100
"""Time-out of a workflow: shorter than its caller waits."""

STEP_LIMIT_S: Final = 25
"""Time-out of a step: longer than the function's own, which therefore ends first."""

_LOG_DELIVERY: Final = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
"""What AWS documents for a state machine that logs to CloudWatch Logs."""

Json = dict[str, Any]


class Workflow(Construct):
    """An Express state machine over two functions, and its role, which may invoke only them."""

    def __init__(
        self, scope: Construct, stage: Stage, master: lambda_.IFunction, worker: lambda_.IFunction
    ) -> None:
        super().__init__(scope, "Workflow")
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        _grant(role, "lambda:InvokeFunction", master.function_arn, worker.function_arn)
        definition = _definition(stage, master.function_arn, worker.function_arn)
        suppress(
            self,
            "Only failures are logged: a step logs its outcome, and the job's item has the result",
            "AwsSolutions-SF1",
        )
        suppress(
            self,
            "A job is followed by its id through the logs; traces would cost per run",
            "AwsSolutions-SF2",
            "Serverless-StepFunctionStateMachineXray",
        )
        delivery = iam.Grant.add_to_principal(
            grantee=role, actions=list(_LOG_DELIVERY), resource_arns=["*"]
        )
        suppress(
            role,
            "Step Functions sets up its log delivery by actions that have no resources",
            "AwsSolutions-IAM5[Resource::*]",
        )
        machine = stepfunctions.CfnStateMachine(
            self,
            "Machine",
            state_machine_type="EXPRESS",
            role_arn=role.role_arn,
            definition_string=Stack.of(self).to_json_string(definition),
            logging_configuration=self._log_failures(stage),
        )
        # AWS refuses a machine whose role may not deliver its log yet.
        delivery.apply_before(machine)
        self.arn = machine.attr_arn

    def _log_failures(
        self, stage: Stage
    ) -> stepfunctions.CfnStateMachine.LoggingConfigurationProperty:
        """An Express workflow keeps no history: what failed is known from its log only."""
        own_id = Fn.select(2, Fn.split("/", Aws.STACK_ID))
        log = log_group(self, stage, f"/aws/vendedlogs/states/fintech-{stage.name}/{own_id}")
        return stepfunctions.CfnStateMachine.LoggingConfigurationProperty(
            level="ERROR",
            include_execution_data=False,
            destinations=[
                stepfunctions.CfnStateMachine.LogDestinationProperty(
                    cloud_watch_logs_log_group=(
                        stepfunctions.CfnStateMachine.CloudWatchLogsLogGroupProperty(
                            log_group_arn=log.log_group_arn
                        )
                    )
                )
            ],
        )

    def grant_run(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee run the workflow and wait for its result."""
        _grant(grantee, "states:StartSyncExecution", self.arn)

    def grant_describe(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee check that the workflow exists."""
        _grant(grantee, "states:DescribeStateMachine", self.arn)


def _grant(grantee: iam.IGrantable, action: str, *arns: str) -> None:
    iam.Grant.add_to_principal(grantee=grantee, actions=[action], resource_arns=list(arns))


def _definition(stage: Stage, master: str, worker: str) -> Json:
    job = {"job_id.$": "$.job_id"}
    shard = job | {
        "job_type.$": "$.job_type",
        "task.$": "$.task",
        "shard.$": "$$.Map.Item.Value",
    }
    return {
        "StartAt": "Plan",
        "TimeoutSeconds": WORKFLOW_LIMIT_S,
        "States": {
            "Plan": _step(master, {"step": "plan", **job}) | _CAUGHT | {"Next": "Shards"},
            "Shards": {
                "Type": "Map",
                "ItemsPath": "$.shards",
                "ItemSelector": shard,
                "MaxConcurrency": stage.workers_per_job,
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "INLINE"},
                    "StartAt": "Shard",
                    "States": {"Shard": _step(worker) | {"End": True}},
                },
                "ResultPath": "$.partials",
                "Next": "Join",
            }
            | _CAUGHT,
            "Join": _step(master, {"step": "join", "partials.$": "$.partials", **job})
            | _CAUGHT
            | {"End": True},
            "Fail": _step(master, {"step": "fail", "error.$": "$.error", **job}) | {"End": True},
        },
    }


_CAUGHT: Final[Json] = {
    "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Fail"}]
}
"""A step that fails for good ends the job with the reason, instead of failing the workflow."""


def _step(function: str, parameters: Json | None = None) -> Json:
    step: Json = {
        "Type": "Task",
        "Resource": function,
        "TimeoutSeconds": STEP_LIMIT_S,
        "Retry": [
            {
                "ErrorEquals": list(RETRIED_ERRORS),
                "IntervalSeconds": 1,
                "BackoffRate": 2,
                "MaxDelaySeconds": 8,
                "MaxAttempts": 4,
                "JitterStrategy": "FULL",
            }
        ],
    }
    return step if parameters is None else step | {"Parameters": parameters}
