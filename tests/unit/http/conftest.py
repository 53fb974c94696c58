"""A site with one company and one account that has 1,000 dollars."""

from collections.abc import Iterator

import pytest

from tests.builders import a_deposit, a_quote
from tests.fakes.log import Lines, kept_lines
from tests.unit.http.gateway import Site


@pytest.fixture
def site() -> Site:
    """AAPL at 190.25; ALICE has 1,000.00."""
    site = Site()
    site.store.quotes["AAPL"] = a_quote()
    site.store.deposit(a_deposit())
    return site


@pytest.fixture
def log() -> Iterator[Lines]:
    """The parsed log lines so far."""
    with kept_lines() as lines:
        yield lines
