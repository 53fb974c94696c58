"""The API as plain Powertools: HTTP resolver with validation, logger, metrics."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import store
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from models import Board, NewOrder, Order, Stock

logger = Logger(service="api")
metrics = Metrics(namespace="Fintech", service="api")
app = APIGatewayHttpResolver(enable_validation=True)


@app.get("/stocks")
def list_stocks():  # with a return type, its JSON would be validated once more
    """The board."""
    body = Board(items=[Stock.of(item) for item in store.board()]).model_dump_json()
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=10"}
    if app.current_event.headers.get("if-none-match") == tag:
        return Response(304, headers=headers)
    return Response(200, "application/json", body, headers)


@app.post("/orders")
def place_order(
    asked: NewOrder, idempotency_key: Annotated[UUID | None, Header()] = None
) -> tuple[Order, int]:
    """A purchase request."""
    claims = app.current_event.request_context.authorizer.jwt_claim or {}
    order = store.place(claims["sub"], idempotency_key or uuid4(), asked, datetime.now(UTC))
    metrics.add_metric("OrdersPlaced", MetricUnit.Count, 1)
    logger.info("order placed", order_id=order["order_id"])
    return Order.of(order), 202


@app.exception_handler(store.Refused)
def refused(error: store.Refused) -> Response:
    """What the rules do not allow."""
    return Response(409, "application/json", f'{{"code": "{error}"}}')


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Entry point."""
    return app.resolve(event, context)
