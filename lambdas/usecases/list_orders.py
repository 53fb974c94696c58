"""An account's orders, newest first: all, the open ones, or those that have ended."""

from lambdas.domain.orders import Order
from lambdas.ports import Orders, Page

# Filtering reads on until something matches; this bounds what one request may read.
_MOST_PAGES = 10


def list_orders(
    orders: Orders, *, account_id: str, is_open: bool | None, limit: int, cursor: str | None
) -> Page[Order]:
    """A page of at most `limit`; with a filter it may be short, even empty, and yet go on."""
    page = orders.of_account(account_id, limit, cursor)
    if is_open is None:
        return page
    for _ in range(_MOST_PAGES):
        found = [order for order in page.items if order.is_open is is_open]
        if found or page.next_cursor is None:
            break
        page = orders.of_account(account_id, limit, page.next_cursor)
    return Page(items=found, next_cursor=page.next_cursor)
