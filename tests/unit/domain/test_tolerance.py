"""What is let pass of symbols and clocks."""

from datetime import timedelta

import pytest

from lambdas.domain.tolerance import observed, symbol_in
from tests.builders import NOW


def test_a_clock_that_runs_ahead_is_not_believed() -> None:
    ahead = NOW + timedelta(minutes=5)
    assert observed(ahead, NOW) == ahead
    assert observed(ahead + timedelta(microseconds=1), NOW) == NOW
    assert observed(None, NOW) == NOW


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("aapl", "AAPL"),
        (" BRK.B ", "BRK.B"),
        ("^GSPC", "^GSPC"),
        ("BTC-USD", "BTC-USD"),
        ("", None),
        ("A" * 17, None),
        ("A B", None),
        ("=1+1", None),
        ("../x", None),
        ("ÄÖ", None),
        ("A\n", "A"),
    ],
)
def test_symbols_are_upper_case_and_short(text: str, symbol: str | None) -> None:
    assert symbol_in(text) == symbol
