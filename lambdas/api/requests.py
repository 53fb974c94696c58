"""Requests: what the gateway hands over, and how its texts become values of the domain.

A parser adds what is invalid to `Faults`, so that one answer names every invalid field. Fields of a
body stay undecoded (`msgspec.Raw`) until each is read by itself; a JSON number is read from its own
digits, never through a float. Unknown fields are ignored.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from msgspec import Raw

from lambdas.api.errors import BodyTooLarge, NotSignedIn
from lambdas.api.job_schemas import JOB_TYPES, NewJob
from lambdas.api.schemas import NewDeposit, NewOrder
from lambdas.bootstrap import Dependencies
from lambdas.domain import money
from lambdas.domain.errors import Fault, InvalidInput
from lambdas.domain.market import Interval, parse_symbol
from lambdas.domain.orders import Purchase
from lambdas.domain.projection import MOST_DAYS
from lambdas.domain.times import parse_utc

T = TypeVar("T")

DEFAULT_LIMIT: Final = 25
MAX_LIMIT: Final = 100
MAX_BODY_BYTES: Final = 10_000
MAX_AMOUNT_MINOR: Final = int(money.MAX_AMOUNT * money.MINOR_PER_MAJOR)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request: the event of the gateway, the dependencies, and the time of the request."""

    event: APIGatewayProxyEventV2
    deps: Dependencies
    now: datetime

    @property
    def claims(self) -> Mapping[str, Any]:
        """Claims of the token, verified by the gateway; empty without a token."""
        return self.event.request_context.authorizer.jwt_claim

    @property
    def account_id(self) -> str:
        """The account of the token, the only source of it. Raises NotSignedIn."""
        subject = self.claims.get("sub")
        # The gateway of AWS refuses Cognito's refresh tokens; other gateways may not.
        is_sign_in = self.claims.get("token_use", "id") in ("id", "access")
        if not isinstance(subject, str) or not subject or not is_sign_in:
            raise NotSignedIn
        return subject

    @property
    def query(self) -> Mapping[str, str]:
        """Query parameters; the values of a repeated one are joined with commas."""
        return self.event.query_string_parameters

    def header(self, name: str) -> str | None:
        """A header, whatever the case of its name."""
        return self.event.headers.get(name)

    @property
    def body(self) -> bytes:
        """The body as the client sent it. Raises BodyTooLarge."""
        text = self.event.body or ""
        if not self.event.is_base64_encoded:
            body = text.encode(errors="surrogatepass")
        elif len(text) > 2 * MAX_BODY_BYTES:  # base64 makes 4 bytes of 3
            raise BodyTooLarge
        else:
            body = _decode_base64(text)
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge
        return body

    @property
    def wants_csv(self) -> bool:
        """Whether the Accept header prefers CSV to JSON."""
        weights = _accept_weights(self.header("accept") or "")
        return weights.get("text/csv", 0.0) > weights.get("application/json", 0.0)

    def has_copy(self, etag: str) -> bool:
        """Whether the client has the content with this ETag (If-None-Match)."""
        copies = [copy.strip() for copy in (self.header("if-none-match") or "").split(",")]
        return "*" in copies or etag in [copy.removeprefix("W/") for copy in copies]


def _decode_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid("body", "invalid_json", "The body is not valid base64.") from None


def _accept_weights(accept: str) -> dict[str, float]:
    """Media types of an Accept header with their weights, 0 to 1."""
    weights = {}
    for part in accept.lower().split(","):
        media_type, *parameters = [piece.strip() for piece in part.split(";")]
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        weights[media_type] = float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0
    return weights


class Faults:
    """Collects the invalid fields of a request."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, field: str, code: str, message: str) -> None:
        """Adds one fault."""
        self._found.append(Fault(field=field, code=code, message=message))

    def collect(self, parse: Callable[[], T]) -> T | None:
        """What `parse` returns; None, with its faults added, if it raises InvalidInput."""
        try:
            return parse()
        except InvalidInput as error:
            self._found.extend(error.faults)
            return None

    def check(self) -> None:
        """Raises InvalidInput if there is any fault."""
        if self._found:
            raise InvalidInput(*self._found)


# Path and query parameters, headers


class PageParameters(NamedTuple):
    """Which page of a list is requested."""

    limit: int
    cursor: str | None


class Period(NamedTuple):
    """start ≤ time < end; None is no bound."""

    start: datetime | None
    end: datetime | None


def parse_uuid(text: str, *, field: str) -> UUID:
    """A UUID in its hyphenated form, in upper or lower case."""
    if not _UUID.fullmatch(text.strip()):
        raise _invalid(field, "not_a_uuid", "It must be a UUID.")
    return UUID(text.strip())


def parse_page(query: Mapping[str, str], faults: Faults) -> PageParameters:
    """`limit` and `cursor`; the store checks the cursor."""
    text = query.get("limit")
    limit = int(text) if text is not None and re.fullmatch("[0-9]{1,3}", text) else 0
    if text is None:
        limit = DEFAULT_LIMIT
    elif not 1 <= limit <= MAX_LIMIT:
        faults.add("limit", "out_of_range", f"It must be a number from 1 to {MAX_LIMIT}.")
    return PageParameters(limit=limit, cursor=query.get("cursor") or None)


def parse_period(query: Mapping[str, str], faults: Faults) -> Period:
    """`from` (included) and `to` (excluded)."""
    start = faults.collect(lambda: _time(query, "from"))
    end = faults.collect(lambda: _time(query, "to"))
    if start is not None and end is not None and end < start:
        faults.add("to", "before_from", "It must not be before `from`.")
    return Period(start=start, end=end)


def parse_interval(query: Mapping[str, str], faults: Faults) -> Interval:
    """`interval`; an hour by default."""
    interval = query.get("interval", Interval.HOUR)
    if interval not in list(Interval):
        faults.add("interval", "not_an_interval", f"It must be {' or '.join(Interval)}.")
        return Interval.HOUR
    return Interval(interval)


def parse_order_state(query: Mapping[str, str], faults: Faults) -> bool | None:
    """`state`: True for open orders, False for ended ones, None for all."""
    state = query.get("state")
    if state not in (None, "open", "done"):
        faults.add("state", "not_a_state", "It must be open or done.")
    return None if state is None else state == "open"


def parse_key(query: Mapping[str, str], faults: Faults) -> UUID | None:
    """`key`: the Idempotency-Key under which an order was placed."""
    text = query.get("key")
    return None if text is None else faults.collect(lambda: parse_uuid(text, field="key"))


def _idempotency_key(text: str | None) -> UUID | None:
    return None if text is None else parse_uuid(text, field="Idempotency-Key")


def _time(query: Mapping[str, str], field: str) -> datetime | None:
    text = query.get(field)
    at = None if text is None else parse_utc(text)
    if text is not None and at is None:
        message = "It must be a time in ISO-8601, for example 2023-10-29T19:32:51Z."
        raise _invalid(field, "not_a_time", message)
    return at


# Bodies


class JobRequest(NamedTuple):
    """A job type, and its parameters as one canonical JSON text."""

    job_type: str
    parameters: str


def parse_purchase(body: bytes, key: str | None) -> tuple[Purchase, UUID | None]:
    """The purchase of POST /orders, and the Idempotency-Key."""
    fields = _decode_body(body, NewOrder)
    faults = Faults()
    parsed_key = faults.collect(lambda: _idempotency_key(key))
    symbol = faults.collect(lambda: _symbol(fields.symbol))
    quantity = faults.collect(lambda: _decimal(fields.quantity, "quantity", money.MAX_QUANTITY))
    amount_minor = faults.collect(lambda: _amount_minor(fields.amount, "amount", MAX_AMOUNT_MINOR))
    max_price = faults.collect(lambda: _decimal(fields.max_price, "max_price", money.MAX_PRICE))
    if _is_given(fields.quantity) == _is_given(fields.amount):
        faults.add("quantity", "quantity_or_amount", "Give either quantity or amount.")
    faults.check()
    assert symbol is not None, "a missing symbol is a fault"
    purchase = Purchase(
        symbol=symbol, quantity=quantity, amount_minor=amount_minor, max_price=max_price
    )
    return purchase, parsed_key


def parse_deposit(body: bytes, key: str | None, *, max_minor: int) -> tuple[int, UUID | None]:
    """The amount of POST /wallet/deposits in minor units, and the Idempotency-Key."""
    fields = _decode_body(body, NewDeposit)
    faults = Faults()
    parsed_key = faults.collect(lambda: _idempotency_key(key))
    amount_minor = faults.collect(
        lambda: _amount_minor(_required(fields.amount, "amount"), "amount", max_minor)
    )
    faults.check()
    assert amount_minor is not None, "a missing amount is a fault"
    return amount_minor, parsed_key


def parse_job(body: bytes, key: str | None) -> tuple[JobRequest, UUID | None]:
    """The job of POST /jobs, and the Idempotency-Key."""
    fields = _decode_body(body, NewJob)
    faults = Faults()
    parsed_key = faults.collect(lambda: _idempotency_key(key))
    job_type = faults.collect(lambda: _job_type(fields.kind))
    match job_type:
        case "projection":
            parameters = _projection_parameters(fields, faults)
        case _:
            parameters = {"days": None if job_type is None else _days(fields, faults)}
    faults.check()
    assert job_type is not None, "a missing job type is a fault"
    text = json.dumps(parameters, sort_keys=True, separators=(",", ":"))
    return JobRequest(job_type=job_type, parameters=text), parsed_key


def _job_type(raw: Raw) -> str:
    job_type = _string(_required(raw, "kind"), "kind")
    if job_type not in JOB_TYPES:
        raise _invalid("kind", "not_a_kind", f"It must be one of: {', '.join(JOB_TYPES)}.")
    return job_type


def _projection_parameters(fields: NewJob, faults: Faults) -> dict[str, Any]:
    quantity = faults.collect(
        lambda: _decimal(_required(fields.quantity, "quantity"), "quantity", money.MAX_QUANTITY)
    )
    return {
        "symbol": faults.collect(lambda: _symbol(fields.symbol)),
        "days": _days(fields, faults),
        "quantity": None if quantity is None else money.plain(quantity),
    }


def _days(fields: NewJob, faults: Faults) -> int | None:
    days = faults.collect(
        lambda: _decimal(_required(fields.days, "days"), "days", Decimal(MOST_DAYS), places=0)
    )
    return None if days is None else int(days)


def _decode_body(body: bytes, schema: type[T]) -> T:
    """The body with its fields still undecoded."""
    try:
        return msgspec.json.decode(body.decode(), type=schema)
    except (ValueError, RecursionError):  # no JSON, no object, no UTF-8, or nested too deeply
        raise _invalid("body", "invalid_json", "The body must be one JSON object.") from None


def _is_given(raw: Raw) -> bool:
    return bytes(raw) not in (b"", b"null")


def _required(raw: Raw, field: str) -> Raw:
    if not _is_given(raw):
        raise _invalid(field, "required", "It is required.")
    return raw


def _decimal(raw: Raw, field: str, most: Decimal, *, places: int = money.PLACES) -> Decimal | None:
    if not _is_given(raw):
        return None
    return money.decimal_in(_number_text(raw, field), field=field, most=most, places=places)


def _amount_minor(raw: Raw, field: str, max_minor: int) -> int | None:
    if not _is_given(raw):
        return None
    return money.minor_in(_number_text(raw, field), field=field, most_minor=max_minor)


def _number_text(raw: Raw, field: str) -> str:
    text = bytes(raw)
    if text[:1] == b'"':
        return _string(raw, field)
    if text[:1].isdigit() or text[:1] == b"-":
        return text.decode()
    raise _invalid(field, "not_a_number", "It must be a number.")  # true, [], {}


def _symbol(raw: Raw) -> str:
    symbol = parse_symbol(_string(_required(raw, "symbol"), "symbol"))
    if symbol is None:
        raise _invalid("symbol", "not_a_symbol", "It must be a company's symbol.")
    return symbol


def _string(raw: Raw, field: str) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except ValueError:
        raise _invalid(field, "not_a_text", "It must be a text.") from None


def _invalid(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(Fault(field=field, code=code, message=message))
