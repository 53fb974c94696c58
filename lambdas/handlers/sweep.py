"""Every minute: ask again about orders without an answer, and say how many are overdue."""

from typing import Any, Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.names import METRICS_NAMESPACE, Function
from lambdas.usecases.ask_again import ask_again

# What one run can do well within its time; the next one goes on with the oldest.
MOST_ASKED: Final = 500

logger = Logger(service=Function.SWEEP)
metrics = Metrics(namespace=METRICS_NAMESPACE, service=Function.SWEEP)
runtime.prepare(runtime.sweep)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point."""
    ports = runtime.sweep()
    swept = ask_again(ports.orders, policy=ports.policy, now=runtime.now(), at_most=MOST_ASKED)
    metrics.add_metric("OrdersUnanswered", MetricUnit.Count, swept.unanswered)
    metrics.add_metric("OrdersOverdue", MetricUnit.Count, swept.overdue)
    metrics.add_metric("OrdersAskedAgain", MetricUnit.Count, len(swept.asked))
    for order_id in swept.asked:
        logger.info("asked again", order_id=order_id)
    if swept.unanswered:
        logger.info("swept", unanswered=swept.unanswered, overdue=swept.overdue)
