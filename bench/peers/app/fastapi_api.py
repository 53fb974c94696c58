"""The API as FastAPI behind Mangum."""

import hashlib
import logging
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import store
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from mangum import Mangum
from models import Board, NewOrder, Order, Stock

logging.getLogger().setLevel(logging.INFO)
logger = logging.getLogger("api")
app = FastAPI(title="Fintech")


def account_of(request: Request) -> str:
    """The account of the token, which the gateway has checked."""
    claims = request.scope["aws.event"]["requestContext"]["authorizer"]["jwt"]["claims"]
    return str(claims["sub"])


Account = Annotated[str, Depends(account_of)]


@app.get("/stocks")
def list_stocks(_: Account, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """The board."""
    body = Board(items=[Stock.of(item) for item in store.board()]).model_dump_json()
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=10"}
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@app.post("/orders", status_code=202)
def place_order(
    asked: NewOrder,
    account_id: Account,
    response: Response,
    idempotency_key: Annotated[UUID | None, Header()] = None,
) -> Order:
    """A purchase request."""
    try:
        order = store.place(account_id, idempotency_key or uuid4(), asked, datetime.now(UTC))
    except store.Refused as error:
        raise HTTPException(409, {"code": str(error)}) from error
    response.headers["Location"] = f"/orders/{order['order_id']}"
    logger.info("order placed", extra={"order_id": order["order_id"]})
    return Order.of(order)


handler = Mangum(app, lifespan="off")
