"""Which read is judged by which checker. The promises themselves stand in the OpenAPI file."""

from typing import Final

STRICT: Final = ("get_wallet", "list_postings", "get_order", "get_portfolio")
"""Searched for one order in time. In the portfolio the positions, not the market's prices."""

MAY_LAG: Final = ("list_orders", "list_stocks", "list_activity")
"""Never from the future. An order that `list_orders` shows is judged like one that was read."""
