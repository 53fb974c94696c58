"""The stream of the table orders: which changes must be published to the exchange."""

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
