"""Orders. Another account's order is answered like an unknown one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from msgspec import Raw, Struct, field

from lambdas.api.requests import (
    MAX_AMOUNT_MINOR,
    Faults,
    Request,
    decode_body,
    is_given,
    optional_decimal_in,
    optional_minor_in,
    parse_idempotency_key,
    parse_page,
    parse_path_id,
    parse_uuid,
    symbol_in,
)
from lambdas.api.responses import csv_response, json_response, page_response, read_pages
from lambdas.api.routing import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    UUID_SCHEMA,
    Parameter,
    Route,
    table,
)
from lambdas.api.schemas import (
    Amount,
    Decimals,
    Items,
    NumberIn,
    SymbolIn,
    Time,
    Version,
    optional_time,
)
from lambdas.domain import money, orders
from lambdas.domain.errors import NotFound
from lambdas.domain.orders import State
from lambdas.domain.times import format_utc
from lambdas.observability import logger
from lambdas.ports import Page
from lambdas.services import orders as services

ORDER_ID: Final = Parameter(
    name="order_id", place="path", schema=UUID_SCHEMA, description="Id of the order."
)

STATE: Final = Parameter(
    name="state",
    place="query",
    schema={"type": "string", "enum": ["open", "done"]},
    description="Only orders that are open (PENDING, SENT), or that have ended.",
)

KEY: Final = Parameter(
    name="key",
    place="query",
    schema=UUID_SCHEMA,
    description="Only the order that was placed under this Idempotency-Key.",
)


class Order(Struct, frozen=True, kw_only=True):
    """A purchase request. `cost` is held until it ends; `released` is what was given back.

    The shares are bought only when `state` is ACCEPTED. `overdue` says that the exchange has not
    answered for unusually long, `asks` how many times the request was published again, `reason` why
    the order ended as it did, `account_version` the number of its latest posting. Of two copies,
    the one with the greater `version` is newer.
    """

    order_id: str
    symbol: str
    quantity: Decimals
    price: Decimals
    cost: Amount
    currency: str
    state: State
    overdue: bool
    asks: int
    created_at: Time
    sent_at: Time | None
    ended_at: Time | None
    reason: str | None
    released: Amount | None
    account_version: Version
    version: int

    @classmethod
    def from_order(cls, order: orders.Order, *, now: datetime, overdue_after: timedelta) -> Self:
        """An order in its current state."""
        is_released = order.state in (State.REJECTED, State.VOIDED)
        return cls(
            order_id=order.order_id,
            symbol=order.symbol,
            quantity=money.plain(order.quantity),
            price=money.plain(order.price),
            cost=money.major(order.cost_minor),
            currency=order.currency,
            state=order.state,
            overdue=order.is_overdue(now, overdue_after),
            asks=order.attempts,
            created_at=format_utc(order.created_at),
            sent_at=optional_time(order.sent_at),
            ended_at=optional_time(order.ended_at),
            reason=order.reason,
            released=money.major(order.cost_minor) if is_released else None,
            account_version=order.account_version,
            version=order.version,
        )


class NewOrder(Struct, frozen=True, kw_only=True):
    """A purchase of shares: exactly one of `quantity` (shares) and `amount` (money to spend).

    The price is the latest one that the server knows; the order is refused if it is above
    `max_price`.
    """

    RULES: ClassVar[Mapping[str, Any]] = {
        "required": ["symbol"],
        "oneOf": [{"required": ["quantity"]}, {"required": ["amount"]}],
    }
    EXAMPLE: ClassVar[Mapping[str, Any]] = {"symbol": "AAPL", "amount": "100", "max_price": "190"}

    symbol: SymbolIn = field(default_factory=Raw)
    quantity: NumberIn = field(default_factory=Raw)
    amount: NumberIn = field(default_factory=Raw)
    max_price: NumberIn = field(default_factory=Raw)


def parse_purchase(body: bytes, key: str | None) -> tuple[orders.Purchase, UUID | None]:
    """The purchase of POST /orders, and the Idempotency-Key."""
    fields = decode_body(body, NewOrder)
    faults = Faults()
    parsed_key = faults.collect(lambda: parse_idempotency_key(key))
    symbol = faults.collect(lambda: symbol_in(fields.symbol))
    quantity = faults.collect(
        lambda: optional_decimal_in(fields.quantity, "quantity", money.MAX_QUANTITY)
    )
    amount_minor = faults.collect(
        lambda: optional_minor_in(fields.amount, "amount", MAX_AMOUNT_MINOR)
    )
    max_price = faults.collect(
        lambda: optional_decimal_in(fields.max_price, "max_price", money.MAX_PRICE)
    )
    if is_given(fields.quantity) == is_given(fields.amount):
        faults.add("quantity", "quantity_or_amount", "Give either quantity or amount.")
    faults.check()
    assert symbol is not None, "a missing symbol is a fault"
    purchase = orders.Purchase(
        symbol=symbol, quantity=quantity, amount_minor=amount_minor, max_price=max_price
    )
    return purchase, parsed_key


def parse_order_state(query: Mapping[str, str], faults: Faults) -> bool | None:
    """`state`: True for open orders, False for ended ones, None for all."""
    state = query.get("state")
    if state not in (None, "open", "done"):
        faults.add("state", "not_a_state", "It must be open or done.")
    return None if state is None else state == "open"


def parse_key(query: Mapping[str, str], faults: Faults) -> UUID | None:
    """`key`: the Idempotency-Key under which an order was placed."""
    text = query.get("key")
    return None if text is None else faults.collect(lambda: parse_uuid(text, field="key"))


@table.add(
    Route(
        "POST",
        "/orders",
        "Ask to buy shares of a company, by quantity or by amount",
        Order,
        responses={
            202: "Stored; the exchange will accept or reject it.",
            200: "Placed before under this key; in its current state.",
        },
        errors=(404, 409, 413, 422),
        body=NewOrder,
        parameters=(IDEMPOTENCY_KEY,),
        has_location=True,
    )
)
def place_order(request: Request) -> Response[str]:
    """202, or 200 with the same order for a retry."""
    purchase, named = parse_purchase(request.body, request.header("idempotency-key"))
    key = named or request.deps.new_key()
    logger.set_correlation_id(orders.order_id_for(request.account_id, key))
    order, is_new = services.place_order(
        request.deps.orders,
        account_id=request.account_id,
        key=key,
        purchase=purchase,
        policy=request.deps.config.policy,
        now=request.now,
    )
    logger.info("order placed" if is_new else "order repeated", state=order.state)
    return json_response(
        _order_body(request, order),
        status=202 if is_new else 200,
        headers={"Location": f"/orders/{order.order_id}"},
    )


@table.add(
    Route(
        "GET",
        "/orders",
        "My orders; with `state`, a page may be short, even empty, and not be the last one",
        Items[Order],
        errors=(422,),
        parameters=(STATE, KEY, LIMIT, CURSOR),
        has_csv=True,
    )
)
def list_orders(request: Request) -> Response[str]:
    """A page, or all of them as CSV; with `key` the order of that key, if any."""
    faults = Faults()
    limit, cursor = parse_page(request.query, faults)
    is_open = parse_order_state(request.query, faults)
    key = parse_key(request.query, faults)
    faults.check()
    if key is not None:
        page = _orders_of_key(request, orders.order_id_for(request.account_id, key), is_open)
    elif request.wants_csv:
        page = _all_orders(request, is_open, cursor)
    else:
        page = services.list_orders(
            request.deps.orders,
            account_id=request.account_id,
            is_open=is_open,
            limit=limit,
            cursor=cursor,
        )
    if request.wants_csv:
        rows = (_order_body(request, order) for order in page.items)
        return csv_response("orders", Order, rows, page.next_cursor)
    return page_response(page, lambda order: _order_body(request, order))


@table.add(
    Route(
        "GET",
        "/orders/{order_id}",
        "One of my orders",
        Order,
        errors=(404,),
        parameters=(ORDER_ID,),
        is_linearizable=True,
    )
)
def get_order(request: Request, order_id: str) -> Response[str]:
    """One read."""
    order = _own_order(request, parse_path_id(order_id, "order"))
    if order is None:
        raise NotFound("order")
    return json_response(_order_body(request, order))


def _own_order(request: Request, order_id: str) -> orders.Order | None:
    order = request.deps.orders.get(order_id)
    return order if order is not None and order.account_id == request.account_id else None


def _orders_of_key(request: Request, order_id: str, is_open: bool | None) -> Page[orders.Order]:
    order = _own_order(request, order_id)
    is_match = order is not None and is_open in (None, order.is_open)
    return Page(items=[order] if order is not None and is_match else [], next_cursor=None)


def _all_orders(request: Request, is_open: bool | None, cursor: str | None) -> Page[orders.Order]:
    """Filters what was read, so that a filter does not make an export read more orders."""
    stored, account_id = request.deps.orders, request.account_id
    history = read_pages(lambda n, at: stored.of_account(account_id, n, at), cursor)
    matches = [order for order in history.items if is_open in (None, order.is_open)]
    return Page(items=matches, next_cursor=history.next_cursor)


def _order_body(request: Request, order: orders.Order) -> Order:
    overdue_after = request.deps.config.policy.overdue_after
    return Order.from_order(order, now=request.now, overdue_after=overdue_after)
