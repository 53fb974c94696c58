"""Queue `validations`: the exchange's answers. Ours end orders; those of other groups are kept."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.domain.activity import Verdict
from lambdas.domain.errors import NotFound
from lambdas.domain.orders import Effect, Event, State
from lambdas.domain.trading import Decision
from lambdas.handlers.intake import take_all
from lambdas.names import Function, Metric
from lambdas.usecases.advance_order import advance_order
from lambdas.wire.envelope import Envelope
from lambdas.wire.exchange import verdict_in
from lambdas.wire.malformed import Malformed

logger = Logger(service=Function.VALIDATIONS)
metrics = Metrics(namespace=runtime.metrics_namespace(), service=Function.VALIDATIONS)
runtime.prepare(runtime.exchange)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point."""
    return take_all(
        event,
        context,
        take=_take,
        dead_letters=runtime.exchange().dead_letters,
        logger=logger,
        metrics=metrics,
    )


def _take(envelope: Envelope) -> None:
    verdict = verdict_in(envelope.payload, envelope.received_at)
    logger.set_correlation_id(verdict.request_id)
    if verdict.group_id == runtime.exchange().group_id:
        _settle(verdict)
    else:
        runtime.exchange().activity.verdict(verdict)
        metrics.add_metric("AnswersKept", MetricUnit.Count, 1)
        logger.info("answer kept", request_id=verdict.request_id, group_id=verdict.group_id)


def _settle(verdict: Verdict) -> None:
    event = Event.ACCEPT if verdict.valid else Event.REJECT
    try:
        decision = advance_order(
            runtime.exchange().orders, verdict.request_id, event, now=runtime.now()
        )
    except NotFound:
        raise Malformed("an answer to our group about no order of ours") from None
    metrics.add_metric(_outcome(decision), MetricUnit.Count, 1)
    report = logger.warning if decision.effect is Effect.CONFLICT else logger.info
    report(
        "answer applied",
        order_id=verdict.request_id,
        state=decision.after.state,
        effect=decision.effect,
    )


def _outcome(decision: Decision) -> str:
    if decision.effect is Effect.CONFLICT:
        return Metric.ANSWERS_IN_CONFLICT
    if decision.effect is Effect.REPEAT:
        return "AnswersRepeated"
    accepted = decision.after.state is State.ACCEPTED
    return Metric.ORDERS_ACCEPTED if accepted else Metric.ORDERS_REJECTED
