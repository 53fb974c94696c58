"""The generated page of order states equals what the code generates."""

from pathlib import Path

from lambdas.domain.diagram import page

DOCUMENT = Path(__file__).parents[3] / "docs" / "order-states.md"


def test_the_page_of_order_states_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == page(), "run: make docs"
