"""GET /portfolio: positions, and their value as far as it is known."""

from decimal import Decimal

from lambdas.domain.ledger import Position
from tests.builders import ALICE, BRUNO, a_quote
from tests.unit.http.gateway import Site


def add_position(site: Site, symbol: str, quantity: str, cost_minor: int) -> None:
    site.store.add_to_position(
        Position(account_id=ALICE, symbol=symbol, quantity=Decimal(quantity), cost_minor=cost_minor)
    )


def test_positions_are_valued_at_the_latest_prices(site: Site) -> None:
    site.store.quotes["AAPL"] = a_quote(previous_close=Decimal("180.25"))
    site.store.quotes["IBM"] = a_quote(symbol="IBM", name="IBM", price=Decimal("100"))
    add_position(site, "AAPL", "2", 300_00)
    add_position(site, "IBM", "1.5", 200_00)

    portfolio = site.get("/portfolio").json

    assert portfolio["positions"][0] == {
        "symbol": "AAPL",
        "name": "Apple Inc.",
        "quantity": "2",
        "average_cost": "150",
        "cost": "300.00",
        "price": "190.25",
        "price_at": "2026-03-04T14:59:00.123456Z",
        "value": "380.50",
        "gain": "80.50",
        "gain_percent": "26.83",
        "day_change": "20.00",
        "day_change_percent": "5.55",
        "bought_today": "0",
        "previous_close": "180.25",
        "allocation": "0.2486",
    }
    assert portfolio["positions"][1]["gain"] == "-50.00"
    assert portfolio["positions"][1]["day_change"] is None
    assert (portfolio["cost"], portfolio["value"], portfolio["gain"], portfolio["currency"]) == (
        "500.00",
        "530.50",
        "30.50",
        "USD",
    )
    assert (portfolio["gain_percent"], portfolio["day_change"]) == ("6.10", None)
    assert (portfolio["cash"], portfolio["net_worth"]) == ("1000.00", "1530.50")
    assert portfolio["market_day"] == "2026-03-04"
    shares = [position["allocation"] for position in portfolio["positions"]]
    assert sum(map(Decimal, [*shares, portfolio["cash_allocation"]])) == 1


def test_a_position_without_a_price_has_an_unknown_value(site: Site) -> None:
    add_position(site, "GONE", "1", 100_00)

    portfolio = site.get("/portfolio").json

    position = portfolio["positions"][0]
    assert (position["symbol"], position["cost"]) == ("GONE", "100.00")
    assert [position[name] for name in ("name", "price", "value", "gain", "allocation")] == [
        None
    ] * 5
    assert (portfolio["value"], portfolio["gain"], portfolio["gain_percent"]) == (None, None, None)


def test_an_account_without_positions_has_an_empty_portfolio(site: Site) -> None:
    add_position(site, "AAPL", "1", 1_00)

    portfolio = site.get("/portfolio", who=BRUNO).json

    assert (portfolio["positions"], portfolio["cost"], portfolio["value"]) == ([], "0.00", "0.00")
    assert portfolio["gain_percent"] is None
