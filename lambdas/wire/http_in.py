"""From the text of a request to the values of the domain. Every field at fault is collected.

A body's fields stay undecoded (`msgspec.Raw`) until each is read by itself; a JSON number is read
from its own digits, never through a float. Unknown keys are ignored.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from msgspec import Raw

from lambdas.domain import money
from lambdas.domain.candles import Interval
from lambdas.domain.errors import Fault, InvalidInput
from lambdas.domain.trading import Purchase
from lambdas.wire.http import NewDeposit, NewOrder
from lambdas.wire.times import utc_in

DEFAULT_LIMIT: Final = 25
MAX_LIMIT: Final = 100
MAX_AMOUNT_MINOR: Final = int(money.MAX_AMOUNT * money.MINOR_PER_MAJOR)
_SYMBOL: Final = re.compile(r"[A-Za-z0-9.^=-]{1,16}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

T = TypeVar("T")


class Faults:
    """Collects what is wrong with the parts of a request, so that all of it is told at once."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, field: str, code: str, message: str) -> None:
        """Note one more fault."""
        self._found.append(Fault(field=field, code=code, message=message))

    def read(self, reader: Callable[[], T]) -> T | None:
        """What `reader` returns; None, with its faults noted, if it raises InvalidInput."""
        try:
            return reader()
        except InvalidInput as error:
            self._found.extend(error.faults)
            return None

    def check(self) -> None:
        """Raise InvalidInput if anything was noted."""
        if self._found:
            raise InvalidInput(*self._found)


class PageOf(NamedTuple):
    """Which part of a list is asked for."""

    limit: int
    cursor: str | None


class Period(NamedTuple):
    """A span of time, each end of which may be open."""

    start: datetime | None
    end: datetime | None


def symbol_in(text: str) -> str | None:
    """The symbol in the form in which it is stored; None for what cannot be one."""
    text = text.strip()
    return text.upper() if _SYMBOL.fullmatch(text) else None


def uuid_in(text: str, *, field: str) -> UUID:
    """A UUID in its usual form, in any case of letters."""
    if not _UUID.fullmatch(text.strip()):
        raise invalid(field, "not_a_uuid", "It must be a UUID.")
    return UUID(text.strip())


def purchase_in(body: bytes, key: str | None) -> tuple[Purchase, UUID | None]:
    """What POST /orders asks for, under which key."""
    asked = body_of(body, NewOrder)
    faults = Faults()
    key_uuid = faults.read(lambda: key_of(key))
    symbol = faults.read(lambda: symbol_of(asked.symbol))
    quantity = faults.read(lambda: decimal_of(asked.quantity, "quantity", money.MAX_QUANTITY))
    amount_minor = faults.read(lambda: _minor(asked.amount, "amount", MAX_AMOUNT_MINOR))
    max_price = faults.read(lambda: decimal_of(asked.max_price, "max_price", money.MAX_PRICE))
    if _is_given(asked.quantity) == _is_given(asked.amount):
        faults.add("quantity", "quantity_or_amount", "Give either quantity or amount.")
    faults.check()
    assert symbol is not None  # else there is a fault
    purchase = Purchase(
        symbol=symbol, quantity=quantity, amount_minor=amount_minor, max_price=max_price
    )
    return purchase, key_uuid


def deposit_in(body: bytes, key: str | None, *, most_minor: int) -> tuple[int, UUID | None]:
    """What POST /wallet/deposits asks for, in minor units, under which key."""
    asked = body_of(body, NewDeposit)
    faults = Faults()
    key_uuid = faults.read(lambda: key_of(key))
    amount_minor = faults.read(lambda: _minor(given(asked.amount, "amount"), "amount", most_minor))
    faults.check()
    assert amount_minor is not None  # else there is a fault
    return amount_minor, key_uuid


def page_in(query: Mapping[str, str], faults: Faults) -> PageOf:
    """`limit` and `cursor`; whether the cursor is one of ours, the store knows."""
    limit = query.get("limit")
    wanted = int(limit) if limit is not None and re.fullmatch("[0-9]{1,3}", limit) else 0
    if limit is None:
        wanted = DEFAULT_LIMIT
    elif not 1 <= wanted <= MAX_LIMIT:
        faults.add("limit", "out_of_range", f"It must be a number from 1 to {MAX_LIMIT}.")
    return PageOf(limit=wanted, cursor=query.get("cursor") or None)


def period_in(query: Mapping[str, str], faults: Faults) -> Period:
    """`from` (included) and `to` (not included)."""
    start = faults.read(lambda: _time(query, "from"))
    end = faults.read(lambda: _time(query, "to"))
    if start is not None and end is not None and end < start:
        faults.add("to", "before_from", "It must not be before `from`.")
    return Period(start=start, end=end)


def interval_in(query: Mapping[str, str], faults: Faults) -> Interval:
    """`interval`: hours where none is named."""
    interval = query.get("interval", Interval.HOUR)
    if interval not in list(Interval):
        faults.add("interval", "not_an_interval", f"It must be {' or '.join(Interval)}.")
        return Interval.HOUR
    return Interval(interval)


def is_open_in(query: Mapping[str, str], faults: Faults) -> bool | None:
    """`state`: True for open, False for done, None for all orders."""
    state = query.get("state")
    if state not in (None, "open", "done"):
        faults.add("state", "not_a_state", "It must be open or done.")
    return None if state is None else state == "open"


def body_of(body: bytes, model: type[T]) -> T:
    """The body as that model, its fields still undecoded."""
    try:
        return msgspec.json.decode(body.decode(), type=model)
    except (ValueError, RecursionError):  # no JSON, no object, no UTF-8, or nested to the abyss
        message = "The body must be one JSON object."
        raise invalid("body", "invalid_json", message) from None


def _is_given(raw: Raw) -> bool:
    return bytes(raw) not in (b"", b"null")


def given(raw: Raw, field: str) -> Raw:
    """A field that may not be missing."""
    if not _is_given(raw):
        raise invalid(field, "required", "It is required.")
    return raw


def decimal_of(
    raw: Raw, field: str, most: Decimal, *, places: int = money.PLACES
) -> Decimal | None:
    """A positive number of a body; None where there is none."""
    if not _is_given(raw):
        return None
    return money.decimal_in(_number(raw, field), field=field, most=most, places=places)


def _minor(raw: Raw, field: str, most_minor: int) -> int | None:
    if not _is_given(raw):
        return None
    return money.minor_in(_number(raw, field), field=field, most_minor=most_minor)


def _number(raw: Raw, field: str) -> str:
    text = bytes(raw)
    if text[:1] == b'"':
        return string_of(raw, field)
    if text[:1].isdigit() or text[:1] == b"-":
        return text.decode()
    raise invalid(field, "not_a_number", "It must be a number.")  # true, [], {}


def symbol_of(raw: Raw) -> str:
    """A body's symbol, in the form in which it is stored."""
    symbol = symbol_in(string_of(given(raw, "symbol"), "symbol"))
    if symbol is None:
        raise invalid("symbol", "not_a_symbol", "It must be a company's symbol.")
    return symbol


def string_of(raw: Raw, field: str) -> str:
    """A text of a body."""
    try:
        return msgspec.json.decode(raw, type=str)
    except ValueError:
        raise invalid(field, "not_a_text", "It must be a text.") from None


def key_of(text: str | None) -> UUID | None:
    """The Idempotency-Key; None where the client names none."""
    return None if text is None else uuid_in(text, field="Idempotency-Key")


def _time(query: Mapping[str, str], field: str) -> datetime | None:
    text = query.get(field)
    at = None if text is None else utc_in(text)
    if text is not None and at is None:
        raise invalid(
            field, "not_a_time", "It must be a time in ISO-8601, for example 2023-10-29T19:32:51Z."
        )
    return at


def invalid(field: str, code: str, message: str) -> InvalidInput:
    """One fault of one field."""
    return InvalidInput(Fault(field=field, code=code, message=message))
