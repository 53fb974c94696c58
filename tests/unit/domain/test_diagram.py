"""The documents say what the code does."""

from pathlib import Path

from lambdas.domain.diagram import page

DOCUMENT = Path(__file__).parents[3] / "docs" / "order-states.md"


def test_the_page_of_an_orders_life_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == page(), "run: make docs"
