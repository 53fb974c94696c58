"""What calls an operator besides queues and functions, which bring their alarms with them: the
business, the bridge, the API, and the account's limits.
"""

from collections.abc import Iterator

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_lambda as lambda_

from cdk.constructs.alarms import FIVE_MINUTES, SILENCE_IS_TROUBLE, Watch, own_metric
from cdk.stage import Stage
from lambdas.names import BRIDGE, Function, Metric

PRICE_TOO_OLD_S = 1800
"""Half of the age at which orders are refused; the exchange sends prices every five minutes."""

SLOW_MS = 3000
BRIDGE_REPORTS = Duration.minutes(2)
"""It reports once a minute, and a little: two minutes hold at least one."""


def watches(stage: Stage, api: apigateway.HttpApi) -> Iterator[Watch]:
    """All of them."""
    yield from _link(stage)
    yield from _orders_and_jobs(stage)
    yield from _service(stage, api)


def _link(stage: Stage) -> Iterator[Watch]:
    yield Watch(
        kind="bridge-disconnected",
        says="For four minutes the bridge has had no connection to the broker, or has been gone.",
        metric=own_metric(stage, Metric.BRIDGE_CONNECTED, BRIDGE, "Maximum", BRIDGE_REPORTS),
        limit=1,
        falls=True,
        periods=2,
        silence=SILENCE_IS_TROUBLE,
        vital=True,
    )
    yield Watch(
        kind="no-new-prices",
        says="The newest price is half an hour old, or there is none; at an hour, orders stop.",
        metric=own_metric(stage, Metric.NEWEST_PRICE_AGE, Function.SWEEP, "Minimum"),
        limit=PRICE_TOO_OLD_S,
        silence=SILENCE_IS_TROUBLE,
        vital=True,
    )


def _orders_and_jobs(stage: Stage) -> Iterator[Watch]:
    yield Watch(
        kind="orders-overdue",
        says="The exchange has left orders without an answer for too long, or nobody counts them.",
        metric=own_metric(stage, Metric.ORDERS_OVERDUE, Function.SWEEP, "Minimum"),
        limit=1,
        silence=SILENCE_IS_TROUBLE,
        vital=True,
    )
    yield Watch(
        kind="answers-in-conflict",
        says="The exchange has contradicted the end of an order.",
        metric=own_metric(stage, Metric.ANSWERS_IN_CONFLICT, Function.VALIDATIONS),
        limit=1,
        vital=True,
    )
    yield Watch(
        kind="jobs-broken",
        says="Jobs have failed by a fault of ours, or run out of time.",
        metric=own_metric(stage, Metric.JOBS_BROKEN, Function.MASTER),
        limit=1,
        vital=True,
    )


def _service(stage: Stage, api: apigateway.HttpApi) -> Iterator[Watch]:
    yield Watch(
        kind="server-errors",
        says="The API has answered with 5xx five times in five minutes.",
        metric=api.metric_server_error(period=FIVE_MINUTES, statistic="Sum"),
        limit=5,
        vital=True,
    )
    yield Watch(
        kind="slow-api",
        says="For a quarter of an hour, one request in a hundred has taken three seconds or more.",
        metric=api.metric_latency(period=FIVE_MINUTES, statistic="p99"),
        limit=SLOW_MS,
        periods=3,
    )
    yield Watch(
        kind="throttles",
        says="Lambda had no room for a function: the account's limit of copies is reached.",
        metric=lambda_.Function.metric_all_throttles(period=FIVE_MINUTES),
        limit=1,
        vital=True,
    )
    if not stage.every_alarm:  # else each function has its own
        yield Watch(
            kind="function-errors",
            says="A function of this account and region has failed.",
            metric=lambda_.Function.metric_all_errors(period=FIVE_MINUTES),
            limit=1,
            vital=True,
        )
