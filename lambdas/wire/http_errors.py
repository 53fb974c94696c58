"""The one map from errors to HTTP: who is wrong decides the status."""

from dataclasses import dataclass, field
from typing import Final

from msgspec import UNSET

from lambdas.domain.errors import (
    DomainError,
    InvalidInput,
    KeyReused,
    NotFound,
    Refused,
    StaleDecision,
    Transient,
)
from lambdas.wire import http


class NotSignedIn(DomainError):
    """The request carries no verified account. The gateway should never have let it through."""

    def __init__(self) -> None:
        super().__init__("unauthorized", "Please sign in.")


class UnknownRoute(DomainError):
    """No route has this path."""

    def __init__(self) -> None:
        super().__init__("not_found", "There is no such page.")


class WrongMethod(DomainError):
    """The path is known, but not with this method."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__("method_not_allowed", "This cannot be done here.")
        self.allowed = allowed


class BodyTooLarge(DomainError):
    """The body is larger than any request of this API needs to be."""

    def __init__(self) -> None:
        super().__init__("body_too_large", "The body is too large.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How an error is told to a client."""

    status: int
    body: http.Error
    headers: dict[str, str] = field(default_factory=dict)


STATUS: Final[dict[type, int]] = {
    InvalidInput: 422,
    NotFound: 404,
    Refused: 409,
    KeyReused: 422,
    StaleDecision: 409,
    Transient: 503,
    NotSignedIn: 401,
    UnknownRoute: 404,
    WrongMethod: 405,
    BodyTooLarge: 413,
}
RETRY_AFTER_S: Final = 2


def failure(error: Exception, request_id: str) -> Failure:
    """What the client is told. Whatever is not of the family is a bug: only its request id."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    if not isinstance(error, DomainError) or status == 500:
        message = "Something went wrong on our side."
        body = http.Error(code="internal_error", message=message, request_id=request_id)
        return Failure(status=500, body=body)
    return Failure(status=status, body=_body(error, request_id), headers=_headers(error))


def _body(error: DomainError, request_id: str) -> http.Error:
    if not isinstance(error, InvalidInput):
        at_fault = "Idempotency-Key" if isinstance(error, KeyReused) else UNSET
        return http.Error(
            code=error.code, message=error.message, request_id=request_id, field=at_fault
        )
    faults = [http.Fault(field=f.field, code=f.code, message=f.message) for f in error.faults]
    return http.Error(
        code=error.code,
        message=error.message,
        request_id=request_id,
        field=faults[0].field if len(faults) == 1 else UNSET,
        faults=faults,
    )


def _headers(error: DomainError) -> dict[str, str]:
    match error:
        case Transient():
            return {"Retry-After": str(RETRY_AFTER_S)}
        case WrongMethod():
            return {"Allow": ", ".join(error.allowed)}
        case NotSignedIn():
            return {"WWW-Authenticate": "Bearer"}
        case _:
            return {}
