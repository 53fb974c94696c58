"""What a purchase request says, in every spelling that groups use. Pure."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

LARGEST_PAYLOAD: Final = 64 * 1024
LONGEST_TEXT: Final = 200
LARGEST_GROUP: Final = 10**9


class Malformed(Exception):
    """A message that nobody can be answered for; its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """`quantity` may be zero or negative: that is refused, not malformed."""

    request_id: str
    group_id: int
    symbol: str
    quantity: Decimal


def read_purchase(payload: bytes) -> Purchase:
    """Read a `stocks/request` message, or say why it cannot be read."""
    message = _object(payload)
    return Purchase(
        request_id=_text(message, "request_id"),
        group_id=_group(message.get("group_id")),
        symbol=_text(message, "symbol"),
        quantity=_quantity(message.get("quantity")),
    )


def _object(payload: bytes) -> dict[str, Any]:
    if len(payload) > LARGEST_PAYLOAD:
        raise Malformed(f"{len(payload)} bytes are too many")
    try:
        message = json.loads(payload, parse_float=Decimal)
    # Not JSON, not UTF-8, or a number beyond all bounds; nested too deeply.
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Malformed(f"not JSON ({type(error).__name__})") from error
    if not isinstance(message, dict):
        raise Malformed("not a JSON object")
    return message


def _text(message: dict[str, Any], key: str) -> str:
    value = message.get(key)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST_TEXT:
        raise Malformed(f"no usable {key}")
    return value.strip()


def _group(value: object) -> int:
    number = _number(value, "group_id")
    # Compared before it is converted: 1e999999 as an integer would take all the memory there is.
    if not 0 <= number <= LARGEST_GROUP or number != int(number):
        raise Malformed("group_id is not the number of a group")
    return int(number)


def _quantity(value: object) -> Decimal:
    return _number(value, "quantity")


def _number(value: object, key: str) -> Decimal:
    """A number or a numeric string; JSON's `true` is a number to Python, but not to us."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise Malformed(f"no usable {key}")
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise Malformed(f"{key} is too long")
    try:
        number = Decimal(value)
    except ArithmeticError as error:
        raise Malformed(f"{key} is not a number") from error
    if not number.is_finite():
        raise Malformed(f"{key} is not a finite number")
    return number
