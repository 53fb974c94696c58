"""Structured logs and metrics, by Powertools.

The function's name and the metrics namespace come from POWERTOOLS_SERVICE_NAME and
POWERTOOLS_METRICS_NAMESPACE, which the stacks set. Texts of foreign exceptions are never logged:
they may quote a payload or a token.
"""

import traceback
import warnings
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.names import Metric

logger: Final = Logger(utc=True, use_rfc3339=True)
metrics: Final = Metrics()

# Most invocations count nothing.
warnings.filterwarnings("ignore", "No application metrics to publish")

_MAX_CAUSES: Final = 5


def count(metric: Metric, value: float = 1) -> None:
    """Adds to a metric; `metrics.log_metrics` writes it at the end of the invocation."""
    unit = MetricUnit.Seconds if metric is Metric.NEWEST_PRICE_AGE else MetricUnit.Count
    metrics.add_metric(name=metric.value, unit=unit, value=value)


def describe_error(error: BaseException) -> dict[str, Any]:
    """Log fields of an exception: types and stack, without its text."""
    return {
        "error": type(error).__qualname__,
        "caused_by": _causes(error),
        "stack": traceback.format_tb(error.__traceback__),
    }


def _causes(error: BaseException) -> list[str]:
    """Types of the exceptions behind an exception, the nearest first."""
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < _MAX_CAUSES:
        causes.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    return causes
