"""Queue `requests`: our own request coming back marks the order as sent; others are recorded."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.domain.errors import Malformed, NotFound
from lambdas.domain.orders import Event
from lambdas.handlers.batch import process_batch
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.messaging.exchange import Envelope, parse_request
from lambdas.observability import logger
from lambdas.services.orders import advance_order

deps = bootstrap.dependencies("orders", "accounts", "activity")


@logger.inject_lambda_context(clear_state=True)
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point."""
    return process_batch(event, context, process=_process, dead_letters=deps.dead_letters)


def _process(envelope: Envelope) -> None:
    request = parse_request(envelope.payload, envelope.received_at)
    logger.append_keys(correlation_id=request.request_id)
    if request.group_id == deps.config.group_id:
        _mark_as_sent(request.request_id)
    else:
        deps.activity.record_request(request)
        logger.info("request recorded", group_id=request.group_id)


def _mark_as_sent(order_id: str) -> None:
    try:
        decision = advance_order(deps.orders, deps.accounts, order_id, Event.ECHOED, now=deps.now())
    except NotFound:
        raise Malformed("a request of our group that no order of ours explains") from None
    logger.info("request echoed", state=decision.after.state, effect=decision.effect)
