"""Every minute: publishes unanswered orders again, and measures open orders and the prices' age."""

from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.names import Metric
from lambdas.observability import count, logger, metrics
from lambdas.services.health import newest_price_age
from lambdas.services.orders import sweep_orders

MAX_RETRIES: Final = 500
"""What one run does well within its time-out; the next run goes on with those due longest."""

deps = bootstrap.dependencies("orders", "market")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point."""
    try:
        _sweep()
    finally:  # one failing must not hide the other
        _measure_prices()


def _sweep() -> None:
    swept = sweep_orders(
        deps.orders, policy=deps.config.policy, now=deps.now(), max_retries=MAX_RETRIES
    )
    count(Metric.ORDERS_UNANSWERED, swept.unanswered)
    count(Metric.ORDERS_OVERDUE, swept.overdue)
    for order_id in swept.retried:
        logger.info("request published again", correlation_id=order_id)


def _measure_prices() -> None:
    age = newest_price_age(deps.market, now=deps.now())
    if age is not None:
        count(Metric.NEWEST_PRICE_AGE, age.total_seconds())
