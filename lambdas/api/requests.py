"""Requests: what the gateway hands over, and how its texts become values of the domain.

A parser adds what is invalid to `Faults`, so that one answer names every invalid field. Fields of a
body stay undecoded (`msgspec.Raw`) until each is read by itself; a JSON number is read from its own
digits, never through a float. Unknown fields are ignored.
"""

import base64
import binascii
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
from lambdas.bootstrap import Dependencies
from lambdas.domain import money
from lambdas.domain.errors import Fault, InvalidInput, NotFound
from lambdas.domain.market import parse_symbol
from lambdas.names import Setting

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

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.deps.config.text(Setting.CURRENCY)

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
        raise invalid("body", "invalid_json", "The body is not valid base64.") from None


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


def parse_uuid(text: str, *, field: str) -> UUID:
    """A UUID in its hyphenated form, in upper or lower case."""
    if not _UUID.fullmatch(text.strip()):
        raise invalid(field, "not_a_uuid", "It must be a UUID.")
    return UUID(text.strip())


def parse_page(query: Mapping[str, str], faults: Faults, most: int = MAX_LIMIT) -> PageParameters:
    """`limit` and `cursor`; the store checks the cursor."""
    text = query.get("limit")
    limit = int(text) if text is not None and re.fullmatch("[0-9]{1,3}", text) else 0
    if text is None:
        limit = DEFAULT_LIMIT
    elif not 1 <= limit <= most:
        faults.add("limit", "out_of_range", f"It must be a number from 1 to {most}.")
    return PageParameters(limit=limit, cursor=query.get("cursor") or None)


def parse_idempotency_key(text: str | None) -> UUID | None:
    return None if text is None else parse_uuid(text, field="Idempotency-Key")


# Bodies


def decode_body(body: bytes, schema: type[T]) -> T:
    """The body with its fields still undecoded."""
    try:
        return msgspec.json.decode(body.decode(), type=schema)
    except (ValueError, RecursionError):  # no JSON, no object, no UTF-8, or nested too deeply
        raise invalid("body", "invalid_json", "The body must be one JSON object.") from None


def is_given(raw: Raw) -> bool:
    return bytes(raw) not in (b"", b"null")


def required(raw: Raw, field: str) -> Raw:
    if not is_given(raw):
        raise invalid(field, "required", "It is required.")
    return raw


def optional_decimal_in(
    raw: Raw, field: str, most: Decimal, *, places: int = money.PLACES
) -> Decimal | None:
    if not is_given(raw):
        return None
    return money.decimal_in(_number_text(raw, field), field=field, most=most, places=places)


def optional_minor_in(raw: Raw, field: str, max_minor: int) -> int | None:
    if not is_given(raw):
        return None
    return money.minor_in(_number_text(raw, field), field=field, most_minor=max_minor)


def _number_text(raw: Raw, field: str) -> str:
    text = bytes(raw)
    if text[:1] == b'"':
        return text_in(raw, field)
    if text[:1].isdigit() or text[:1] == b"-":
        return text.decode()
    raise invalid(field, "not_a_number", "It must be a number.")  # true, [], {}


def symbol_in(raw: Raw) -> str:
    symbol = parse_symbol(text_in(required(raw, "symbol"), "symbol"))
    if symbol is None:
        raise invalid("symbol", "not_a_symbol", "It must be a company's symbol.")
    return symbol


def text_in(raw: Raw, field: str) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except ValueError:
        raise invalid(field, "not_a_text", "It must be a text.") from None


def invalid(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(Fault(field=field, code=code, message=message))


def parse_path_id(text: str, what: str) -> str:
    """A path's id in canonical form. Raises NotFound for a text that cannot be an id."""
    try:
        return str(parse_uuid(text, field=f"{what}_id"))
    except InvalidInput:
        raise NotFound(what) from None
