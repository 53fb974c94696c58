"""Every minute: ask again about orders without an answer; say how many are overdue, and how old the
newest price is.
"""

from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.handlers.lines import Counts, logger_of
from lambdas.names import Function, Metric
from lambdas.usecases.ask_again import ask_again
from lambdas.usecases.check_health import price_age
from lambdas.usecases.hear_reminders import UNEXPLAINED, hear_reminders

# What one run can do well within its time; the next one goes on with the oldest.
MOST_ASKED: Final = 500

logger = logger_of(Function.SWEEP)
counts = Counts(Function.SWEEP, logger)
runtime.prepare(runtime.sweep)


def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point."""
    ports = runtime.sweep()
    try:
        _ask_again(ports)
    finally:
        try:
            _tell_price(ports)
        finally:
            counts.write()


def _tell_price(ports: runtime.Sweep) -> None:
    age = price_age(ports.market, now=runtime.now())
    if age is not None:
        counts.add(Metric.NEWEST_PRICE_AGE, age.total_seconds())


def _ask_again(ports: runtime.Sweep) -> None:
    heard = hear_reminders(ports.orders, ports.reminders, ports.dead_letters, clock=runtime.now)
    if heard.unexplained:
        logger.error("put aside", extra={"reason": UNEXPLAINED, "count": heard.unexplained})
    if not heard.is_all:
        logger.warning("more reminders than one sweep hears", extra={"count": len(heard.open)})
    swept = ask_again(
        ports.orders,
        heard.open.values(),
        policy=ports.policy,
        now=runtime.now(),
        at_most=MOST_ASKED,
    )
    counts.add(Metric.ORDERS_UNANSWERED, swept.unanswered)
    counts.add(Metric.ORDERS_OVERDUE, swept.overdue)
    for order_id in swept.asked:
        logger.info("asked again", correlation_id=order_id)
