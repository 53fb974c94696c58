"""The stream of the table orders: what is published to the exchange, and what gets a receipt."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from lambdas.domain.orders import OPEN, State


class Publication(NamedTuple):
    """An order to publish now: a new one, or one to publish again."""

    order_id: str
    symbol: str
    quantity: Decimal
    created_at: datetime
    attempts: int


def accepted_order_of(record: DynamoDBRecord) -> str | None:
    """Id of the order, if the record is the change that accepted it."""
    change = record.dynamodb
    new, old = (change.new_image, change.old_image) if change else ({}, {})
    if not new or not old or State(new["state"]) is not State.ACCEPTED:
        return None
    order_id: str = new["order_id"]
    return None if State(old["state"]) is State.ACCEPTED else order_id


def publication_of(record: DynamoDBRecord) -> Publication | None:
    """The order to publish, if the record is about one that is open and new or due again."""
    change = record.dynamodb
    new = {} if change is None else change.new_image
    if not new or State(new["state"]) not in OPEN:
        return None
    attempts = int(new["attempts"])
    old = {} if change is None else change.old_image
    if old and attempts <= int(old["attempts"]):
        return None
    return Publication(
        order_id=new["order_id"],
        symbol=new["symbol"],
        quantity=new["quantity"],
        created_at=datetime.fromisoformat(new["created_at"]),
        attempts=attempts,
    )
