"""The exchange's protocol: prices, purchase requests of every group, and the answers to them.

Other groups and other exchanges write these messages, so they are read tolerantly: types that
mean the same are taken for the same, unknown keys are left alone, and what cannot be understood
is `Malformed`, with the reason.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec

from lambdas.domain import money
from lambdas.domain.activity import GroupRequest, Verdict
from lambdas.domain.errors import InvalidInput
from lambdas.domain.market import Tick, observed, symbol_in
from lambdas.wire.malformed import Malformed
from lambdas.wire.times import utc_in

_LONGEST_ID: Final = 128
_LONGEST_NAME: Final = 200
_MOST_STOCKS: Final = 5_000
_decoder = msgspec.json.Decoder(float_hook=Decimal)

Json = Mapping[str, Any]


class Prices(NamedTuple):
    """The good items of a batch, and why each of the others could not be read."""

    ticks: tuple[Tick, ...]
    faults: tuple[str, ...]


def prices_in(payload: bytes, received_at: datetime, currency: str) -> Prices:
    """A message of the info topic. `currency` is the one we trade in; others are faults.

    Raises Malformed when there is no list of stocks in it at all.
    """
    message = _object(payload)
    stocks = message.get("stocks")
    if isinstance(stocks, str):  # the documented form: JSON inside JSON
        stocks = _decoded(stocks.encode())
    if not isinstance(stocks, list):
        raise Malformed("stocks is no list")
    if len(stocks) > _MOST_STOCKS:
        raise Malformed("stocks is longer than any exchange")
    at = observed(_time(message.get("datetime")), received_at)
    ticks: list[Tick] = []
    faults: list[str] = []
    for number, stock in enumerate(stocks, start=1):
        try:
            ticks.append(_tick(stock, at, received_at, currency))
        except Malformed as error:
            faults.append(f"stock {number}: {error.reason}")
    return Prices(ticks=tuple(ticks), faults=tuple(faults))


def _tick(stock: Any, at: datetime, received_at: datetime, currency: str) -> Tick:
    if not isinstance(stock, dict):
        raise Malformed("it is no object")
    symbol = _symbol(stock.get("symbol"))
    if stock.get("currency", currency) != currency:
        raise Malformed("another currency than ours")
    name = _text(stock.get("shortName"), _LONGEST_NAME)
    return Tick(
        symbol=symbol,
        name=name or symbol,
        price=_number(stock.get("price"), "price", money.MAX_PRICE),
        currency=currency,
        source=_text(stock.get("source"), _LONGEST_NAME),
        observed_at=at,
        received_at=received_at,
    )


def request_in(payload: bytes, received_at: datetime) -> GroupRequest:
    """A message of the request topic, of any group. Raises Malformed."""
    message = _object(payload)
    return GroupRequest(
        request_id=_request_id(message),
        group_id=_group_id(message),
        symbol=_symbol(message.get("symbol")),
        quantity=_number(message.get("quantity"), "quantity", money.MAX_QUANTITY),
        requested_at=observed(_time(message.get("datetime")), received_at),
    )


def verdict_in(payload: bytes, received_at: datetime) -> Verdict:
    """A message of the validation topic, of any group. Raises Malformed."""
    message = _object(payload)
    return Verdict(
        request_id=_request_id(message),
        group_id=_group_id(message),
        valid=_verdict(message.get("valid")),
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


def _object(payload: bytes) -> Json:
    if not payload.strip():
        raise Malformed("it is empty")
    message = _decoded(payload)
    if not isinstance(message, dict):
        raise Malformed("it is no JSON object")
    return message


def _decoded(payload: bytes) -> Any:
    try:
        return _decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
        raise Malformed("it is no JSON") from None


def _request_id(message: Json) -> str:
    value = message.get("request_id")
    if not isinstance(value, str) or not value.strip():
        raise Malformed("there is no request_id")
    text = value.strip()
    if len(text) > _LONGEST_ID or not text.isprintable():
        raise Malformed("the request_id is no id")
    return text


def _group_id(message: Json) -> str:
    """Group 3 may be 3, 3.0, "3" or " 03 ": one group has one id."""
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


def _symbol(value: Any) -> str:
    symbol = symbol_in(value) if isinstance(value, str) else None
    if symbol is None:
        raise Malformed("the symbol is no symbol")
    return symbol


def _number(value: Any, field: str, most: Decimal) -> Decimal:
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


def _verdict(value: Any) -> bool:
    """true, "true", "True" and 1 have been seen for the same; so the other way round."""
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


def _text(value: Any, longest: int) -> str | None:
    if not isinstance(value, str):
        return None
    return "".join(c for c in value if c.isprintable()).strip()[:longest] or None


def _time(value: Any) -> datetime | None:
    return utc_in(value) if isinstance(value, str) else None
