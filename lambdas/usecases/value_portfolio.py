"""What an account owns, and what it is worth at the latest prices we know."""

from lambdas.domain import portfolio
from lambdas.domain.portfolio import Portfolio
from lambdas.ports import Market, Wallets


def value_portfolio(wallets: Wallets, market: Market, account_id: str) -> Portfolio:
    """Two reads, however many positions there are."""
    positions = wallets.positions(account_id)
    quotes = market.quotes([position.symbol for position in positions])
    return portfolio.valued(positions, quotes)
