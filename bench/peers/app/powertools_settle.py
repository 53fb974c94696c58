"""The queue of answers with Powertools: batches, parser, idempotency, logger, tracer, metrics."""

import os
from datetime import UTC, datetime
from typing import Any

import store
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.parser.models import SqsRecordModel
from models import Envelope, Verdict
from pydantic import Json

logger, tracer = Logger(service="settle"), Tracer(service="settle")
metrics = Metrics(namespace="Fintech", service="settle")
idempotency = IdempotencyConfig(event_key_jmespath="[request_id, valid]")
done_before = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])


class Record(SqsRecordModel):
    """A message of the queue whose body is an envelope."""

    body: Json[Envelope]


processor = BatchProcessor(EventType.SQS, model=Record, raise_on_entire_batch_failure=False)


@idempotent_function(
    data_keyword_argument="verdict", persistence_store=done_before, config=idempotency
)
def settle(verdict: dict[str, Any]) -> str | None:
    """Once for each answer."""
    ended = store.settle(verdict["request_id"], verdict["valid"], datetime.now(UTC))
    return None if ended is None else str(ended["state"])


@tracer.capture_method(capture_response=False)
def take(record: Record) -> None:
    """One message."""
    verdict = Verdict.model_validate_json(record.body.payload)
    if str(verdict.group_id) == parameters.get_parameter("/fintech/group-id", max_age=300):
        state = settle(verdict=verdict.model_dump())
        metrics.add_metric("OrdersEnded", MetricUnit.Count, 1)
        logger.info("answer applied", order_id=verdict.request_id, state=state)


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Any:
    """Entry point."""
    idempotency.register_lambda_context(context)
    return process_partial_response(event, take, processor, context)
