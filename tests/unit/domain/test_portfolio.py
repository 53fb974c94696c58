"""Positions at market prices: an unknown value is None, never 0; shares add up to exactly 1."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.ledger import Position
from lambdas.domain.portfolio import Bought, Portfolio, allocate, value_positions
from tests.builders import ALICE, NOW, a_quote


def a_position(symbol: str, quantity: str, cost_minor: int) -> Position:
    return Position(
        account_id=ALICE, symbol=symbol, quantity=Decimal(quantity), cost_minor=cost_minor
    )


def test_value_gain_day_change_and_allocation() -> None:
    positions = [a_position("AAPL", "2", 300_00), a_position("MSFT", "0.5", 50_00)]
    quotes = {
        "AAPL": a_quote(price=Decimal(150), previous_close=Decimal(140)),
        "MSFT": a_quote(symbol="MSFT", price=Decimal(200), previous_close=Decimal(220)),
    }
    portfolio = value_positions(positions, quotes, cash_minor=100_00, bought={})
    assert portfolio.value_minor == 400_00
    assert portfolio.net_worth_minor == 500_00
    assert portfolio.cost_minor == 350_00
    assert portfolio.gain_minor == 50_00
    assert portfolio.day_change_minor == 20_00 - 10_00
    assert portfolio.day_base_minor == 280_00 + 110_00
    assert [h.allocation for h in portfolio.holdings] == [Decimal("0.6"), Decimal("0.2")]
    assert portfolio.cash_allocation == Decimal("0.2")
    assert [h.average_cost for h in portfolio.holdings] == [Decimal(150), Decimal(100)]


def test_one_unknown_price_makes_the_sums_unknown_and_leaves_the_rest_known() -> None:
    positions = [a_position("AAPL", "2", 300_00), a_position("GONE", "1", 10_00)]
    quotes = {"AAPL": a_quote(price=Decimal(150))}
    portfolio = value_positions(positions, quotes, cash_minor=1, bought={})
    known, unknown = portfolio.holdings
    assert (known.value_minor, known.gain_minor, known.day.change_minor) == (300_00, 0, None)
    assert (unknown.value_minor, unknown.gain_minor, unknown.allocation) == (None, None, None)
    assert portfolio.value_minor is portfolio.gain_minor is portfolio.net_worth_minor is None
    assert portfolio.cost_minor == 310_00


def test_an_empty_portfolio_is_worth_nothing() -> None:
    portfolio = value_positions([], {}, cash_minor=0, bought={})
    assert (portfolio.value_minor, portfolio.gain_minor, portfolio.holdings) == (0, 0, ())
    assert (portfolio.day_change_minor, portfolio.cash_allocation) == (0, None)


prices = st.decimals(Decimal("0.01"), Decimal(1000), places=2)
quantities = st.decimals(Decimal("0.01"), Decimal(1000), places=2)


@given(prices, prices, quantities, quantities)
def test_the_change_of_the_day_is_that_of_what_was_held_and_of_what_was_bought(
    close: Decimal, price: Decimal, held: Decimal, bought: Decimal
) -> None:
    """To the cent on each side: whatever the price did before a purchase does not count."""
    cost_minor = round(price * bought * 100)
    portfolio = value_positions(
        [a_position("AAPL", str(held + bought), cost_minor)],
        {"AAPL": a_quote(price=price, previous_close=close)},
        cash_minor=0,
        bought={"AAPL": Bought(quantity=bought, cost_minor=cost_minor)},
    )
    assert portfolio.day_change_minor is not None
    expected = (price - close) * held * 100
    assert abs(portfolio.day_change_minor - expected) <= 2


def test_a_quote_of_an_earlier_day_is_the_previous_close_of_the_latest_one() -> None:
    stale = a_quote(symbol="IBM", observed_at=NOW - timedelta(days=2), previous_close=Decimal(1))
    positions = [a_position("AAPL", "1", 1_00), a_position("IBM", "1", 1_00)]
    quotes = {"AAPL": a_quote(previous_close=Decimal(190)), "IBM": stale}
    portfolio = value_positions(positions, quotes, cash_minor=0, bought={})
    assert [holding.day.change_minor for holding in portfolio.holdings] == [25, 0]
    assert portfolio.day_at == quotes["AAPL"].day_at


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_shares_add_up_to_exactly_one_and_each_is_right_to_its_last_place(
    values: list[int],
) -> None:
    shares = [share for share in allocate(values) if share is not None]
    total = sum(values)
    if total == 0:
        assert shares == []
        return
    assert sum(shares) == 1
    for value, share in zip(values, shares, strict=True):
        assert abs(share - Decimal(value) / total) < Decimal("0.0001")


def worth(portfolio: Portfolio) -> int | None:
    return portfolio.net_worth_minor


def test_cash_alone_is_all_of_the_net_worth() -> None:
    portfolio = value_positions([], {}, cash_minor=5, bought={})
    assert (worth(portfolio), portfolio.cash_allocation) == (5, Decimal(1))
