"""What the functions log, line by line, instead of on standard output."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lambdas.observability import logger

Line = dict[str, Any]
Lines = Callable[[], list[Line]]


@contextmanager
def kept_lines() -> Iterator[Lines]:
    """Yields a function that returns the lines so far, parsed."""
    stream = io.StringIO()
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(stream)
    try:
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    finally:
        handler.setStream(before)


def counted(lines: list[Line]) -> dict[str, float]:
    """The metrics that CloudWatch takes out of these lines."""
    return {
        metric["Name"]: sum(line[metric["Name"]])
        for line in lines
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", [])
        for metric in directive["Metrics"]
    }
