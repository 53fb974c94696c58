"""What the functions behind queues share: a batch of messages with partial failures.

Each message has its own outcome. A malformed one goes to the dead-letter queue with the reason; one
that cannot be processed now returns to its queue; the rest of the batch goes on either way.
"""

from collections.abc import Callable
from typing import Any, Final

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.domain.errors import DomainError, Malformed, Transient
from lambdas.messaging.exchange import Envelope, parse_envelope
from lambdas.observability import describe_error, logger
from lambdas.ports import DeadLetters

MIN_REMAINING_MS: Final = 16_000
"""Retries of a stale decision (6 s) and two calls of DynamoDB with their time-outs (5 s each).

A message that would start later returns to its queue, so that Lambda rarely ends the function
within one. Some messages make more calls; where all of those are slow, Lambda may end the function,
and SQS delivers the batch again, which is harmless: every step may be repeated.
"""

_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def process_batch(
    event: dict[str, Any],
    context: LambdaContext,
    *,
    process: Callable[[Envelope], None],
    dead_letters: DeadLetters,
) -> Any:
    """Processes each envelope of the bridge; returns SQS's partial batch response."""
    return process_bodies(
        event,
        context,
        process=lambda body: process(parse_envelope(body)),
        dead_letters=dead_letters,
    )


def process_bodies(
    event: dict[str, Any],
    context: LambdaContext,
    *,
    process: Callable[[str], None],
    dead_letters: DeadLetters,
) -> Any:
    """Processes the body of each message; returns SQS's partial batch response."""

    def process_record(record: SQSRecord, lambda_context: LambdaContext) -> None:
        # `process` sets the correlation id; leaving the context removes it for the next message.
        with logger.append_context_keys(message_id=record.message_id, correlation_id=None):
            try:
                if lambda_context.get_remaining_time_in_millis() < MIN_REMAINING_MS:
                    raise Transient
                _process_or_put_aside(record.body, process, dead_letters)
            except DomainError as error:
                logger.warning("will be retried", reason=error.code)
                raise
            except Exception as error:
                logger.error("failed", **describe_error(error))
                raise

    return process_partial_response(
        event=event, record_handler=process_record, processor=_processor, context=context
    )


def _process_or_put_aside(
    body: str, process: Callable[[str], None], dead_letters: DeadLetters
) -> None:
    try:
        process(body)
    except Malformed as error:
        dead_letters.put(body, error.reason)
        logger.warning("put aside", reason=error.reason)
