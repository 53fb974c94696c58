"""One dashboard per stage: the exchange link, orders, queues, the API, functions and jobs.

Three dashboards of 50 metrics are free; all metrics but our own are AWS's, and free as well.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk.constructs.alarms import FIVE_MINUTES, own_metric
from cdk.stage import Stage
from lambdas.names import BRIDGE, Function, Metric

_USER_FACING: Final = (Function.API, Function.VALIDATIONS, Function.WORKER)
"""Functions whose duration a user waits for."""

_WIDTH: Final = 8  # of 24 columns
_MINUTE: Final = Duration.minutes(1)


class Dashboard(Construct):
    """The dashboard named `fintech-<stage>`."""

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        *,
        queues: Mapping[str, sqs.IQueue],
        dead_letters: Mapping[str, sqs.IQueue],
        functions: Mapping[Function, lambda_.Function],
        api: apigateway.HttpApi,
    ) -> None:
        super().__init__(scope, "Dashboard")
        cloudwatch.Dashboard(
            self,
            "Page",
            dashboard_name=f"fintech-{stage.name}",
            default_interval=Duration.hours(3),
            widgets=[
                _link(stage),
                _queues(queues, dead_letters),
                _service(api),
                _jobs(stage, functions),
                _live(stage),
            ],
        )


def _link(stage: Stage) -> list[cloudwatch.IWidget]:
    sweep, validations = Function.SWEEP, Function.VALIDATIONS
    return [
        _graph(
            "Exchange: newest price (s), bridge (1: connected)",
            [own_metric(stage, Metric.NEWEST_PRICE_AGE, sweep, "Minimum", _MINUTE)],
            [own_metric(stage, Metric.BRIDGE_CONNECTED, BRIDGE, "Maximum", Duration.minutes(2))],
        ),
        _graph(
            "Orders without an answer",
            [
                own_metric(stage, Metric.ORDERS_UNANSWERED, sweep, "Maximum", _MINUTE),
                own_metric(stage, Metric.ORDERS_OVERDUE, sweep, "Maximum", _MINUTE),
            ],
        ),
        _graph(
            "Orders",
            [
                own_metric(stage, Metric.ORDERS_PLACED, Function.RELAY),
                own_metric(stage, Metric.ORDERS_ACCEPTED, validations),
                own_metric(stage, Metric.ORDERS_REJECTED, validations),
                own_metric(stage, Metric.ANSWERS_IN_CONFLICT, validations),
                own_metric(stage, Metric.RECEIPTS_MADE, Function.RECEIPTS),
            ],
        ),
    ]


def _queues(
    queues: Mapping[str, sqs.IQueue],
    dead_letters: Mapping[str, sqs.IQueue],
) -> list[cloudwatch.IWidget]:
    def waiting(named: Mapping[str, sqs.IQueue]) -> list[cloudwatch.IMetric]:
        return [
            queue.metric_approximate_number_of_messages_visible(
                label=name, period=_MINUTE, statistic="Maximum"
            )
            for name, queue in named.items()
        ]

    oldest = [
        queue.metric_approximate_age_of_oldest_message(
            label=name, period=_MINUTE, statistic="Maximum"
        )
        for name, queue in queues.items()
    ]
    return [
        _graph("Queues: oldest message (s)", oldest),
        _graph("Queues: waiting", waiting(queues)),
        _graph("Dead letters", waiting(dead_letters)),
    ]


def _service(api: apigateway.HttpApi) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "API: latency (ms)",
            [
                api.metric_latency(label=statistic, statistic=statistic, period=FIVE_MINUTES)
                for statistic in ("p50", "p99")
            ],
        ),
        _graph(
            "API: requests, 4xx, 5xx",
            [api.metric_count(statistic="Sum", period=FIVE_MINUTES)],
            [
                api.metric_client_error(statistic="Sum", period=FIVE_MINUTES),
                api.metric_server_error(statistic="Sum", period=FIVE_MINUTES),
            ],
        ),
        _graph(
            "Functions: errors of the whole account",
            [lambda_.Function.metric_all_errors(period=FIVE_MINUTES)],
        ),
    ]


def _live(stage: Stage) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Live connections",
            [own_metric(stage, Metric.LIVE_CONNECTIONS, Function.PUSH, "Sum", _MINUTE)],
            [
                own_metric(stage, Metric.LIVE_MESSAGES, Function.PUSH),
                own_metric(stage, Metric.LIVE_MESSAGES_LOST, Function.PUSH),
            ],
        ),
    ]


def _jobs(stage: Stage, functions: Mapping[Function, lambda_.Function]) -> list[cloudwatch.IWidget]:
    ends = (Metric.JOBS_FINISHED, Metric.JOBS_FAILED, Metric.JOBS_BROKEN)
    return [
        _graph("Jobs", [own_metric(stage, metric, Function.MASTER) for metric in ends]),
        _graph(
            "Functions: throttles of the whole account",
            [lambda_.Function.metric_all_throttles(period=FIVE_MINUTES)],
        ),
        _graph(
            "Functions: duration (ms, p99)",
            [
                functions[it].metric_duration(label=it, statistic="p99", period=FIVE_MINUTES)
                for it in _USER_FACING
            ],
        ),
    ]


def _graph(
    title: str,
    left: Iterable[cloudwatch.IMetric],
    right: Iterable[cloudwatch.IMetric] = (),
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, width=_WIDTH, left=list(left), right=list(right))
