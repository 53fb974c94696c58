"""The one construct that makes a Lambda: runtime, layer, role, log and alarms are alike.

A function starts with no rights but to write its own log; its stack adds each by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.build import Assets
from cdk.constructs.acceptance import accept, accept_lint
from cdk.constructs.alarms import FIVE_MINUTES, Alarms, Watch
from cdk.constructs.retention import log_group
from cdk.stage import Stage
from lambdas.names import Function, Setting

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64

SYSTEM_LOG = lambda_.SystemLogLevel.WARN
"""Of Lambda's own lines only those of a call that went wrong: a timeout, memory, a broken start.
How long the good ones took are metrics, and their lines cost more than ours (0125).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a function may use. Memory buys CPU as well: 1,769 MB are one core."""

    memory_mb: int
    timeout: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all functions of a stack have in common."""

    stage: Stage
    code: lambda_.Code
    layer: lambda_.ILayerVersion
    alarms: Alarms

    @classmethod
    def of(cls, scope: Construct, stage: Stage, assets: Assets, alarms: Alarms) -> "Shared":
        """Makes the layer in the scope."""
        layer = lambda_.LayerVersion(
            scope,
            "Packages",
            code=lambda_.Code.from_asset(str(assets.layer)),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
            description="Third-party packages of the functions",
        )
        code = lambda_.Code.from_asset(str(assets.code))
        return cls(stage=stage, code=code, layer=layer, alarms=alarms)


class OwnFunction(Construct):
    """One function of `lambdas.handlers`."""

    def __init__(
        self,
        scope: Construct,
        function: Function,
        shared: Shared,
        size: Size,
        settings: Mapping[Setting, str],
    ) -> None:
        super().__init__(scope, f"{function.value.capitalize()}Function")
        log = log_group(self, shared.stage)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant_write(role)
        self.function = lambda_.Function(
            self,
            "Default",  # a name that the CDK leaves out of the function's own
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            handler=f"lambdas.handlers.{function.value}.handler",
            code=shared.code,
            layers=[shared.layer],
            memory_size=size.memory_mb,
            timeout=size.timeout,
            role=role,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,  # which levels need
            system_log_level_v2=SYSTEM_LOG,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            environment={Setting.STAGE.value: shared.stage.name}
            | {setting.value: value for setting, value in settings.items()},
        )
        self._accept()
        shared.alarms.watch(
            Watch(
                kind="function-errors",
                of=function,
                says=f"The function {function} has failed.",
                metric=self.function.metric_errors(period=FIVE_MINUTES),
                limit=1,
            )
        )

    def _accept(self) -> None:
        accept(
            self,
            "Python 3.13 is what everything is built, tested and measured with (cdk.bytecode)",
            "AwsSolutions-L1",
            "Serverless-LambdaLatestVersion",
        )
        accept(
            self,
            "A queue, the stream or the workflow keeps what failed; the clock calls again",
            "Serverless-LambdaDLQ",
        )
        accept(
            self,
            "An order is followed by its id through the logs; traces would cost by the call",
            "Serverless-LambdaTracing",
        )
        accept_lint(self.function.node.default_child, "The CDK says it twice", "W3005")
