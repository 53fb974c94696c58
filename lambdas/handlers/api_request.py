"""One request to the API, as the endpoints see it. Whose account it is, only the token says."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote
from uuid import UUID

from lambdas.domain.errors import Fault, InvalidInput, NotFound
from lambdas.wire.http_errors import BodyTooLarge, NotSignedIn
from lambdas.wire.http_in import symbol_in, uuid_in

if TYPE_CHECKING:
    from lambdas.runtime import Api

MAX_BODY_BYTES: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Request:
    """The event of the gateway, the time, and what the endpoints work with."""

    event: Mapping[str, Any]
    path: Mapping[str, str]
    api: "Api"
    now: datetime
    new_key: Callable[[], UUID]

    @cached_property
    def claims(self) -> Mapping[str, Any]:
        """What the gateway has verified of the token; empty without one."""
        authorizer = self.event["requestContext"].get("authorizer") or {}
        claims: Mapping[str, Any] = (authorizer.get("jwt") or {}).get("claims") or {}
        return claims

    @property
    def account_id(self) -> str:
        """The account of the token. Raises NotSignedIn."""
        subject = self.claims.get("sub")
        # On AWS no gateway can read a refresh token; whoever can must not take it for a sign-in.
        is_sign_in = self.claims.get("token_use", "id") in ("id", "access")
        if not isinstance(subject, str) or not subject or not is_sign_in:
            raise NotSignedIn
        return subject

    @property
    def query(self) -> Mapping[str, str]:
        """The query's parameters; one that is repeated comes joined with commas."""
        return self.event.get("queryStringParameters") or {}

    def header(self, name: str) -> str | None:
        """A header by its name in small letters, whatever the case in which it was sent."""
        return self._headers.get(name)

    @cached_property
    def _headers(self) -> Mapping[str, str]:
        return {name.lower(): value for name, value in (self.event.get("headers") or {}).items()}

    @property
    def body(self) -> bytes:
        """The body as the client sent it. Raises BodyTooLarge."""
        text = self.event.get("body") or ""
        if not self.event.get("isBase64Encoded"):
            body = text.encode(errors="surrogatepass")
        elif len(text) > 2 * MAX_BODY_BYTES:  # base64 makes 4 of 3
            raise BodyTooLarge
        else:
            body = _decoded(text)
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge
        return body

    @property
    def symbol(self) -> str:
        """The path's symbol. Raises NotFound for what cannot be one."""
        symbol = symbol_in(unquote(self.path["symbol"]))
        if symbol is None:
            raise NotFound("company")
        return symbol

    @property
    def order_id(self) -> str:
        """The path's order. Raises NotFound for what cannot be one."""
        return self._id("order")

    @property
    def job_id(self) -> str:
        """The path's job. Raises NotFound for what cannot be one."""
        return self._id("job")

    def _id(self, what: str) -> str:
        name = f"{what}_id"
        try:
            return str(uuid_in(self.path[name], field=name))
        except InvalidInput:
            raise NotFound(what) from None

    @property
    def wants_csv(self) -> bool:
        """Whether the client names CSV, and does not like JSON as much."""
        weights = _weights(self.header("accept") or "")
        return weights.get("text/csv", 0.0) > weights.get("application/json", 0.0)

    def has(self, etag: str) -> bool:
        """Whether the client's copy is this one (If-None-Match)."""
        copies = [copy.strip() for copy in (self.header("if-none-match") or "").split(",")]
        return "*" in copies or etag in [copy.removeprefix("W/") for copy in copies]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        message = "The body is not what its encoding says."
        raise InvalidInput(Fault(field="body", code="invalid_json", message=message)) from None


def _weights(accept: str) -> dict[str, float]:
    """Media types of an Accept header with their weights, 0 to 1."""
    weights = {}
    for part in accept.lower().split(","):
        media_type, *parameters = [piece.strip() for piece in part.split(";")]
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        weights[media_type] = float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0
    return weights
