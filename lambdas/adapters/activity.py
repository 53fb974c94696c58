"""What every group does on the exchange, in DynamoDB: one item for a request and its answer."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from lambdas.adapters.cursors import cursor_in, cursor_out, page_of, time_in, within
from lambdas.adapters.dynamodb import translated
from lambdas.adapters.market_items import day_of, trade_of
from lambdas.adapters.market_tables import ActivityItem
from lambdas.domain.activity import GroupRequest, Trade, Verdict
from lambdas.domain.errors import StaleDecision
from lambdas.ports import Page

_MICROSECOND: Final = timedelta(microseconds=1)


class DynamoActivityLog:
    """The port `ActivityLog`. Each half is written once; what comes again changes nothing.

    What our own group has bought is written where it is settled, by `DynamoOrders`.
    """

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
        """One query of an index that counts (a page for each MB: some 4,000 requests)."""
        with translated():
            return ActivityItem.by_symbol.count(
                symbol,
                within(ActivityItem.validated_at, start, end),
                ActivityItem.valid == True,  # noqa: E712 - builds a condition; `is` cannot
            )

    def of_symbol(self, symbol: str, limit: int, cursor: str | None) -> Page[Trade]:
        """One query of an index."""
        start = None if cursor is None else _start_key("symbol", symbol, cursor)
        with translated():
            items = ActivityItem.by_symbol.query(
                symbol, scan_index_forward=False, limit=limit + 1, last_evaluated_key=start
            )
            trades = [trade_of(item) for item in items]
        return page_of(trades, limit, _cursor)

    def feed(self, start: datetime, end: datetime, limit: int, cursor: str | None) -> Page[Trade]:
        """One query of an index for each day of UTC that the page spans, newest first."""
        found = list(islice(_answered(start, end, limit + 1, cursor), limit + 1))
        return page_of(found, limit, _cursor)


def _answered(start: datetime, end: datetime, page: int, cursor: str | None) -> Iterator[Trade]:
    before = end if cursor is None else min(end, time_in(cursor) + _MICROSECOND)
    start_key = None
    if cursor is not None and time_in(cursor) < end:
        start_key = _start_key("day", day_of(time_in(cursor)), cursor)
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


def _cursor(last: Trade) -> str:
    return cursor_out(last.validated_at, last.request_id)


def _start_key(partition: str, value: str, cursor: str) -> dict[str, Any]:
    at, request_id = cursor_in(cursor)
    return {
        partition: {"S": value},
        "validated_at": {"S": at},
        "request_id": {"S": request_id},
    }
