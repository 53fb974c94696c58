"""Whether the exchange is heard, and how old the newest price is."""

from datetime import datetime, timedelta
from typing import NamedTuple

from lambdas.ports import Market


class Health(NamedTuple):
    """`link_alive` is what the prices tell: they come every few minutes while the link lives."""

    link_alive: bool
    newest_price_at: datetime | None
    newest_price_age: timedelta | None


def price_age(market: Market, *, now: datetime) -> timedelta | None:
    """Of the newest price; None while there is none. One query of the board."""
    return min((now - quote.observed_at for quote in market.board()), default=None)


def check_health(market: Market, *, now: datetime, silent_after: timedelta) -> Health:
    """One query of the board."""
    quotes = market.board()
    if not quotes:
        return Health(link_alive=False, newest_price_at=None, newest_price_age=None)
    heard_at = max(quote.received_at for quote in quotes)
    newest_at = max(quote.observed_at for quote in quotes)
    return Health(
        link_alive=now - heard_at <= silent_after,
        newest_price_at=newest_at,
        newest_price_age=now - newest_at,
    )
