"""How an exception is answered and logged: the one map from exceptions to HTTP."""

from typing import Final

import msgspec
from aws_lambda_powertools.event_handler import Response
from msgspec import UNSET

from lambdas.api.schemas import Error, Fault
from lambdas.domain.errors import (
    DomainError,
    InvalidInput,
    KeyReused,
    NotFound,
    Refused,
    StaleDecision,
    Transient,
)
from lambdas.observability import describe_error, logger


class NotSignedIn(DomainError):
    """The request has no verified account. The gateway lets no such request through."""

    def __init__(self) -> None:
        super().__init__("unauthorized", "Please sign in.")


class UnknownRoute(DomainError):
    """No route has this path."""

    def __init__(self) -> None:
        super().__init__("not_found", "There is no such page.")


class WrongMethod(DomainError):
    """The path exists, but not with this method."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__("method_not_allowed", "This method is not allowed here.")
        self.allowed = allowed


class BodyTooLarge(DomainError):
    """The body is larger than any request of this API needs."""

    def __init__(self) -> None:
        super().__init__("body_too_large", "The body is too large.")


STATUSES: Final[dict[type[DomainError], int]] = {
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
"""An exception without an entry is a bug: 500, and the body has only the request id."""

RETRY_AFTER_S: Final = 2


def status_of(error: Exception) -> int:
    """HTTP status of an exception."""
    return STATUSES.get(type(error), 500) if isinstance(error, DomainError) else 500


def error_response(error: Exception, request_id: str) -> Response[str]:
    """The answer to a request that raised `error`."""
    status = status_of(error)
    return Response(
        status_code=status,
        content_type="application/json",
        body=msgspec.json.encode(_body(error, status, request_id)).decode(),
        headers=_headers(error),
    )


def log_failure(error: Exception, status: int) -> None:
    """Logs why a request failed; of foreign exceptions only their types and the stack."""
    match error:
        case Transient():
            caused_by = describe_error(error)["caused_by"]
            logger.warning("unavailable", status=status, caused_by=caused_by)
        case DomainError() if status != 500:
            logger.info("refused", status=status, reason=error.code)
        case _:
            logger.error("failed", status=status, **describe_error(error))


def _body(error: Exception, status: int, request_id: str) -> Error:
    if not isinstance(error, DomainError) or status == 500:
        return Error(
            code="internal_error",
            message="Something went wrong on our side.",
            request_id=request_id,
        )
    faults = list(map(Fault.from_fault, error.faults)) if isinstance(error, InvalidInput) else UNSET
    field: str | msgspec.UnsetType = UNSET
    if isinstance(error, KeyReused):
        field = "Idempotency-Key"
    elif isinstance(error, InvalidInput) and len(error.faults) == 1:
        field = error.faults[0].field
    return Error(
        code=error.code, message=error.message, request_id=request_id, field=field, faults=faults
    )


def _headers(error: Exception) -> dict[str, str]:
    match error:
        case Transient():
            return {"Retry-After": str(RETRY_AFTER_S)}
        case WrongMethod():
            return {"Allow": ", ".join(error.allowed)}
        case NotSignedIn():
            return {"WWW-Authenticate": "Bearer"}
        case _:
            return {}
