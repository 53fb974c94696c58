"""What the functions log and count."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lambdas.observability import logger

Line = dict[str, Any]
Lines = Callable[[], list[Line]]


class _StandardOutput(io.TextIOBase):
    """Whatever standard output is when a line is written: pytest replaces it before each phase."""

    def write(self, text: str) -> int:
        """Writes to the current standard output."""
        return sys.stdout.write(text)


@contextmanager
def captured_lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """Captures log lines and metrics; the function it yields returns all lines so far, parsed."""
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    previous = handler.setStream(_StandardOutput())
    text = ""

    def lines() -> list[Line]:
        nonlocal text
        text += capsys.readouterr().out
        return [json.loads(line) for line in text.splitlines()]

    try:
        yield lines
    finally:
        handler.setStream(previous or sys.stdout)


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
