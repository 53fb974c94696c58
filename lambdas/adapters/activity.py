"""What every group does on the exchange, in DynamoDB: of other groups one item for a request and
its answer, of ours the orders themselves.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from lambdas.adapters.cursors import cursor_out, page_of, start_in, time_in, within
from lambdas.adapters.dynamodb import translated
from lambdas.adapters.items import day_of, purchase_of, trade_of
from lambdas.adapters.market_tables import ActivityItem
from lambdas.adapters.merging import Place, before_in, in_places, merged_page
from lambdas.adapters.tables import OrderItem
from lambdas.domain.activity import GroupRequest, Trade, Verdict
from lambdas.domain.errors import StaleDecision
from lambdas.ports import Page

_MICROSECOND: Final = timedelta(microseconds=1)


class DynamoActivityLog:
    """The port `ActivityLog`. Each half is written once; what comes again changes nothing."""

    def request(self, request: GroupRequest) -> None:
        """One UpdateItem."""
        with suppress(StaleDecision), translated():
            ActivityItem(request.request_id).update(
                actions=[
                    ActivityItem.group_id.set(request.group_id),
                    ActivityItem.symbol.set(request.symbol),
                    ActivityItem.quantity.set(request.quantity),
                    ActivityItem.requested_at.set(request.requested_at),
                ],
                condition=ActivityItem.symbol.does_not_exist(),
            )

    def verdict(self, verdict: Verdict) -> None:
        """One UpdateItem."""
        with suppress(StaleDecision), translated():
            ActivityItem(verdict.request_id).update(
                actions=[
                    ActivityItem.group_id.set(ActivityItem.group_id | verdict.group_id),
                    ActivityItem.valid.set(verdict.valid),
                    ActivityItem.validated_at.set(verdict.received_at),
                    ActivityItem.day.set(day_of(verdict.received_at)),
                ],
                condition=ActivityItem.valid.does_not_exist(),
            )

    def demand(self, symbol: str, start: datetime, end: datetime) -> int:
        """Two queries that count (a page for each MB: some 4,000 requests)."""
        with translated():
            theirs = ActivityItem.by_symbol.count(
                symbol,
                within(ActivityItem.validated_at, start, end),
                ActivityItem.valid == True,  # noqa: E712 - builds a condition; `is` cannot
            )
            ours = OrderItem.purchases.count(symbol, within(OrderItem.ended_at, start, end))
        return theirs + ours

    def of_symbol(self, symbol: str, limit: int, cursor: str | None) -> Page[Trade]:
        """Two queries."""
        before = before_in(cursor)
        until = None if before is None else before[0]
        theirs = ActivityItem.by_symbol.query(
            symbol,
            None if until is None else ActivityItem.validated_at <= until,
            scan_index_forward=False,
            page_size=limit + 2,
        )
        ours = OrderItem.purchases.query(
            symbol,
            None if until is None else OrderItem.ended_at <= until,
            scan_index_forward=False,
            page_size=limit + 2,
        )
        trades = (map(trade_of, theirs), map(purchase_of, ours))
        return merged_page([in_places(it, _place, before) for it in trades], _place, limit)

    def feed(self, start: datetime, end: datetime, limit: int, cursor: str | None) -> Page[Trade]:
        """One query of an index for each day of UTC that the page spans, newest first."""
        found = list(islice(_answered(start, end, limit + 1, cursor), limit + 1))
        return page_of(found, limit, lambda last: cursor_out(*_place(last)))


def _answered(start: datetime, end: datetime, page: int, cursor: str | None) -> Iterator[Trade]:
    before, start_key = end, None
    if cursor is not None and (at := time_in(cursor)) < end:
        before, start_key = at + _MICROSECOND, _start_key(day_of(at), cursor)
    while before > start:
        midnight = _midnight(before - _MICROSECOND)
        with translated():
            for item in ActivityItem.by_day.query(
                day_of(midnight),
                within(ActivityItem.validated_at, max(start, midnight), before),
                ActivityItem.symbol.exists(),  # the answer may be known before the request
                scan_index_forward=False,
                page_size=page,
                last_evaluated_key=start_key,
            ):
                yield trade_of(item)
        before, start_key = midnight, None


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _place(trade: Trade) -> Place:
    return trade.validated_at, trade.request_id


def _start_key(day: str, cursor: str) -> dict[str, Any]:
    at, request_id = start_in(cursor)
    return {
        "day": {"S": day},
        "validated_at": {"S": at},
        "request_id": {"S": request_id},
    }
