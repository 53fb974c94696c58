"""The portfolio: positions and cash of one moment, at the latest prices."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from lambdas.domain.errors import StaleDecision, Transient
from lambdas.domain.ledger import Account, Posting, PostingKind
from lambdas.domain.portfolio import (
    NOTHING_BOUGHT,
    Bought,
    Portfolio,
    latest_day,
    value_positions,
)
from lambdas.ports import Accounts, Market, Orders
from lambdas.services.retry import retry_stale

PAGE: Final = 100


def view_portfolio(
    accounts: Accounts, orders: Orders, market: Market, account_id: str
) -> Portfolio:
    """Positions and cash at one moment, between two postings of the account.

    What was bought during the market day is read from the ledger. Raises Transient where postings
    keep arriving.
    """

    def attempt() -> Portfolio:
        account = accounts.get(account_id)
        positions = accounts.positions(account_id)
        quotes = market.quotes([position.symbol for position in positions])
        day_at = latest_day(quotes.values())
        bought = {} if day_at is None else _bought_since(accounts, orders, account, day_at)
        return value_positions(
            positions,
            quotes,
            cash_minor=account.available_minor + account.held_minor,
            bought=bought,
        )

    try:
        return retry_stale(attempt)
    except StaleDecision as error:
        raise Transient from error


def _bought_since(
    accounts: Accounts, orders: Orders, account: Account, day_at: datetime
) -> dict[str, Bought]:
    """Raises StaleDecision if there is a newer posting than the account's."""
    spent = [
        posting.cause_id
        for posting in _postings_since(accounts, account, day_at)
        if posting.kind is PostingKind.SPEND
    ]
    bought: dict[str, Bought] = defaultdict(lambda: NOTHING_BOUGHT)
    for start in range(0, len(spent), PAGE):
        for order in orders.get_many(spent[start : start + PAGE]).values():
            known = bought[order.symbol]
            bought[order.symbol] = Bought(
                quantity=known.quantity + order.quantity,
                cost_minor=known.cost_minor + order.cost_minor,
            )
    return dict(bought)


def _postings_since(accounts: Accounts, account: Account, day_at: datetime) -> Iterator[Posting]:
    """Newest first. One query for each PAGE postings."""
    cursor = None
    number = account.version
    while True:
        page = accounts.postings(account.account_id, PAGE, cursor)
        for posting in page.items:
            if posting.number != number:
                raise StaleDecision
            if posting.recorded_at < day_at:
                return
            yield posting
            number -= 1
        cursor = page.next_cursor
        if cursor is None:
            return
