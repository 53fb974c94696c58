"""What the functions log and count."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from lambdas.observability import logger

Line = dict[str, Any]
Lines = Callable[[], list[Line]]


@contextmanager
def captured_lines() -> Iterator[Lines]:
    """Captures log lines and metrics; the function it yields returns all lines so far, parsed."""
    stream = io.StringIO()
    handler = logger.registered_handler
    previous = handler.setStream(stream)  # type: ignore[attr-defined]
    try:
        with redirect_stdout(stream):  # metrics are printed
            yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    finally:
        handler.setStream(previous or sys.stdout)  # type: ignore[attr-defined]


def log_lines(lines: list[Line]) -> list[Line]:
    """The log lines without the metrics between them."""
    return [line for line in lines if "_aws" not in line]


def counted(lines: list[Line]) -> dict[str, float]:
    """The metrics that CloudWatch extracts from these lines."""
    totals: dict[str, float] = {}
    for line in lines:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric in directive["Metrics"]:
                name = metric["Name"]
                values = line[name] if isinstance(line[name], list) else [line[name]]
                totals[name] = totals.get(name, 0) + sum(values)
    return totals
