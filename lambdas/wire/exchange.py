"""The exchange's protocol of trade: purchase requests of every group, and the answers to them."""

from datetime import datetime

import msgspec

from lambdas.domain import money
from lambdas.domain.activity import GroupRequest, Verdict
from lambdas.domain.tolerance import observed
from lambdas.wire.exchange_fields import (
    group_id_of,
    number_of,
    object_in,
    request_id_of,
    symbol_of,
    time_of,
    verdict_of,
)


def request_in(payload: bytes, received_at: datetime) -> GroupRequest:
    """A message of the request topic, of any group. Raises Malformed."""
    message = object_in(payload)
    return GroupRequest(
        request_id=request_id_of(message),
        group_id=group_id_of(message),
        symbol=symbol_of(message.get("symbol")),
        quantity=number_of(message.get("quantity"), "quantity", money.MAX_QUANTITY),
        requested_at=observed(time_of(message.get("datetime")), received_at),
    )


def verdict_in(payload: bytes, received_at: datetime) -> Verdict:
    """A message of the validation topic, of any group. Raises Malformed."""
    message = object_in(payload)
    return Verdict(
        request_id=request_id_of(message),
        group_id=group_id_of(message),
        valid=verdict_of(message.get("valid")),
        received_at=received_at,
    )


def request_out(order_id: str, symbol: str, quantity: str, created_at: datetime, group: str) -> str:
    """Our purchase request, byte for byte as it is published: exactly seven keys, nothing personal.

    `quantity` is a plain decimal, and goes out as a JSON number.
    """
    at = created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    message = {
        "request_id": order_id,
        "group_id": group,
        "symbol": symbol,
        "datetime": at,
        "deposit_token": "",
        "quantity": msgspec.Raw(quantity.encode()),
        "seller": 0,
    }
    return msgspec.json.encode(message).decode()
