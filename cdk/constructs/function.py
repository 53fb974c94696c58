"""The one construct that makes a Lambda function, and the event sources that invoke it.

A function starts with no rights but writing to its own log; its stack grants each right by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk.build import Assets
from cdk.constructs.alarms import FIVE_MINUTES, Alarms, AlarmSpec
from cdk.constructs.nag_suppressions import suppress, suppress_lint
from cdk.constructs.queue import DeadLetterQueue
from cdk.constructs.stack import log_group
from cdk.constructs.table import ItemTable
from cdk.stage import Stage
from lambdas.names import Function, Setting, metrics_namespace

RUNTIME: Final = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE: Final = lambda_.Architecture.ARM_64

SYSTEM_LOG: Final = lambda_.SystemLogLevel.WARN
"""Lambda's own log lines only for failed invocations (time-outs, memory, failed starts): the
durations of the others are metrics, and those lines cost more than ours (0022).
"""

_BATCH_SIZE: Final = 10

_STREAM_RETRIES: Final = 100
"""Retries of one batch, which is bisected first where it can be. An order that is given up comes
back with the sweep's next retry.
"""

_CHANGE_RETRIES: Final = 5
_CHANGE_AGE: Final = Duration.minutes(2)
"""By then, heartbeats have told the clients that something has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Memory and time-out of a function. Memory also buys CPU: 1,769 MB are one core."""

    memory_mb: int
    timeout: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDefaults:
    """What all functions of a stack have in common."""

    stage: Stage
    code: lambda_.Code
    layer: lambda_.ILayerVersion
    alarms: Alarms

    @classmethod
    def create(
        cls, scope: Construct, stage: Stage, assets: Assets, alarms: Alarms
    ) -> "FunctionDefaults":
        """Creates the layer in the scope."""
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


class LambdaFunction(Construct):
    """The function whose handler is `lambdas.handlers.<name>.handler`."""

    def __init__(
        self,
        scope: Construct,
        name: Function,
        defaults: FunctionDefaults,
        size: Size,
        settings: Mapping[Setting, str],
        *,
        snap_start: bool = False,
        gradual: bool = False,
        layers: Sequence[lambda_.ILayerVersion] = (),
    ) -> None:
        super().__init__(scope, f"{name.value.capitalize()}Function")
        log = log_group(self, defaults.stage)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant_write(role)
        self.function = lambda_.Function(
            self,
            "Default",  # an id that the CDK leaves out of the logical id
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            handler=f"lambdas.handlers.{name.value}.handler",
            code=defaults.code,
            layers=[defaults.layer, *layers],
            memory_size=size.memory_mb,
            timeout=size.timeout,
            role=role,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,  # log levels need it
            system_log_level_v2=SYSTEM_LOG,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            environment=_environment(name, defaults.stage, settings),
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_start else None,
        )
        self.alias = (
            lambda_.Alias(self, "Live", alias_name="live", version=self.function.current_version)
            if snap_start or gradual  # both are of published versions only
            else None
        )
        self.invoked: lambda_.IFunction = self.alias or self.function
        """What callers invoke: the function, or the alias of its newest version."""
        self._suppress()
        defaults.alarms.add(
            AlarmSpec(
                section="function-errors",
                subject=name,
                description=f"The function {name} has failed.",
                metric=self.function.metric_errors(period=FIVE_MINUTES),
                threshold=1,
            )
        )

    def _suppress(self) -> None:
        suppress(
            self,
            "Everything is built, tested and measured with Python 3.13 (cdk.build)",
            "AwsSolutions-L1",
            "Serverless-LambdaLatestVersion",
        )
        suppress(
            self,
            "The queue, stream or workflow keeps a failed event; the schedule repeats the call",
            "Serverless-LambdaDLQ",
        )
        suppress(
            self,
            "An order is followed by its id through the logs; traces would cost per call",
            "Serverless-LambdaTracing",
        )
        suppress_lint(self.function.node.default_child, "The CDK adds this dependency", "W3005")


def _environment(name: Function, stage: Stage, settings: Mapping[Setting, str]) -> dict[str, str]:
    return {
        Setting.STAGE.value: stage.name,
        "POWERTOOLS_SERVICE_NAME": name.value,
        "POWERTOOLS_METRICS_NAMESPACE": metrics_namespace(stage.name),
    } | {setting.value: value for setting, value in settings.items()}


def add_queue_source(
    function: lambda_.IFunction,
    queue: sqs.IQueue,
    *,
    max_concurrency: int | None,
    batch_size: int = _BATCH_SIZE,
) -> None:
    """Invokes the function with batches of the queue; only the messages that it reports as failed
    come back. `max_concurrency` bounds the concurrent invocations; None sets no bound.
    """
    function.add_event_source(
        sources.SqsEventSource(
            queue,
            batch_size=batch_size,
            max_concurrency=max_concurrency,
            report_batch_item_failures=batch_size > 1,
        )
    )
    suppress(
        function,
        "Only streams have destinations; a queue has a dead-letter queue",
        "Serverless-LambdaEventSourceMappingDestination",
    )


def add_stream_source(
    function: lambda_.Function, table: ItemTable, dead_letters: DeadLetterQueue
) -> None:
    """Invokes the function with new orders, with orders that are to be sent again, and with those
    that were just accepted.

    Not the CDK's own event source, which grants ListStreams on every stream of the account.
    """
    table.grant_stream_read(function)
    suppress(dead_letters.queue, "This is the dead-letter queue of a stream", "AwsSolutions-SQS3")
    lambda_.EventSourceMapping(
        function,
        "Stream",
        target=function,
        event_source_arn=table.stream_arn,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=_BATCH_SIZE,
        bisect_batch_on_error=True,
        report_batch_item_failures=True,
        retry_attempts=_STREAM_RETRIES,
        on_failure=sources.SqsDlq(dead_letters.queue),
        filters=[_inserted(), _retried(), _accepted()],
    )


def add_change_source(function: lambda_.Function, name: str, table: ItemTable) -> None:
    """Invokes the function with every change of a table, soon or not at all: who is told can read
    it as well.
    """
    table.grant_stream_read(function)
    lambda_.EventSourceMapping(
        function,
        f"{name}Stream",
        target=function,
        event_source_arn=table.stream_arn,
        starting_position=lambda_.StartingPosition.LATEST,
        batch_size=_BATCH_SIZE,
        bisect_batch_on_error=True,
        retry_attempts=_CHANGE_RETRIES,
        max_record_age=_CHANGE_AGE,
    )
    suppress(
        function,
        "A client that was not told finds it out by the next heartbeat, and reads",
        "Serverless-LambdaEventSourceMappingDestination",
    )


def _inserted() -> Mapping[str, Any]:
    return lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("INSERT")})


def _retried() -> Mapping[str, Any]:
    # Numbers are text in a stream: a numeric comparison would never match.
    attempts = {"N": [{"anything-but": ["0"]}]}
    return lambda_.FilterCriteria.filter(
        {
            "eventName": lambda_.FilterRule.is_equal("MODIFY"),
            "dynamodb": {"NewImage": {"attempts": attempts}},
        }
    )


def _accepted() -> Mapping[str, Any]:
    """A change of an accepted order: the one that accepted it, or a conflict, which is rare."""
    return lambda_.FilterCriteria.filter(
        {
            "eventName": lambda_.FilterRule.is_equal("MODIFY"),
            "dynamodb": {"NewImage": {"state": {"S": lambda_.FilterRule.is_equal("ACCEPTED")}}},
        }
    )


def call_every_minute(function: lambda_.Function, event: Mapping[str, str] | None = None) -> None:
    """Invokes the function every minute, without retries: the next call does the same work."""
    rule = events.Rule(
        function,
        "EveryMinute",
        schedule=events.Schedule.rate(Duration.minutes(1)),
        targets=[
            targets.LambdaFunction(
                function,
                event=None if event is None else events.RuleTargetInput.from_object(event),
                retry_attempts=0,
                max_event_age=Duration.minutes(1),
            )
        ],
    )
    suppress(rule, "The next call does what a lost call would have done", "Serverless-EventBusDLQ")
