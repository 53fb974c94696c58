"""A site with one company and one account that has 1,000 dollars."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.builders import a_deposit, a_quote
from tests.unit.http.gateway import Site


@pytest.fixture
def site() -> Site:
    """AAPL at 190.25; ALICE has 1,000.00."""
    site = Site()
    site.store.quotes["AAPL"] = a_quote()
    site.store.book(a_deposit())
    return site


@pytest.fixture
def log() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines that were logged so far, read."""
    stream = io.StringIO()
    handlers = [
        h for h in logging.getLogger("api").handlers if isinstance(h, logging.StreamHandler)
    ]
    before = [handler.setStream(stream) for handler in handlers]
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for handler, old in zip(handlers, before, strict=True):
        handler.setStream(old)
