"""CloudWatch alarms. Each kind has a section of docs/runbook.md: what to do.

Ten alarms of an account are free: a stage without `every_alarm` creates only the vital ones (0021).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from cdk.constructs.nag_suppressions import suppress
from cdk.stage import Stage
from lambdas.names import BRIDGE, Function, Metric, metrics_namespace

FIVE_MINUTES: Final = Duration.minutes(5)

_BRIDGE_PERIOD: Final = Duration.minutes(2)
"""The bridge reports about once a minute, so that every period of two minutes has a data point."""

_OLD_PRICE_S: Final = 1800
"""Half the age at which orders are refused; the exchange sends prices every five minutes."""

_SLOW_MS: Final = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSpec:
    """An alarm on one metric: it fires when each of the last `evaluation_periods` reaches the
    threshold, or stays below it if `below` is set.
    """

    section: str
    """Section of the runbook; the alarm's name begins with it."""

    subject: str = ""
    """Queue or function, where several alarms share a section."""

    description: str
    metric: cloudwatch.IMetric
    threshold: float
    below: bool = False
    evaluation_periods: int = 1
    missing_is_breaching: bool = False
    """For metrics that are reported all the time: then missing data is a fault."""

    vital: bool = False
    """Created on every stage."""

    @property
    def name(self) -> str:
        """The alarm's name, without the stage."""
        return f"{self.section}-{self.subject}" if self.subject else self.section


class Alarms(Construct):
    """The topic that notifies the operator, and the alarms that publish to it."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Alarms")
        self._stage = stage
        self.by_name: dict[str, cloudwatch.Alarm] = {}
        self.topic = sns.Topic(self, "Topic", enforce_ssl=stage.tls_only)
        # A policy of ours (here: TLS only) replaces the default one, which admits alarms.
        self._grant_publish("cloudwatch.amazonaws.com")
        if stage.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email))
            suppress(
                self.topic,
                "An alarm whose e-mail was not delivered is still visible in the console",
                "Serverless-SNSRedrivePolicy",
            )

    def add(self, spec: AlarmSpec) -> None:
        """Creates the alarm if it is vital or the stage has every alarm. The operator also hears
        when it is over.
        """
        if not (spec.vital or self._stage.every_alarm):
            return
        operator = cloudwatch.ComparisonOperator
        missing = cloudwatch.TreatMissingData
        alarm = cloudwatch.Alarm(
            self,
            "".join(part.capitalize() for part in spec.name.split("-")),
            alarm_name=f"fintech-{self._stage.name}-{spec.name}",
            alarm_description=f"{spec.description} What to do: docs/runbook.md#{spec.section}",
            metric=spec.metric,
            threshold=spec.threshold,
            evaluation_periods=spec.evaluation_periods,
            comparison_operator=operator.LESS_THAN_THRESHOLD
            if spec.below
            else operator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=missing.BREACHING
            if spec.missing_is_breaching
            else missing.NOT_BREACHING,
            # A percentile of three requests means nothing.
            evaluate_low_sample_count_percentile="ignore" if _is_percentile(spec) else None,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))
        self.by_name[spec.name] = alarm

    def _grant_publish(self, service: str) -> None:
        self.topic.grant_publish(
            iam.ServicePrincipal(
                service,
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )


def own_metric(
    stage: Stage,
    metric: Metric,
    service: str,
    statistic: str = "Sum",
    period: Duration = FIVE_MINUTES,
) -> cloudwatch.Metric:
    """A metric that our own code writes to its log, in the embedded metric format."""
    return cloudwatch.Metric(
        namespace=metrics_namespace(stage.name),
        metric_name=metric.value,
        dimensions_map={"service": service},
        statistic=statistic,
        period=period,
    )


def system_alarms(stage: Stage, api: apigateway.HttpApi) -> Iterator[AlarmSpec]:
    """Alarms on the exchange link, orders, jobs and the API. Queues and functions add their own."""
    yield from _exchange_link(stage)
    yield from _orders_and_jobs(stage)
    yield from _service(stage, api)


def _exchange_link(stage: Stage) -> Iterator[AlarmSpec]:
    yield AlarmSpec(
        section="bridge-disconnected",
        description="For four minutes the bridge has had no connection to the broker, or has not "
        "been running.",
        metric=own_metric(stage, Metric.BRIDGE_CONNECTED, BRIDGE, "Maximum", _BRIDGE_PERIOD),
        threshold=1,
        below=True,
        evaluation_periods=2,
        missing_is_breaching=True,
        vital=True,
    )
    yield AlarmSpec(
        section="no-new-prices",
        description="The newest price is half an hour old, or there is none; at an hour, orders "
        "stop.",
        metric=own_metric(stage, Metric.NEWEST_PRICE_AGE, Function.SWEEP, "Minimum"),
        threshold=_OLD_PRICE_S,
        missing_is_breaching=True,
        vital=True,
    )


def _orders_and_jobs(stage: Stage) -> Iterator[AlarmSpec]:
    yield AlarmSpec(
        section="orders-overdue",
        description="The exchange has not answered some orders for too long, or the sweep does not "
        "count them.",
        metric=own_metric(stage, Metric.ORDERS_OVERDUE, Function.SWEEP, "Minimum"),
        threshold=1,
        missing_is_breaching=True,
        vital=True,
    )
    yield AlarmSpec(
        section="answers-in-conflict",
        description="The exchange has contradicted its earlier answer about an order.",
        metric=own_metric(stage, Metric.ANSWERS_IN_CONFLICT, Function.VALIDATIONS),
        threshold=1,
        vital=True,
    )
    yield AlarmSpec(
        section="jobs-broken",
        description="Jobs have failed by a fault of ours, or timed out.",
        metric=own_metric(stage, Metric.JOBS_BROKEN, Function.MASTER),
        threshold=1,
        vital=True,
    )


def _service(stage: Stage, api: apigateway.HttpApi) -> Iterator[AlarmSpec]:
    yield AlarmSpec(
        section="server-errors",
        description="The API has answered with 5xx five times in five minutes.",
        metric=api.metric_server_error(period=FIVE_MINUTES, statistic="Sum"),
        threshold=5,
        vital=True,
    )
    yield AlarmSpec(
        section="slow-api",
        description="For a quarter of an hour, one request in a hundred has taken three seconds or "
        "more.",
        metric=api.metric_latency(period=FIVE_MINUTES, statistic="p99"),
        threshold=_SLOW_MS,
        evaluation_periods=3,
    )
    yield AlarmSpec(
        section="throttles",
        description="Lambda has throttled a function: the account's concurrency limit is reached.",
        metric=lambda_.Function.metric_all_throttles(period=FIVE_MINUTES),
        threshold=1,
        vital=True,
    )
    if not stage.every_alarm:  # otherwise each function has its own
        yield AlarmSpec(
            section="function-errors",
            description="A function of this account and region has failed.",
            metric=lambda_.Function.metric_all_errors(period=FIVE_MINUTES),
            threshold=1,
            vital=True,
        )


def _is_percentile(spec: AlarmSpec) -> bool:
    assert isinstance(spec.metric, cloudwatch.Metric)
    return spec.metric.statistic.startswith("p")
