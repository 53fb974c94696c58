"""An account's orders by time: an index of keys tells which, the table how they are now."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from pynamodb.connection import Connection

from lambdas.adapters.dynamodb import of_model, read_batch
from lambdas.adapters.items import order_of
from lambdas.adapters.tables import OrderItem
from lambdas.domain.orders import Order


def orders_by_beginning(
    connection: Connection, account_id: str, until: datetime | None, at_once: int
) -> Iterator[Order]:
    """The orders that began at `until` or before, newest first: a BatchGetItem for each
    `at_once`, at most 100, as they are asked for. An order of this very moment may be missing: the
    index lags.
    """
    keys = iter(
        OrderItem.by_account.query(
            account_id,
            None if until is None else OrderItem.created_at <= until,
            scan_index_forward=False,
            page_size=at_once,
        )
    )
    while order_ids := [key.order_id for key in islice(keys, at_once)]:
        orders = read_orders(connection, order_ids)
        yield from (orders[order_id] for order_id in order_ids)


def read_orders(connection: Connection, order_ids: Sequence[str]) -> dict[str, Order]:
    """Those of at most 100 orders that exist, by id, in one consistent BatchGetItem."""
    if not order_ids:
        return {}
    keys = [(OrderItem, {"order_id": order_id}) for order_id in dict.fromkeys(order_ids)]
    found = of_model(OrderItem, read_batch(connection, keys))
    return {item.order_id: order_of(item) for item in found}
