"""Messages of the exchange: their kinds, their timestamps, and reading a purchase request. Pure."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

MAX_PAYLOAD_BYTES: Final = 64 * 1024
MAX_TEXT_LENGTH: Final = 200
MAX_GROUP_ID: Final = 10**9


class MessageKind(StrEnum):
    """Kinds of message; each kind has its own topic."""

    INFO = "info"
    REQUEST = "request"
    VALIDATION = "validation"


class MalformedRequest(Exception):
    """A request that cannot be read and so cannot be answered; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRequest:
    """A request that could be read. A quantity of zero or less is rejected, not malformed."""

    request_id: str
    group_id: int
    symbol: str
    quantity: Decimal


def timestamp(at: datetime) -> str:
    """UTC with milliseconds and a `Z`, as the exchange writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_request(payload: bytes) -> PurchaseRequest:
    """Read a `stocks/request` message in any spelling that groups use, or raise MalformedRequest.

    Numbers may arrive as JSON numbers or as numeric strings.
    """
    message = _json_object(payload)
    return PurchaseRequest(
        request_id=_text(message, "request_id"),
        group_id=_group_id(message),
        symbol=_text(message, "symbol"),
        quantity=_number(message, "quantity"),
    )


def _json_object(payload: bytes) -> dict[str, Any]:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise MalformedRequest(f"{len(payload)} bytes, more than {MAX_PAYLOAD_BYTES}")
    try:
        message = json.loads(payload, parse_float=Decimal)
    # Not JSON or not UTF-8; a number out of bounds; nested too deeply.
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise MalformedRequest(f"not JSON ({type(error).__name__})") from error
    if not isinstance(message, dict):
        raise MalformedRequest("not a JSON object")
    return message


def _text(message: dict[str, Any], key: str) -> str:
    value = message.get(key)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_TEXT_LENGTH:
        raise MalformedRequest(f"no usable {key}")
    return value.strip()


def _group_id(message: dict[str, Any]) -> int:
    number = _number(message, "group_id")
    # Compare before converting: int(Decimal("1e999999")) would need too much memory.
    if not 0 <= number <= MAX_GROUP_ID or number != int(number):
        raise MalformedRequest("group_id is not the number of a group")
    return int(number)


def _number(message: dict[str, Any], key: str) -> Decimal:
    value = message.get(key)
    # JSON's `true` is an int in Python, but not a number here.
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise MalformedRequest(f"no usable {key}")
    if isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
        raise MalformedRequest(f"{key} is too long")
    try:
        number = Decimal(value)
    except ArithmeticError as error:
        raise MalformedRequest(f"{key} is not a number") from error
    if not number.is_finite():
        raise MalformedRequest(f"{key} is not a finite number")
    return number
