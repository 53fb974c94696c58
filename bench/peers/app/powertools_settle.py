"""The queue of answers with plain Powertools: batches, logger, metrics."""

from typing import Any

import store
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch import process_partial_response as process
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

logger = Logger(service="settle")
metrics = Metrics(namespace="Fintech", service="settle")
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def apply(record: SQSRecord) -> None:
    """One message."""
    order_id = store.settle_message(record.body)
    metrics.add_metric("OrdersEnded", MetricUnit.Count, 1)
    logger.info("answer applied", order_id=order_id)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    """Entry point."""
    return process(event, apply, processor, context)
