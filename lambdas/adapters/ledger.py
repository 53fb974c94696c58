"""The ledger, newest first, from where its postings are: deposits and late ends have items of their
own, all others are told by their orders.

Orders are found by the time of their beginning, but an end is later. How much later is bounded, by
`orders.LONG`: behind an order that began at t, nothing newer than t + LONG can come.
"""

import heapq
from collections.abc import Iterator
from typing import Final

from pynamodb.connection import Connection

from lambdas.adapters.items import posting_of
from lambdas.adapters.merging import Place, before_in, in_places, merged_page
from lambdas.adapters.order_pages import orders_by_beginning
from lambdas.adapters.tables import PostingItem
from lambdas.domain.ledger import Posting
from lambdas.domain.movements import told_by
from lambdas.domain.orders import LONG
from lambdas.ports import Page

_MORE_ORDERS: Final = 5


def page(connection: Connection, account_id: str, limit: int, cursor: str | None) -> Page[Posting]:
    """Raises InvalidInput for a cursor that is not ours."""
    before = before_in(cursor)
    stored = _stored(account_id, before, limit + 2)
    told = _told(connection, account_id, before, limit // 2 + _MORE_ORDERS)  # an order tells two
    return merged_page((stored, told), _place, limit)


def _place(posting: Posting) -> Place:
    return posting.recorded_at, posting.posting_id


def _stored(account_id: str, before: Place | None, at_once: int) -> Iterator[Posting]:
    """Those with items of their own."""
    items = PostingItem.by_time.query(
        account_id,
        None if before is None else PostingItem.recorded_at <= before[0],
        scan_index_forward=False,
        consistent_read=True,
        page_size=at_once,
    )
    return in_places(map(posting_of, items), _place, before)


def _told(
    connection: Connection, account_id: str, before: Place | None, at_once: int
) -> Iterator[Posting]:
    """Those that orders tell. Each waits in a heap until nothing newer can come."""
    waiting: list[_Newest] = []
    for order in orders_by_beginning(connection, account_id, before and before[0], at_once):
        while waiting and waiting[0].posting.recorded_at > order.created_at + LONG:
            yield heapq.heappop(waiting).posting
        for posting in told_by(order):
            if before is None or _place(posting) < before:
                heapq.heappush(waiting, _Newest(posting))
    while waiting:
        yield heapq.heappop(waiting).posting


class _Newest:
    """Turns a heap's order round: the newest comes first."""

    __slots__ = ("posting",)

    def __init__(self, posting: Posting) -> None:
        self.posting = posting

    def __lt__(self, other: "_Newest") -> bool:
        return _place(other.posting) < _place(self.posting)
