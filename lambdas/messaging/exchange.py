"""The exchange's wire protocol, and the envelope in which the bridge forwards its messages.

Other groups and other exchanges write these messages, so they are read tolerantly: values that mean
the same are read as the same, unknown keys are ignored, and what cannot be understood raises
Malformed with the reason.
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from lambdas.domain import money
from lambdas.domain.activity import GroupRequest, Validation, normalise_group_id
from lambdas.domain.errors import InvalidInput, Malformed
from lambdas.domain.market import Tick, observation_time, parse_symbol
from lambdas.domain.times import parse_utc

_MAX_ID: Final = 128  # characters
_MAX_TEXT: Final = 200
_MAX_STOCKS: Final = 5_000
_MAX_PLACES_IN: Final = 40  # decimals that are read, before rounding to those that are kept
_decoder = msgspec.json.Decoder(float_hook=Decimal)

Message = Mapping[str, Any]


class Envelope(NamedTuple):
    """An MQTT message and the time of its arrival."""

    topic: str
    payload: bytes
    received_at: datetime


class _WireEnvelope(msgspec.Struct):
    topic: str
    received_at: str
    v: int = 1
    payload: str | None = None
    payload_b64: str | None = None


class Prices(NamedTuple):
    """The valid items of a batch of prices, and why each of the others is invalid."""

    ticks: tuple[Tick, ...]
    faults: tuple[str, ...]


def parse_envelope(body: str) -> Envelope:
    """The envelope in a queue message. Raises Malformed."""
    try:
        wire = msgspec.json.decode(body, type=_WireEnvelope)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise Malformed("this is no envelope") from None
    if wire.v != 1:
        raise Malformed("an envelope of another version")
    received_at = parse_utc(wire.received_at)
    if received_at is None:
        raise Malformed("the envelope's received_at is no time")
    return Envelope(topic=wire.topic, payload=_payload(wire), received_at=received_at)


def _payload(wire: _WireEnvelope) -> bytes:
    if wire.payload is not None:
        return wire.payload.encode()
    try:
        return b64decode(wire.payload_b64 or "", validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("the envelope's payload is no base64") from None


def parse_request(payload: bytes, received_at: datetime) -> GroupRequest:
    """A purchase request of any group. Raises Malformed."""
    message = _object(payload)
    return GroupRequest(
        request_id=_request_id(message),
        group_id=_group_id(message),
        symbol=_symbol(message.get("symbol")),
        quantity=_number(message.get("quantity"), "quantity", money.MAX_QUANTITY),
        requested_at=observation_time(_time(message.get("datetime")), received_at),
    )


def parse_validation(payload: bytes, received_at: datetime) -> Validation:
    """The exchange's answer to a request of any group. Raises Malformed."""
    message = _object(payload)
    return Validation(
        request_id=_request_id(message),
        group_id=_group_id(message),
        valid=_valid(message.get("valid")),
        received_at=received_at,
    )


def parse_prices(payload: bytes, received_at: datetime, currency: str) -> Prices:
    """A batch of prices. A price in another currency than `currency` is invalid.

    Raises Malformed when the message holds no list of stocks.
    """
    message = _object(payload)
    stocks = message.get("stocks")
    if isinstance(stocks, str):  # the documented form: JSON inside JSON
        stocks = _decode(stocks.encode())
    if not isinstance(stocks, list):
        raise Malformed("stocks is no list")
    if len(stocks) > _MAX_STOCKS:
        raise Malformed("stocks is longer than any exchange")
    observed_at = observation_time(_time(message.get("datetime")), received_at)
    ticks: list[Tick] = []
    faults: list[str] = []
    for number, stock in enumerate(stocks, start=1):
        try:
            ticks.append(_tick(stock, observed_at, received_at, currency))
        except Malformed as error:
            faults.append(f"stock {number}: {error.reason}")
    return Prices(ticks=tuple(ticks), faults=tuple(faults))


def serialize_request(
    order_id: str, symbol: str, quantity: Decimal, created_at: datetime, group_id: str
) -> str:
    """Our purchase request as it is published: exactly seven keys, nothing personal.

    `quantity` goes out as a JSON number with all its digits.
    """
    message = {
        "request_id": order_id,
        "group_id": group_id,
        "symbol": symbol,
        "datetime": created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "deposit_token": "",
        "quantity": msgspec.Raw(money.plain(quantity).encode()),
        "seller": 0,
    }
    return msgspec.json.encode(message).decode()


def _tick(stock: Any, observed_at: datetime, received_at: datetime, currency: str) -> Tick:
    if not isinstance(stock, dict):
        raise Malformed("it is no object")
    symbol = _symbol(stock.get("symbol"))
    if stock.get("currency", currency) != currency:
        raise Malformed("another currency than ours")
    return Tick(
        symbol=symbol,
        name=_text(stock.get("shortName")) or symbol,
        price=_number(stock.get("price"), "price", money.MAX_PRICE),
        currency=currency,
        source=_text(stock.get("source")),
        observed_at=observed_at,
        received_at=received_at,
    )


def _object(payload: bytes) -> Message:
    if not payload.strip():
        raise Malformed("it is empty")
    message = _decode(payload)
    if not isinstance(message, dict):
        raise Malformed("it is no JSON object")
    return message


def _decode(payload: bytes) -> Any:
    """Any JSON, with its fractional numbers as decimals."""
    try:
        return _decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
        raise Malformed("it is no JSON") from None


def _request_id(message: Message) -> str:
    """The request's id. A UUID in capital letters is the same UUID."""
    value = message.get("request_id")
    if not isinstance(value, str) or not value.strip():
        raise Malformed("there is no request_id")
    text = value.strip()
    if len(text) > _MAX_ID or not text.isprintable():
        raise Malformed("the request_id is no id")
    try:
        return str(UUID(text)) if len(text) == 36 else text
    except ValueError:
        return text


def _group_id(message: Message) -> str:
    """The group's id: a number or a text."""
    value = message.get("group_id")
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Malformed("there is no group_id")
    text = str(value).strip()
    if not text or len(text) > _MAX_ID or not text.isprintable():
        raise Malformed("the group_id is no id")
    return normalise_group_id(text)


def _symbol(value: Any) -> str:
    symbol = parse_symbol(value) if isinstance(value, str) else None
    if symbol is None:
        raise Malformed("the symbol is no symbol")
    return symbol


def _number(value: Any, field: str, most: Decimal) -> Decimal:
    """A positive number of at most `most`, rounded to the decimals that are kept."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Malformed(f"the {field} is no number")
    exact = str(value) if isinstance(value, float) else value
    try:
        number = money.decimal_in(exact, field=field, most=most, places=_MAX_PLACES_IN)
    except InvalidInput as error:
        raise Malformed(f"the {field} is not usable: {error.faults[0].code}") from None
    kept = money.rounded(number)
    if kept == 0:
        raise Malformed(f"the {field} is less than we can keep")
    return kept


def _valid(value: Any) -> bool:
    """A boolean; "true", "True" and 1 have been seen for true, and likewise for false."""
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


def _text(value: Any) -> str | None:
    """The printable part of a text; None for nothing."""
    if not isinstance(value, str):
        return None
    return "".join(c for c in value if c.isprintable()).strip()[:_MAX_TEXT] or None


def _time(value: Any) -> datetime | None:
    return parse_utc(value) if isinstance(value, str) else None
