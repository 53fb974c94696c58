"""The canary: the smoke test as a scheduled function in a stack of its own, as a setting (0020)."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk.build import Assets
from cdk.constructs.alarms import FIVE_MINUTES
from cdk.constructs.function import ARCHITECTURE, RUNTIME, SYSTEM_LOG
from cdk.constructs.nag_suppressions import suppress, suppress_lint
from cdk.constructs.stack import StageStack, log_group
from cdk.stacks.backend import BackendStack
from cdk.stacks.data import DataStack
from cdk.stage import Stage
from lambdas.names import Canary, metrics_namespace


class CanaryStack(StageStack):
    """A function that uses the stage as an investor does, every five minutes, and its alarm."""

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        *,
        data: DataStack,
        backend: BackendStack,
        assets: Assets,
    ) -> None:
        super().__init__(scope, stage, "canary")
        log = log_group(self, stage)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant_write(role)
        for action, arn in (
            ("secretsmanager:GetSecretValue", data.canary_secret_arn),
            ("cognito-idp:AdminInitiateAuth", data.user_pool.pool.user_pool_arn),
        ):
            iam.Grant.add_to_principal(grantee=role, actions=[action], resource_arns=[arn])
        function = self._function(stage, assets, role, log)
        for name, value in {
            Canary.API_URL: backend.api.url,
            Canary.USER_POOL_ID: data.user_pool.pool.user_pool_id,
            Canary.CLIENT_ID: data.user_pool.canary_client.user_pool_client_id,
            Canary.SECRET_ID: data.canary_secret_arn,
        }.items():
            function.add_environment(name.value, value)
        self._schedule(function)
        alarm = cloudwatch.Alarm(
            self,
            "Alarm",
            alarm_name=f"fintech-{stage.name}-canary",
            alarm_description="The smoke test has failed twice in a row, or does not run. "
            "What to do: docs/runbook.md#canary",
            metric=function.metric_errors(period=FIVE_MINUTES),
            threshold=1,
            evaluation_periods=2,
            # A period without an invocation has no data: the schedule does not work.
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(backend.alarm_topic))
        alarm.add_ok_action(actions.SnsAction(backend.alarm_topic))

    def _function(
        self, stage: Stage, assets: Assets, role: iam.IRole, log: logs.ILogGroup
    ) -> lambda_.Function:
        function = lambda_.Function(
            self,
            "Function",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            handler="lambdas.handlers.canary.handler",
            code=lambda_.Code.from_asset(str(assets.code)),
            layers=[
                lambda_.LayerVersion(
                    self,
                    "Packages",
                    code=lambda_.Code.from_asset(str(assets.layer)),
                    compatible_runtimes=[RUNTIME],
                    compatible_architectures=[ARCHITECTURE],
                )
            ],
            memory_size=256,
            timeout=Duration.seconds(60),
            role=role,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,
            system_log_level_v2=SYSTEM_LOG,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            environment={
                "POWERTOOLS_SERVICE_NAME": "canary",
                "POWERTOOLS_METRICS_NAMESPACE": metrics_namespace(stage.name),
            },
        )
        suppress(
            function,
            "Everything is built, tested and measured with Python 3.13 (cdk.build)",
            "AwsSolutions-L1",
            "Serverless-LambdaLatestVersion",
        )
        suppress(
            function,
            "A failed walk is what its alarm reports; the next one comes in five minutes",
            "Serverless-LambdaDLQ",
            "Serverless-LambdaTracing",
        )
        suppress_lint(function.node.default_child, "The CDK adds this dependency", "W3005")
        return function

    def _schedule(self, function: lambda_.Function) -> None:
        target = targets.LambdaFunction(
            function, retry_attempts=0, max_event_age=Duration.minutes(1)
        )
        rule = events.Rule(
            self,
            "EveryFiveMinutes",
            schedule=events.Schedule.rate(Duration.minutes(5)),
            targets=[target],
        )
        suppress(rule, "The next walk comes in five minutes", "Serverless-EventBusDLQ")
