"""Markdown tables, and figures as they stand in them."""

from collections.abc import Mapping, Sequence
from typing import Any


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """First column left, the others right."""
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "--:|" * (len(heads) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def ms(spread: Mapping[str, Any], places: int = 0) -> str:
    """Median, then the smallest and the largest."""
    return (
        f"{spread['median']:,.{places}f} ({spread['least']:,.{places}f} to"
        f" {spread['most']:,.{places}f})"
    )


def number(spread: Mapping[str, Any]) -> str:
    """Likewise, without decimals."""
    return ms(spread)


def usd(amount: float) -> str:
    """Two decimals, or as many as a small amount needs."""
    return f"{amount:,.2f}" if amount >= 0.1 or amount == 0 else f"{amount:.4f}"
