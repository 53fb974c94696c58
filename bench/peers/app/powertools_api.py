"""The API as Powertools with every utility on."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import store
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from models import Board, NewOrder, Order, Stock

logger, tracer = Logger(service="api"), Tracer(service="api")
metrics = Metrics(namespace="Fintech", service="api")
app = APIGatewayHttpResolver(enable_validation=True)
idempotency = IdempotencyConfig(event_key_jmespath="[account_id, key]")
done_before = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])


@app.get("/stocks")
@tracer.capture_method(capture_response=False)
def list_stocks():  # with a type, its JSON would be validated once more
    """The board."""
    body = Board(items=[Stock.of(item) for item in store.board()]).model_dump_json()
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=10"}
    if app.current_event.headers.get("if-none-match") == tag:
        return Response(304, headers=headers)
    return Response(200, "application/json", body, headers)


@app.post("/orders")
@tracer.capture_method(capture_response=False)
def place_order(
    asked: NewOrder, idempotency_key: Annotated[UUID | None, Header()] = None
) -> tuple[Order, int]:
    """A purchase request."""
    claims = app.current_event.request_context.authorizer.jwt_claim or {}
    wish = {
        "account_id": claims["sub"],
        "key": str(idempotency_key or uuid4()),
        "asked": asked.model_dump(mode="json"),
    }
    order = place(wish=wish)
    metrics.add_metric("OrdersPlaced", MetricUnit.Count, 1)
    logger.info("order placed", order_id=order["order_id"])
    return Order(**order), 202


@idempotent_function(
    data_keyword_argument="wish", persistence_store=done_before, config=idempotency
)
def place(wish: dict[str, Any]) -> dict[str, Any]:
    """Once for each key; the answer of the first time to every other."""
    age_s = int(parameters.get_parameter("/fintech/max-price-age-s", max_age=300))
    order, _ = store.place(
        wish["account_id"],
        UUID(wish["key"]),
        NewOrder(**wish["asked"]),
        datetime.now(UTC),
        timedelta(seconds=age_s),
    )
    return Order.of(order).model_dump(mode="json")


@app.exception_handler(store.Refused)
def refused(error: store.Refused) -> Response:
    """What the rules do not allow."""
    return Response(409, "application/json", f'{{"code": "{error}"}}')


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Entry point."""
    idempotency.register_lambda_context(context)
    return app.resolve(event, context)
