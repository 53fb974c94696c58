"""The orders stream: enqueues new orders, and orders due again, for publication, and accepted ones
for their receipt.

The orders table is the outbox: what is stored is published, and only what is stored.
"""

from typing import Any, NamedTuple

from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.messaging.exchange import serialize_request
from lambdas.messaging.orders_stream import Publication, accepted_order_of, publication_of
from lambdas.names import Metric
from lambdas.observability import count, logger, metrics

# The queue of receipts has the client of the outbox.
deps = bootstrap.dependencies("outbox", "receipt_queue")


class Change(NamedTuple):
    """What one record of the stream asks to enqueue: one of the two, or nothing."""

    place: int
    sequence_number: str | None
    publication: Publication | None
    accepted_id: str | None


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point. Reports the records that were not enqueued: Lambda resumes at the first one."""
    changes = [
        Change(
            place=place,
            sequence_number=None if record.dynamodb is None else record.dynamodb.sequence_number,
            publication=publication_of(record),
            accepted_id=accepted_order_of(record),
        )
        for place, record in enumerate(DynamoDBStreamEvent(event).records)
    ]
    failed = _publish(changes) | _request_receipts(changes)
    # From the first failure on, the stream is read again.
    done = changes[: min(failed, default=len(changes))]
    if placed := sum(c.publication is not None and c.publication.attempts == 0 for c in done):
        count(Metric.ORDERS_PLACED, placed)
    return {
        "batchItemFailures": [
            {"itemIdentifier": changes[place].sequence_number} for place in sorted(failed)
        ]
    }


def _publish(changes: list[Change]) -> set[int]:
    """Places of the changes whose request was not enqueued."""
    asked = [(c.place, c.publication) for c in changes if c.publication is not None]
    if not asked:
        return set()
    failed = set(deps.outbox.send([_serialize(publication) for _, publication in asked]))
    for position, (_, publication) in enumerate(asked):
        _report(publication, is_enqueued=position not in failed)
    return {asked[position][0] for position in failed}


def _request_receipts(changes: list[Change]) -> set[int]:
    """Places of the changes whose receipt was not enqueued."""
    asked = [(c.place, c.accepted_id) for c in changes if c.accepted_id is not None]
    if not asked:
        return set()
    failed = set(deps.receipt_queue.send([order_id for _, order_id in asked]))
    for position, (_, order_id) in enumerate(asked):
        with logger.append_context_keys(correlation_id=order_id):
            if position in failed:
                logger.warning("receipt not enqueued")
            else:
                logger.info("receipt requested")
    return {asked[position][0] for position in failed}


def _serialize(publication: Publication) -> str:
    return serialize_request(
        publication.order_id,
        publication.symbol,
        publication.quantity,
        publication.created_at,
        deps.config.group_id,
    )


def _report(publication: Publication, *, is_enqueued: bool) -> None:
    with logger.append_context_keys(correlation_id=publication.order_id):
        if is_enqueued:
            logger.info("request relayed", attempts=publication.attempts)
        else:
            logger.warning("not enqueued")
