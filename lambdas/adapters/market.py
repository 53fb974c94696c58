"""The board and the price history in DynamoDB."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from lambdas.adapters.cursors import cursor_in, cursor_out, page_of
from lambdas.adapters.dynamodb import of_model, read_batch, translated, write
from lambdas.adapters.items import price_item, quote_item, quote_of, tick_of
from lambdas.adapters.tables import BOARD, PriceItem, QuoteItem
from lambdas.domain.market import Quote, Tick
from lambdas.ports import Page

_MOST_AT_ONCE: Final = 100  # DynamoDB's limit of a transaction and of a batch read


class DynamoMarket:
    """The port `Market` over the tables quotes and prices."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def board(self) -> Sequence[Quote]:
        """One query."""
        with translated():
            return [quote_of(item) for item in QuoteItem.query(BOARD)]

    def quote(self, symbol: str) -> Quote | None:
        """One GetItem."""
        with translated():
            try:
                return quote_of(QuoteItem.get(BOARD, symbol))
            except QuoteItem.DoesNotExist:
                return None

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """One BatchGetItem for each hundred symbols, consistent."""
        found: list[Quote] = []
        for start in range(0, len(symbols), _MOST_AT_ONCE):
            keys = [
                (QuoteItem, {"board": BOARD, "symbol": symbol})
                for symbol in symbols[start : start + _MOST_AT_ONCE]
            ]
            found += map(quote_of, of_model(QuoteItem, read_batch(self._connection, keys)))
        return {quote.symbol: quote for quote in found}

    def record(self, ticks: Sequence[Tick]) -> None:
        """One BatchWriteItem for each 25 ticks."""
        # A batch write refuses the same key twice; of two prices at one time the first one stays.
        distinct = {(tick.symbol, tick.observed_at): tick for tick in reversed(ticks)}
        with translated(), PriceItem.batch_write() as batch:
            for tick in distinct.values():
                batch.save(price_item(tick))

    def replace(self, changes: Sequence[tuple[Quote | None, Quote]]) -> None:
        """One TransactWriteItems for each hundred quotes."""
        for start in range(0, len(changes), _MOST_AT_ONCE):
            transaction = TransactWrite(connection=self._connection)
            for before, after in changes[start : start + _MOST_AT_ONCE]:
                transaction.save(quote_item(after), condition=_unchanged(before))
            write(transaction)

    def history(
        self,
        symbol: str,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Tick]:
        """One query, newest first."""
        with translated():
            items = PriceItem.query(
                symbol,
                _between(start, end),
                scan_index_forward=False,
                limit=limit + 1,
                last_evaluated_key=None if cursor is None else _start_key(symbol, cursor),
            )
            ticks = [tick_of(item) for item in items]
        return page_of(ticks, limit, lambda last: cursor_out(last.observed_at))


def _unchanged(before: Quote | None) -> Condition:
    if before is None:
        return QuoteItem.symbol.does_not_exist()
    is_same: Condition = QuoteItem.observed_at == before.observed_at
    if before.previous_at is None:
        is_same &= QuoteItem.previous_at.does_not_exist()
    else:
        is_same &= QuoteItem.previous_at == before.previous_at
    return is_same


def _between(start: datetime | None, end: datetime | None) -> Condition | None:
    """start ≤ observed_at < end. DynamoDB allows one condition on a sort key, so both bounds need
    BETWEEN, which includes its end: the last microsecond before `end` stands for it.
    """
    if start is not None and end is not None:
        return PriceItem.observed_at.between(start, end - timedelta(microseconds=1))
    if start is not None:
        return PriceItem.observed_at >= start
    return None if end is None else PriceItem.observed_at < end


def _start_key(symbol: str, cursor: str) -> dict[str, Any]:
    observed_at, _ = cursor_in(cursor)
    return {"symbol": {"S": symbol}, "observed_at": {"S": observed_at}}
