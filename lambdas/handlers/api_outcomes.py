"""What the API logs: one line per outcome, never what came in. The gateway counts requests."""

import traceback
from typing import Final

from lambdas.domain.errors import DomainError, Transient
from lambdas.handlers.lines import logger_of
from lambdas.names import Function

logger: Final = logger_of(Function.API)


def log_failure(error: Exception, status: int) -> None:
    """Log why a request failed. Texts of errors may hold what came in: only our own are logged."""
    match error:
        case Transient():
            logger.warning("unavailable", status=status, caused_by=_causes(error))
        case DomainError():
            logger.info("refused", status=status, reason=error.code)
        case _:
            logger.error(
                "failed",
                status=status,
                error=type(error).__qualname__,
                caused_by=_causes(error),
                stack=traceback.format_tb(error.__traceback__),
            )


def _causes(error: BaseException) -> list[str]:
    """The types of the errors behind an error, the nearest first."""
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < 5:  # a chain may be a ring
        causes.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    return causes
