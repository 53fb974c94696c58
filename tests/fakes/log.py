"""What the functions log, line by line, instead of on standard output."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from lambdas.names import Function

Line = dict[str, Any]
Lines = Callable[[], list[Line]]


@contextmanager
def kept_lines() -> Iterator[Lines]:
    """Asked, it answers all lines so far, read. Handlers must be imported by now."""
    stream = io.StringIO()
    with ExitStack() as undo:
        for function in Function:
            for handler in logging.getLogger(function.value).handlers:
                if isinstance(
                    handler, logging.StreamHandler
                ):  # a library named `requests` has none
                    undo.callback(handler.setStream, handler.setStream(stream))
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def counted(lines: list[Line]) -> dict[str, float]:
    """The metrics that CloudWatch takes out of these lines."""
    return {
        metric["Name"]: sum(line[metric["Name"]])
        for line in lines
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", [])
        for metric in directive["Metrics"]
    }
