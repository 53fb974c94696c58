"""What the API logs and counts: one line and one count per outcome, never what came in."""

import traceback
from typing import Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from lambdas import runtime
from lambdas.domain.errors import DomainError, Refused, Transient
from lambdas.names import Function

logger: Final = Logger(service=Function.API.value)
_metrics: Final = Metrics(namespace=runtime.metrics_namespace(), service=Function.API.value)


def count(outcome: str) -> None:
    """Count one business outcome."""
    _metrics.add_metric(name=outcome, unit=MetricUnit.Count, value=1)


def publish_counts() -> None:
    """Write the counts of this request, if any, to where CloudWatch reads them."""
    if _metrics.provider.metric_set:
        _metrics.flush_metrics()


def log_failure(error: Exception, status: int) -> None:
    """Log why a request failed. Texts of errors may hold what came in: only our own are logged."""
    match error:
        case Transient():
            count("RequestsUnavailable")
            logger.warning("unavailable", status=status, caused_by=_causes(error))
        case DomainError():
            if isinstance(error, Refused):
                count("RequestsRefused")
            logger.info("refused", status=status, reason=error.code)
        case _:
            count("RequestsFailed")
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
