"""Changes of the orders table as its stream delivers them: which of them the exchange must hear.

Read by hand, because the relay needs four attributes and not the cold start of the whole mapper.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from lambdas.domain.orders import OPEN, State


class Change(NamedTuple):
    """An order that is to be published now, and the place in the stream where that was said."""

    sequence_number: str
    order_id: str
    symbol: str
    quantity: Decimal
    created_at: datetime
    asks: int


def to_publish(record: Mapping[str, Any]) -> Change | None:
    """The order in a stream record, if it is new or to be asked for again, and without an end."""
    change = record["dynamodb"]
    new = change.get("NewImage")
    if new is None or State(new["state"]["S"]) not in OPEN:
        return None
    asks = int(new["asks"]["N"])
    old = change.get("OldImage")
    if old is not None and asks <= int(old["asks"]["N"]):
        return None
    return Change(
        sequence_number=change["SequenceNumber"],
        order_id=new["order_id"]["S"],
        symbol=new["symbol"]["S"],
        quantity=Decimal(new["quantity"]["N"]),
        created_at=datetime.fromisoformat(new["created_at"]["S"]),
        asks=asks,
    )
