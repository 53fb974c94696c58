"""Purchase requests: placing them, and how they stand. Another account's order does not exist."""

from lambdas.domain.errors import NotFound
from lambdas.domain.orders import Order, order_id_for
from lambdas.handlers.api_outcomes import logger
from lambdas.handlers.api_request import Request
from lambdas.handlers.api_response import Response, answer, csv_answer, items, whole
from lambdas.ports import Page
from lambdas.usecases import list_orders as listing
from lambdas.usecases import place_order as placing
from lambdas.wire import http, http_out
from lambdas.wire.http_in import Faults, is_open_in, page_in, purchase_in, uuid_in


def place_order(request: Request) -> Response:
    """202, or 200 with the same order on a retry."""
    purchase, named = purchase_in(request.body, request.header("idempotency-key"))
    key = named or request.new_key()
    logger.set_correlation_id(order_id_for(request.account_id, key))
    placed = placing.place_order(
        request.api.orders,
        account_id=request.account_id,
        key=key,
        purchase=purchase,
        policy=request.api.policy,
        now=request.now,
    )
    order = placed.order
    logger.info("order" if placed.is_new else "order repeated", state=order.state)
    return answer(
        _out(request, order),
        status=202 if placed.is_new else 200,
        headers={"Location": f"/orders/{order.order_id}"},
    )


def list_orders(request: Request) -> Response:
    """A page of my orders, or all of them as CSV; with `key` the one that it names, if any."""
    faults = Faults()
    part = page_in(request.query, faults)
    is_open = is_open_in(request.query, faults)
    key = request.query.get("key")
    named = None if key is None else faults.read(lambda: uuid_in(key, field="key"))
    faults.check()

    def fetch(limit: int, cursor: str | None) -> Page[Order]:
        if named is not None:
            return _under(request, order_id_for(request.account_id, named), is_open)
        return listing.list_orders(
            request.api.orders,
            account_id=request.account_id,
            is_open=is_open,
            limit=limit,
            cursor=cursor,
        )

    if request.wants_csv:
        history = whole(fetch, part.cursor)
        rows = [_out(request, order) for order in history.items]
        return csv_answer("orders", http.Order, rows, history.next_cursor)
    return answer(items(fetch(part.limit, part.cursor), lambda order: _out(request, order)))


def get_order(request: Request) -> Response:
    """One of my orders."""
    order = _mine(request, request.order_id)
    if order is None:
        raise NotFound("order")
    return answer(_out(request, order))


def _mine(request: Request, order_id: str) -> Order | None:
    order = request.api.orders.get(order_id)
    return order if order is not None and order.account_id == request.account_id else None


def _under(request: Request, order_id: str, is_open: bool | None) -> Page[Order]:
    order = _mine(request, order_id)
    is_asked_for = order is not None and is_open in (None, order.is_open)
    return Page(items=[order] if order is not None and is_asked_for else [], next_cursor=None)


def _out(request: Request, order: Order) -> http.Order:
    return http_out.order(order, request.now, request.api.policy.overdue_after)
