"""What single fields of the exchange's messages may look like, and what they mean.

Other groups and other exchanges write these messages, so they are read tolerantly: types that
mean the same are taken for the same, unknown keys are left alone, and what cannot be understood
is `Malformed`, with the reason.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from lambdas.domain import money
from lambdas.domain.errors import InvalidInput
from lambdas.domain.tolerance import symbol_in
from lambdas.wire.malformed import Malformed
from lambdas.wire.times import utc_in

_LONGEST_ID: Final = 128
_decoder = msgspec.json.Decoder(float_hook=Decimal)

Json = Mapping[str, Any]


def object_in(payload: bytes) -> Json:
    """The object that a message is. Raises Malformed."""
    if not payload.strip():
        raise Malformed("it is empty")
    message = decoded(payload)
    if not isinstance(message, dict):
        raise Malformed("it is no JSON object")
    return message


def decoded(payload: bytes) -> Any:
    """Any JSON, its numbers as decimals. Raises Malformed."""
    try:
        return _decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
        raise Malformed("it is no JSON") from None


def request_id_of(message: Json) -> str:
    """Which request it is about. Raises Malformed."""
    value = message.get("request_id")
    if not isinstance(value, str) or not value.strip():
        raise Malformed("there is no request_id")
    text = value.strip()
    if len(text) > _LONGEST_ID or not text.isprintable():
        raise Malformed("the request_id is no id")
    return text


def group_id_of(message: Json) -> str:
    """Group 3 may be 3, 3.0, "3" or " 03 ": one group has one id. Raises Malformed."""
    value = message.get("group_id")
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Malformed("there is no group_id")
    text = str(value).strip()
    if not text or len(text) > _LONGEST_ID or not text.isprintable():
        raise Malformed("the group_id is no id")
    try:
        number = money.decimal_in(text, field="group_id", above=-1, most=money.MAX_AMOUNT, places=0)
    except InvalidInput:
        return text
    return money.plain(number)


def symbol_of(value: Any) -> str:
    """A company's symbol in the form in which it is stored. Raises Malformed."""
    symbol = symbol_in(value) if isinstance(value, str) else None
    if symbol is None:
        raise Malformed("the symbol is no symbol")
    return symbol


def number_of(value: Any, field: str, most: Decimal) -> Decimal:
    """More than nothing, at most `most`, rounded to what we keep. Raises Malformed."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Malformed(f"the {field} is no number")
    try:
        number = money.decimal_in(
            str(value) if isinstance(value, float) else value, field=field, most=most, places=40
        )
    except InvalidInput as error:
        raise Malformed(f"the {field} is not usable: {error.faults[0].code}") from None
    kept = money.rounded(number)
    if kept == 0:
        raise Malformed(f"the {field} is less than we can keep")
    return kept


def verdict_of(value: Any) -> bool:
    """true, "true", "True" and 1 have been seen for the same; so the other way round.

    Raises Malformed.
    """
    match value:
        case bool():
            return value
        case str() if value.strip().lower() in ("true", "1"):
            return True
        case str() if value.strip().lower() in ("false", "0"):
            return False
        case int() | Decimal() if value in (0, 1):
            return bool(value)
        case _:
            raise Malformed("there is no verdict")


def text_of(value: Any, longest: int) -> str | None:
    """What of it can be shown; None for nothing."""
    if not isinstance(value, str):
        return None
    return "".join(c for c in value if c.isprintable()).strip()[:longest] or None


def time_of(value: Any) -> datetime | None:
    """A moment in UTC; None for what is none."""
    return utc_in(value) if isinstance(value, str) else None
