"""Positions at market prices: an unknown value is None, never 0."""

from decimal import Decimal

from lambdas.domain.ledger import Position
from lambdas.domain.portfolio import value_positions
from tests.builders import ALICE, NOW, a_quote


def a_position(symbol: str, quantity: str, cost_minor: int) -> Position:
    return Position(
        account_id=ALICE, symbol=symbol, quantity=Decimal(quantity), cost_minor=cost_minor
    )


def test_value_gain_day_change_and_allocation() -> None:
    positions = [a_position("AAPL", "2", 300_00), a_position("MSFT", "0.5", 50_00)]
    quotes = {
        "AAPL": a_quote(price=Decimal(150), previous_price=Decimal(140), previous_at=NOW),
        "MSFT": a_quote(
            symbol="MSFT", price=Decimal(200), previous_price=Decimal(220), previous_at=NOW
        ),
    }
    portfolio = value_positions(positions, quotes)
    assert portfolio.value_minor == 400_00
    assert portfolio.cost_minor == 350_00
    assert portfolio.gain_minor == 50_00
    assert portfolio.day_change_minor == 20_00 - 10_00
    assert [h.allocation for h in portfolio.holdings] == [Decimal("0.7500"), Decimal("0.2500")]
    assert [h.average_cost for h in portfolio.holdings] == [Decimal(150), Decimal(100)]


def test_one_unknown_price_makes_the_sums_unknown_and_leaves_the_rest_known() -> None:
    positions = [a_position("AAPL", "2", 300_00), a_position("GONE", "1", 10_00)]
    portfolio = value_positions(positions, {"AAPL": a_quote(price=Decimal(150))})
    known, unknown = portfolio.holdings
    assert (known.value_minor, known.gain_minor, known.day_change_minor) == (300_00, 0, None)
    assert (unknown.value_minor, unknown.gain_minor, unknown.allocation) == (None, None, None)
    assert portfolio.value_minor is portfolio.gain_minor is None
    assert portfolio.cost_minor == 310_00


def test_an_empty_portfolio_is_worth_nothing() -> None:
    portfolio = value_positions([], {})
    assert (portfolio.value_minor, portfolio.gain_minor, portfolio.holdings) == (0, 0, ())
