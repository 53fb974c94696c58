"""The orders stream: enqueues every new order, and every order due again, for publication.

The orders table is the outbox: what is stored is published, and only what is stored.
"""

from typing import Any

from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.messaging.exchange import serialize_request
from lambdas.messaging.orders_stream import Publication, publication_of
from lambdas.names import Metric
from lambdas.observability import count, logger, metrics

deps = bootstrap.dependencies("outbox")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point. Reports the records that were not enqueued: Lambda resumes at the first one."""
    numbers: list[str | None] = []
    publications: list[Publication] = []
    for record in DynamoDBStreamEvent(event).records:
        publication = publication_of(record)
        if publication is not None and record.dynamodb is not None:
            numbers.append(record.dynamodb.sequence_number)
            publications.append(publication)
    failed = set(deps.outbox.send([_serialize(publication) for publication in publications]))
    for position, publication in enumerate(publications):
        _report(publication, is_enqueued=position not in failed)
    # From the first failure on, the stream is read again.
    done = publications[: min(failed, default=len(publications))]
    if placed := sum(publication.attempts == 0 for publication in done):
        count(Metric.ORDERS_PLACED, placed)
    return {
        "batchItemFailures": [{"itemIdentifier": numbers[position]} for position in sorted(failed)]
    }


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
