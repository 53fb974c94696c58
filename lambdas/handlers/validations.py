"""Queue `validations`: the exchange's answers. Ours end orders; those of others are recorded."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.domain.activity import Trade, Validation
from lambdas.domain.errors import Malformed, NotFound
from lambdas.domain.orders import Decision, Effect, Event, Order, State
from lambdas.handlers.batch import process_batch
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.messaging.exchange import Envelope, parse_validation
from lambdas.names import Metric
from lambdas.observability import count, logger, metrics
from lambdas.services.orders import advance_order

deps = bootstrap.dependencies("orders", "accounts", "activity")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point."""
    return process_batch(event, context, process=_process, dead_letters=deps.dead_letters)


def _process(envelope: Envelope) -> None:
    validation = parse_validation(envelope.payload, envelope.received_at)
    logger.append_keys(correlation_id=validation.request_id)
    if validation.group_id == deps.config.group_id:
        _settle(validation)
    else:
        deps.activity.record_validation(validation)
        logger.info("answer recorded", group_id=validation.group_id)


def _settle(validation: Validation) -> None:
    event = Event.ACCEPT if validation.valid else Event.REJECT
    try:
        decision = advance_order(
            deps.orders, deps.accounts, validation.request_id, event, now=deps.now()
        )
    except NotFound:
        raise Malformed("an answer to our group about no order of ours") from None
    _report(decision)
    if decision.after.state is State.ACCEPTED:
        # After the transaction, and again when the answer is delivered again: it is written once.
        deps.activity.record_trade(_trade(decision.after, validation.group_id))


def _report(decision: Decision) -> None:
    state, effect = decision.after.state, decision.effect
    match effect:
        case Effect.CONFLICT:
            count(Metric.ANSWERS_IN_CONFLICT)
            logger.warning("answer applied", state=state, effect=effect)
        case Effect.MOVE:
            is_accepted = state is State.ACCEPTED
            count(Metric.ORDERS_ACCEPTED if is_accepted else Metric.ORDERS_REJECTED)
            logger.info("answer applied", state=state, effect=effect)
        case _:
            logger.info("answer applied", state=state, effect=effect)


def _trade(order: Order, group_id: str) -> Trade:
    assert order.ended_at is not None, "an accepted order has ended"
    return Trade(
        request_id=order.order_id,
        group_id=group_id,
        symbol=order.symbol,
        quantity=order.quantity,
        valid=True,
        requested_at=order.created_at,
        validated_at=order.ended_at,
    )
