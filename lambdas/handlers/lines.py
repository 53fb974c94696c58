"""The lines that functions write. They cost by the byte (0125), so none says what its log group
says already: which function, which version of it, how much memory.

`level` and `timestamp` (RFC 3339) are what Lambda itself looks for in a line of JSON.
"""

from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from lambdas import runtime
from lambdas.names import Function, Metric

_UTC: Final = "%Y-%m-%dT%H:%M:%S.%FZ"


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
        self._function = function
        self._logger = logger
        self._found: dict[Metric, float] = {}

    def add(self, metric: Metric, value: float = 1) -> None:
        """So much more; nought is told as well."""
        self._found[metric] = self._found.get(metric, 0) + value

    def write(self) -> None:
        """The line, and begin anew; none where nothing was counted."""
        found, self._found = self._found, {}
        if found:
            self._logger.info("counts", extra=self._embedded(found))

    def _embedded(self, found: Mapping[Metric, float]) -> dict[str, Any]:
        """In CloudWatch's embedded metric format."""
        directive = {
            "Namespace": runtime.metrics_namespace(),
            "Dimensions": [["service"]],
            "Metrics": [{"Name": name} for name in found],
        }
        at_ms = int(runtime.now().timestamp() * 1000)
        about = {"Timestamp": at_ms, "CloudWatchMetrics": [directive]}
        values = {name.value: value for name, value in found.items()}
        return {**values, "service": self._function, "_aws": about}
