"""Queue `validations`: the exchange's answers. Ours end orders; those of other groups are kept."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.domain.activity import Verdict
from lambdas.domain.errors import NotFound
from lambdas.domain.orders import Effect, Event, State
from lambdas.domain.trading import Decision
from lambdas.handlers.intake import take_all
from lambdas.handlers.lines import Counts, Ways, logger_of
from lambdas.names import Function, Metric
from lambdas.usecases.advance_order import advance_order
from lambdas.wire.envelope import Envelope
from lambdas.wire.exchange import verdict_in
from lambdas.wire.malformed import Malformed

logger = logger_of(Function.VALIDATIONS)
counts = Counts(Function.VALIDATIONS, logger)
ways = Ways(logger)
runtime.prepare(runtime.exchange)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point."""
    dead_letters = runtime.exchange().dead_letters
    failed = take_all(event, take=_take, dead_letters=dead_letters, logger=logger)
    ways.write()
    counts.write()
    return failed


def _take(envelope: Envelope) -> None:
    verdict = verdict_in(envelope.payload, envelope.received_at)
    logger.set_correlation_id(verdict.request_id)
    if verdict.group_id == runtime.exchange().group_id:
        _settle(verdict)
    else:
        runtime.exchange().activity.verdict(verdict)
        ways.add(verdict.request_id, "answer kept", group_id=verdict.group_id)


def _settle(verdict: Verdict) -> None:
    event = Event.ACCEPT if verdict.valid else Event.REJECT
    try:
        decision = advance_order(
            runtime.exchange().orders, verdict.request_id, event, now=runtime.now()
        )
    except NotFound:
        raise Malformed("an answer to our group about no order of ours") from None
    outcome = _outcome(decision)
    if outcome is not None:
        counts.add(outcome)
    _tell(verdict.request_id, decision)


def _tell(order_id: str, decision: Decision) -> None:
    state, effect = decision.after.state, decision.effect
    match effect:
        case Effect.MOVE:
            ways.add(order_id, "answer applied", state=state)
        case Effect.CONFLICT:
            logger.warning("answer applied", state=state, effect=effect)
        case _:
            ways.add(order_id, "answer applied", state=state, effect=effect)


def _outcome(decision: Decision) -> Metric | None:
    if decision.effect is Effect.CONFLICT:
        return Metric.ANSWERS_IN_CONFLICT
    if decision.effect is Effect.REPEAT:
        return None
    accepted = decision.after.state is State.ACCEPTED
    return Metric.ORDERS_ACCEPTED if accepted else Metric.ORDERS_REJECTED
