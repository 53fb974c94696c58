"""Receipts: making one, finding one, and confirming one to whoever holds it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from lambdas.domain.errors import Malformed, NotFound, Refused, StaleDecision
from lambdas.domain.orders import Order, State
from lambdas.domain.receipts import Language, Receipt, ReceiptFacts, new_receipt, receipt_number
from lambdas.ports import Documents, Market, Orders, Receipts, Typesetter, Users

LINK_VALID_FOR: Final = timedelta(minutes=5)

OVERDUE_AFTER: Final = timedelta(minutes=1)
"""A receipt that is asked for and still missing then is enqueued again."""


class Link(NamedTuple):
    """Address of a document, which anybody may open until it expires."""

    url: str
    expires_at: datetime


class Made(NamedTuple):
    """A receipt, and whether this call made its documents."""

    receipt: Receipt
    is_new: bool


class Found(NamedTuple):
    """An accepted order, and its receipt if that is ready."""

    order: Order
    receipt: Receipt | None


def make_receipt(
    order_id: str,
    *,
    orders: Orders,
    receipts: Receipts,
    documents: Documents,
    market: Market,
    users: Users,
    typesetter: Typesetter,
    new_id: Callable[[], UUID],
    now: datetime,
) -> Made:
    """Makes and stores the documents of an accepted order's receipt; a ready receipt stays.

    A repeated call after a crash goes on where the first one stopped: number, code and keys are
    stored first, and the first document under a key stays. Raises Malformed for an order that has
    no receipt.
    """
    order = orders.get(order_id)
    if order is None:
        raise Malformed("there is no such order")
    if order.state is not State.ACCEPTED:
        raise Malformed("the order has not been accepted")
    receipt = _registered(receipts, order, new_id)
    if receipt.ready_at is not None:
        return Made(receipt=receipt, is_new=False)
    quote = market.quote(order.symbol)
    facts = ReceiptFacts(
        receipt=receipt,
        order=order,
        company=order.symbol if quote is None else quote.name,
        email=users.email(order.account_id),
    )
    for language in Language:
        documents.put(receipt.key(language), typesetter.receipt(facts, language))
    receipts.mark_ready(receipt, now)
    return Made(receipt=receipt, is_new=True)


def _registered(receipts: Receipts, order: Order, new_id: Callable[[], UUID]) -> Receipt:
    """The stored receipt of the order."""
    receipt = receipts.get(receipt_number(order))
    if receipt is None:
        receipt = new_receipt(order, new_id(), new_id())
        try:
            receipts.create(receipt)
        except StaleDecision:  # another call was faster
            receipt = receipts.get(receipt.number)
            assert receipt is not None, "receipts are never deleted"
    if receipt.order_id != order.order_id:
        raise Malformed("the receipt's number belongs to another order")
    return receipt


def find_receipt(orders: Orders, receipts: Receipts, account_id: str, order_id: str) -> Found:
    """The order and its receipt, None while that is being made.

    Raises NotFound, also for another account's order, and Refused (not_accepted).
    """
    order = orders.get(order_id)
    if order is None or order.account_id != account_id:
        raise NotFound("order")
    if order.state is not State.ACCEPTED:
        raise Refused("not_accepted", "Only an accepted order has a receipt.")
    receipt = receipts.get(receipt_number(order))
    is_ready = receipt is not None and receipt.ready_at is not None
    return Found(order=order, receipt=receipt if is_ready else None)


def confirm_receipt(receipts: Receipts, number: str, code: str) -> Receipt:
    """The receipt of this number and code. Raises NotFound, whichever of the two is wrong."""
    receipt = receipts.get(number)
    if receipt is None or receipt.ready_at is None or not receipt.is_confirmed_by(code):
        raise NotFound("receipt")
    return receipt


def link_to(documents: Documents, key: str, file_name: str, now: datetime) -> Link:
    """A link to a document that lives five minutes."""
    url = documents.link(key, file_name, LINK_VALID_FOR)
    return Link(url=url, expires_at=now + LINK_VALID_FOR)
