"""The lines that functions write. They cost by the byte (0125), so none says what its log group
says already: which function, which version of it, how much memory.

`level` and `timestamp` (RFC 3339) are what Lambda itself looks for in a line of JSON.
"""

from typing import Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from lambdas import runtime
from lambdas.names import Function, Metric

_UTC: Final = "%Y-%m-%dT%H:%M:%S.%FZ"
_UNITS: Final = {Metric.NEWEST_PRICE_AGE: MetricUnit.Seconds}
"""Of metrics that are no counts."""


def logger_of(function: Function) -> Logger:
    """The one logger of a function: level, message, time, and what the caller adds."""
    formatter = LambdaPowertoolsFormatter(
        log_record_order=["level", "message", "timestamp"],
        datefmt=_UTC,
        utc=True,
        location=None,
        service=None,
        xray_trace_id=None,
    )
    logger = Logger(service=function.value, logger_formatter=formatter)
    logger.append_keys(service=None)  # which the logger has set by now
    return logger


class Ways:
    """Orders that went the same way in one call: one line for each way, with the ids of all.

    Those of other groups too, whose messages are most of all that come.
    """

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self._ids: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}

    def add(self, order_id: str, message: str, **fields: str) -> None:
        """This one went so."""
        self._ids.setdefault((message, tuple(fields.items())), []).append(order_id)

    def write(self) -> None:
        """The lines, and begin anew."""
        found, self._ids = self._ids, {}
        for (message, fields), ids in found.items():
            self._logger.info(message, extra={"correlation_ids": ids, **dict(fields)})


class Counts:
    """What happened in one call, told in one line from which CloudWatch takes metrics (0100).

    Only what an alarm or the dashboard reads is counted: it has a name in `Metric`.
    """

    def __init__(self, function: Function, logger: Logger) -> None:
        namespace = runtime.metrics_namespace()
        self._metrics = EphemeralMetrics(namespace=namespace, service=function.value)
        self._logger = logger
        self._found: dict[Metric, float] = {}

    def add(self, metric: Metric, value: float = 1) -> None:
        """So much more; nought is told as well."""
        self._found[metric] = self._found.get(metric, 0) + value

    def write(self) -> None:
        """The line, and begin anew; none where nothing was counted."""
        found, self._found = self._found, {}
        if not found:
            return
        for metric, value in found.items():
            self._metrics.add_metric(metric, _UNITS.get(metric, MetricUnit.Count), value)
        self._logger.info("counts", extra=dict(self._metrics.serialize_metric_set()))
        self._metrics.clear_metrics()
