"""Every minute: ask again about orders without an answer; say how many are overdue, and how old the
newest price is.
"""

from typing import Any, Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.names import Function, Metric
from lambdas.usecases.ask_again import ask_again
from lambdas.usecases.check_health import price_age
from lambdas.usecases.hear_reminders import UNEXPLAINED, hear_reminders

# What one run can do well within its time; the next one goes on with the oldest.
MOST_ASKED: Final = 500

logger = Logger(service=Function.SWEEP)
metrics = Metrics(namespace=runtime.metrics_namespace(), service=Function.SWEEP)
runtime.prepare(runtime.sweep)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point."""
    ports = runtime.sweep()
    _ask_again(ports)
    age = price_age(ports.market, now=runtime.now())
    if age is not None:
        metrics.add_metric(Metric.NEWEST_PRICE_AGE, MetricUnit.Seconds, age.total_seconds())


def _ask_again(ports: runtime.Sweep) -> None:
    heard = hear_reminders(ports.orders, ports.reminders, ports.dead_letters, clock=runtime.now)
    if heard.unexplained:
        logger.error("put aside", reason=UNEXPLAINED, count=heard.unexplained)
    swept = ask_again(
        ports.orders,
        heard.open.values(),
        policy=ports.policy,
        now=runtime.now(),
        at_most=MOST_ASKED,
    )
    metrics.add_metric(Metric.ORDERS_UNANSWERED, MetricUnit.Count, swept.unanswered)
    metrics.add_metric(Metric.ORDERS_OVERDUE, MetricUnit.Count, swept.overdue)
    if swept.asked:  # a metric costs while somebody sends it, and this one is idle for weeks
        metrics.add_metric("OrdersAskedAgain", MetricUnit.Count, len(swept.asked))
    if swept.unanswered:
        logger.info("swept", unanswered=swept.unanswered, overdue=swept.overdue)
    for order_id in swept.asked:
        logger.set_correlation_id(order_id)
        logger.info("asked again", order_id=order_id)
    logger.remove_keys(["correlation_id"])
