"""The workflow that makes a job of its parts: plan ▶ a worker for each part ▶ join.

Express: every step may run twice without harm, and a million jobs cost a hundredth (0075).
"""

from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from cdk.constructs.acceptance import accept
from cdk.stage import Stage
from lambdas.names import RETRIED_ERRORS

WORKFLOW_LIMIT_S: Final = 100
"""Whatever runs longer is ended; less than what its caller waits."""

STEP_LIMIT_S: Final = 25
"""More than a function may take, so that the function's own limit tells first."""

Json = dict[str, Any]


class Workflow(Construct):
    """One Express state machine over two functions, and a role that may call just these."""

    def __init__(
        self, scope: Construct, stage: Stage, master: lambda_.IFunction, worker: lambda_.IFunction
    ) -> None:
        super().__init__(scope, "Workflow")
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        _allow(role, "lambda:InvokeFunction", master.function_arn, worker.function_arn)
        definition = _definition(stage, master.function_arn, worker.function_arn)
        accept(
            self,
            "Each step logs its own outcome, and how the job ended stays in its item",
            "AwsSolutions-SF1",
        )
        accept(
            self,
            "A job is followed by its id through the logs; traces would cost by the run",
            "AwsSolutions-SF2",
            "Serverless-StepFunctionStateMachineXray",
        )
        self.arn = stepfunctions.CfnStateMachine(
            self,
            "Machine",
            state_machine_type="EXPRESS",
            role_arn=role.role_arn,
            definition_string=Stack.of(self).to_json_string(definition),
        ).attr_arn

    def allow_running(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee run it and wait for its end."""
        _allow(grantee, "states:StartSyncExecution", self.arn)

    def allow_looking(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee see whether it is there."""
        _allow(grantee, "states:DescribeStateMachine", self.arn)


def _allow(grantee: iam.IGrantable, action: str, *arns: str) -> None:
    iam.Grant.add_to_principal(grantee=grantee, actions=[action], resource_arns=list(arns))


def _definition(stage: Stage, master: str, worker: str) -> Json:
    job = {"job_id.$": "$.job_id"}
    part = job | {"kind.$": "$.kind", "task.$": "$.task", "part.$": "$$.Map.Item.Value"}
    return {
        "StartAt": "Plan",
        "TimeoutSeconds": WORKFLOW_LIMIT_S,
        "States": {
            "Plan": _step(master, {"step": "plan", **job}) | _CAUGHT | {"Next": "Parts"},
            "Parts": {
                "Type": "Map",
                "ItemsPath": "$.parts",
                "ItemSelector": part,
                "MaxConcurrency": stage.workers_per_job,
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "INLINE"},
                    "StartAt": "Part",
                    "States": {"Part": _step(worker) | {"End": True}},
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
"""What cannot be done ends the job with the reason, instead of the workflow without one."""


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
