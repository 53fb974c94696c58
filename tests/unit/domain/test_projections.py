"""The projection, to the letter of the formula."""

from datetime import timedelta
from decimal import Decimal

import pytest

from lambdas.domain.lines import NotEnoughHistory
from lambdas.domain.projections import CHART_POINTS, Projection, Window, enough_from, project
from lambdas.domain.projections import weight_of as weight
from lambdas.domain.sums import MICROSECOND, Sums
from tests.builders import NOW

WINDOW = Window(now=NOW, days=10)
START = NOW - timedelta(days=10)


def rising(*, purchases: int = 45, quantity: str = "2", latest: str = "110") -> Projection:
    """100 ten days ago, a dollar more with each day, never off the line."""
    points = [(START + timedelta(days=day), Decimal(100 + day)) for day in range(11)]
    return project(
        WINDOW,
        Sums.of(points, START),
        purchases=purchases,
        quantity=Decimal(quantity),
        latest=Decimal(latest),
    )


def test_a_line_goes_on_as_long_again_as_it_came() -> None:
    found = rising()
    assert (found.raw.at, found.raw.price) == (NOW + timedelta(days=10), Decimal(120))
    assert found.per_day == 1
    assert (found.raw.error, found.raw.low, found.raw.high) == (0, 120, 120)


@pytest.mark.parametrize(
    ("purchases", "expected"), [(0, "0.1"), (45, "1"), (46, "1.02"), (95, "2"), (1_000, "20.1")]
)
def test_demand_weighs_as_the_groups_have_agreed(purchases: int, expected: str) -> None:
    assert weight(purchases) == 1 + (5 + Decimal(purchases) - 50) / 50
    found = rising(purchases=purchases)
    assert found.weight == Decimal(expected)
    assert found.price == 120 * Decimal(expected)
    assert found.value_minor == 2 * 120_00 * Decimal(expected)


def test_the_gain_is_against_what_the_quantity_costs_now() -> None:
    found = rising(quantity="0.5", latest="118.999999")
    assert (found.value_minor, found.gain_minor) == (60_00, 50)


def test_a_fall_is_told_as_it_is_even_below_zero() -> None:
    points = [(START, Decimal(3)), (START + timedelta(days=5), Decimal(1))]
    found = project(
        WINDOW, Sums.of(points, START), purchases=45, quantity=Decimal(1), latest=Decimal(1)
    )
    assert found.raw.price == -5
    assert (found.value_minor, found.gain_minor) == (-5_00, -6_00)
    assert (found.raw.error, found.raw.low, found.raw.high) == (None, None, None)


def test_the_chart_spans_the_history_and_as_long_again() -> None:
    chart = rising().chart
    assert len(chart) == CHART_POINTS
    assert (chart[0].at, chart[-1].at) == (WINDOW.start, WINDOW.target)
    assert (chart[0].price, chart[-1].price) == (100, 120)


def test_the_window_holds_a_price_of_this_very_moment() -> None:
    assert WINDOW.end - MICROSECOND == NOW
    assert WINDOW.start == START


@pytest.mark.parametrize(("points", "minutes"), [(0, 10), (1, 5)])
def test_without_history_it_is_said_from_when_on_there_will_be(points: int, minutes: int) -> None:
    assert enough_from(NotEnoughHistory(points), NOW) == NOW + timedelta(minutes=minutes)
