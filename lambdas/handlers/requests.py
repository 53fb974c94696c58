"""Queue `requests`: our own request coming back proves that the broker has it; others are kept."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.domain.activity import GroupRequest
from lambdas.domain.errors import NotFound
from lambdas.domain.orders import Effect, Event
from lambdas.handlers.intake import take_all
from lambdas.handlers.lines import Ways, logger_of
from lambdas.names import Function
from lambdas.usecases.advance_order import advance_order
from lambdas.wire.envelope import Envelope
from lambdas.wire.exchange import request_in
from lambdas.wire.malformed import Malformed

logger = logger_of(Function.REQUESTS)
ways = Ways(logger)
runtime.prepare(runtime.exchange)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point."""
    dead_letters = runtime.exchange().dead_letters
    failed = take_all(event, take=_take, dead_letters=dead_letters, logger=logger)
    ways.write()
    return failed


def _take(envelope: Envelope) -> None:
    request = request_in(envelope.payload, envelope.received_at)
    logger.set_correlation_id(request.request_id)
    if request.group_id == runtime.exchange().group_id:
        _seen(request)
    else:
        runtime.exchange().activity.request(request)
        ways.add(request.request_id, "request kept", group_id=request.group_id)


def _seen(request: GroupRequest) -> None:
    try:
        decision = advance_order(
            runtime.exchange().orders, request.request_id, Event.SEEN, now=runtime.now()
        )
    except NotFound:
        raise Malformed("a request of our group that no order of ours explains") from None
    # An echo that comes after the answer is nothing out of the way: it repeats what is known.
    state, effect = decision.after.state, decision.effect
    moved = {} if effect is Effect.MOVE else {"effect": effect.value}
    ways.add(request.request_id, "request seen", state=state, **moved)
