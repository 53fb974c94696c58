"""The one construct that makes alarms. What calls an operator is a value, and each kind has a
section of docs/runbook.md that says what to do.

Ten alarms are free: a stage without `every_alarm` has the vital ones alone (0101).
"""

from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from cdk.constructs.acceptance import accept
from cdk.stage import Stage
from lambdas.names import Metric, metrics_namespace

FIVE_MINUTES = Duration.minutes(5)
SILENCE_IS_WELL = cloudwatch.TreatMissingData.NOT_BREACHING
"""Of what is only counted when it happens."""

SILENCE_IS_TROUBLE = cloudwatch.TreatMissingData.BREACHING
"""Of what is told at all times: who is gone tells nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One thing to watch. It calls when `metric` reaches `limit` in each of the last `periods`."""

    kind: str
    """The runbook's section, and the alarm's name."""

    of: str = ""
    """Which one, where there are several."""

    says: str
    metric: cloudwatch.IMetric
    limit: float
    falls: bool = False
    """Whether it calls below the limit instead."""

    periods: int = 1
    silence: cloudwatch.TreatMissingData = SILENCE_IS_WELL
    vital: bool = False

    @property
    def name(self) -> str:
        """Of one stage's alarms."""
        return f"{self.kind}-{self.of}" if self.of else self.kind


class Alarms(Construct):
    """A topic with the operator's address, and the alarms that speak on it."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Alarms")
        self._stage = stage
        self.topic = sns.Topic(self, "Topic", enforce_ssl=stage.tls_only)
        # A policy of ours, such as the refusal of plain HTTP, replaces the one that lets alarms in.
        self.let_in("cloudwatch.amazonaws.com")
        if stage.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email))
            accept(
                self.topic,
                "An alarm that no mail could tell of is still on in the console",
                "Serverless-SNSRedrivePolicy",
            )

    def let_in(self, service: str) -> None:
        """Lets that service of AWS speak on the topic, for this account."""
        self.topic.grant_publish(
            iam.ServicePrincipal(
                service,
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )

    def watch(self, watch: Watch) -> None:
        """Makes the alarm, if the stage is one for it."""
        if not (watch.vital or self._stage.every_alarm):
            return
        operator = cloudwatch.ComparisonOperator
        cloudwatch.Alarm(
            self,
            "".join(part.capitalize() for part in watch.name.split("-")),
            alarm_name=f"fintech-{self._stage.name}-{watch.name}",
            alarm_description=f"{watch.says} What to do: {runbook(watch.kind)}",
            metric=watch.metric,
            threshold=watch.limit,
            evaluation_periods=watch.periods,
            comparison_operator=operator.LESS_THAN_THRESHOLD
            if watch.falls
            else operator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=watch.silence,
            # A percentile of three requests says nothing.
            evaluate_low_sample_count_percentile="ignore" if _is_percentile(watch) else None,
        ).add_alarm_action(actions.SnsAction(self.topic))


def runbook(kind: str) -> str:
    """Where this repository says what to do about that kind of alarm."""
    return f"docs/runbook.md#{kind}"


def own_metric(
    stage: Stage,
    metric: Metric,
    service: str,
    statistic: str = "Sum",
    period: Duration = FIVE_MINUTES,
) -> cloudwatch.Metric:
    """One that our own code writes into its log."""
    return cloudwatch.Metric(
        namespace=metrics_namespace(stage.name),
        metric_name=metric.value,
        dimensions_map={"service": service},
        statistic=statistic,
        period=period,
    )


def _is_percentile(watch: Watch) -> bool:
    assert isinstance(watch.metric, cloudwatch.Metric)
    return watch.metric.statistic.startswith("p")
