"""Purchase requests of all groups and the exchange's answers in DynamoDB: one item for both."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition

from lambdas.domain.activity import GroupRequest, Trade, Validation
from lambdas.domain.errors import StaleDecision
from lambdas.ports import Page
from lambdas.storage.client import translated_errors
from lambdas.storage.models import ActivityItem
from lambdas.storage.pagination import (
    MICROSECOND,
    page_of,
    parse_time_cursor,
    serialize_time,
    time_cursor,
    within,
)


class DynamoActivityLog:
    """The port `ActivityLog`. Request and answer are each written once; repeats change nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection  # which names the table

    def record_request(self, request: GroupRequest) -> None:
        """One UpdateItem."""
        actions: list[Any] = [
            ActivityItem.group_id.set(request.group_id),
            ActivityItem.symbol.set(request.symbol),
            ActivityItem.quantity.set(request.quantity),
            ActivityItem.requested_at.set(request.requested_at),
        ]
        _update_once(request.request_id, actions, ActivityItem.symbol.does_not_exist())

    def record_validation(self, validation: Validation) -> None:
        """One UpdateItem."""
        actions: list[Any] = [
            ActivityItem.group_id.set(ActivityItem.group_id | validation.group_id),
            ActivityItem.valid.set(validation.valid),
            ActivityItem.validated_at.set(validation.received_at),
            ActivityItem.day.set(_day(validation.received_at)),
        ]
        _update_once(validation.request_id, actions, ActivityItem.valid.does_not_exist())

    def record_trade(self, trade: Trade) -> None:
        """One UpdateItem. It replaces what others claimed under the id; a repeat is the same."""
        actions: list[Any] = [
            ActivityItem.group_id.set(trade.group_id),
            ActivityItem.symbol.set(trade.symbol),
            ActivityItem.quantity.set(trade.quantity),
            ActivityItem.requested_at.set(trade.requested_at),
            ActivityItem.valid.set(trade.valid),
            ActivityItem.validated_at.set(trade.validated_at),
            ActivityItem.day.set(_day(trade.validated_at)),
        ]
        with translated_errors():
            ActivityItem(trade.request_id).update(actions=actions)

    def demand(self, symbol: str, start: datetime, end: datetime) -> int:
        """One query that counts (a page for each MB: some 4,000 requests)."""
        with translated_errors():
            return ActivityItem.by_symbol.count(
                symbol,
                within(ActivityItem.validated_at, start, end),
                ActivityItem.valid == True,  # noqa: E712 - builds a condition; `is` cannot
            )

    def purchases(self, symbol: str, start: datetime, end: datetime, limit: int) -> Sequence[Trade]:
        """One query (a page for each MB)."""
        with translated_errors():
            items = ActivityItem.by_symbol.query(
                symbol,
                within(ActivityItem.validated_at, start, end),
                ActivityItem.valid == True,  # noqa: E712 - builds a condition; `is` cannot
                scan_index_forward=False,
                limit=limit,
            )
            return [trade_of(item) for item in items]

    def of_symbol(self, symbol: str, limit: int, cursor: str | None) -> Page[Trade]:
        """One query."""
        start = None if cursor is None else _start_key("symbol", symbol, cursor)
        with translated_errors():
            items = ActivityItem.by_symbol.query(
                symbol, scan_index_forward=False, limit=limit + 1, last_evaluated_key=start
            )
            trades = [trade_of(item) for item in items]
        return _page(trades, limit)

    def feed(self, start: datetime, end: datetime, limit: int, cursor: str | None) -> Page[Trade]:
        """One query for each UTC day that the page spans."""
        return _page(list(islice(_feed(start, end, limit + 1, cursor), limit + 1)), limit)


def _update_once(request_id: str, actions: list[Any], condition: Condition) -> None:
    with suppress(StaleDecision), translated_errors():
        ActivityItem(request_id).update(actions=actions, condition=condition)


def _page(trades: Sequence[Trade], limit: int) -> Page[Trade]:
    return page_of(trades, limit, lambda last: time_cursor(last.validated_at, last.request_id))


def _feed(start: datetime, end: datetime, page_size: int, cursor: str | None) -> Iterator[Trade]:
    before, start_key = end, None
    if cursor is not None:
        at, _ = parse_time_cursor(cursor, with_id=True)
        if at < end:
            before, start_key = at + MICROSECOND, _start_key("day", _day(at), cursor)
    while before > start:
        midnight = _midnight(before - MICROSECOND)
        with translated_errors():
            for item in ActivityItem.by_day.query(
                _day(midnight),
                within(ActivityItem.validated_at, max(start, midnight), before),
                ActivityItem.symbol.exists(),  # the answer may arrive before the request
                scan_index_forward=False,
                page_size=page_size,
                last_evaluated_key=start_key,
            ):
                yield trade_of(item)
        before, start_key = midnight, None


def trade_of(item: ActivityItem) -> Trade:
    """The request and its answer in an item that has both."""
    return Trade(
        request_id=item.request_id,
        group_id=item.group_id,
        symbol=item.symbol,
        quantity=item.quantity,
        valid=item.valid,
        requested_at=item.requested_at,
        validated_at=item.validated_at,
    )


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _start_key(partition_key: str, value: str, cursor: str) -> dict[str, Any]:
    at, request_id = parse_time_cursor(cursor, with_id=True)
    return {
        partition_key: {"S": value},
        "validated_at": {"S": serialize_time(at)},
        "request_id": {"S": request_id},
    }
