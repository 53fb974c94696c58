"""Orders: placing, advancing by an event, listing, publishing again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from lambdas.domain import orders as decisions
from lambdas.domain.errors import NotFound, StaleDecision
from lambdas.domain.orders import Decision, Event, Order, Policy, Purchase, order_id_for
from lambdas.ports import Accounts, OpenOrder, Orders, Page
from lambdas.services.retry import retry_stale

_MAX_PAGES_FILTERED: Final = 10
"""A filter reads on until something matches; this bounds what one request may read."""

_READ_BATCH: Final = 100  # keys of one BatchGetItem


class Placed(NamedTuple):
    """The order under the key, and whether this call created it."""

    order: Order
    is_new: bool


class Sweep(NamedTuple):
    """Counts of open orders, and the ids of those published again."""

    unanswered: int
    overdue: int
    retried: tuple[str, ...]


def place_order(
    orders: Orders, *, account_id: str, key: UUID, purchase: Purchase, policy: Policy, now: datetime
) -> Placed:
    """Places the order that the account names `key`; a repeated call returns the same order.

    Raises NotFound (company), Refused (insufficient_funds, price_too_old, price_above_max),
    KeyReused, InvalidInput, and StaleDecision when other writers of the account keep winning.
    """
    order_id = order_id_for(account_id, key)

    def attempt() -> Placed:
        snapshot = orders.snapshot(account_id, purchase.symbol, order_id)
        decision = decisions.place(purchase, snapshot, order_id=order_id, now=now, policy=policy)
        if decision is None:
            assert snapshot.order is not None, "only an existing order needs no decision"
            return Placed(order=snapshot.order, is_new=False)
        orders.commit(decision)
        return Placed(order=decision.after, is_new=True)

    return retry_stale(attempt)


def advance_order(
    orders: Orders,
    accounts: Accounts,
    order_id: str,
    event: Event,
    *,
    now: datetime,
    reason: str | None = None,
) -> Decision:
    """Applies an event to an order: our request's echo, the exchange's answer, an operator's void.

    Raises NotFound, Refused (voiding an ended order), and StaleDecision when other writers of the
    account keep winning.
    """

    def attempt() -> Decision:
        order = orders.get(order_id)
        if order is None:
            raise NotFound("order")
        needs_account = decisions.needs_account(order, event)
        account = accounts.get(order.account_id) if needs_account else None
        decision = decisions.apply(order, event, account, now=now, reason=reason)
        if decision.after is not decision.before:
            orders.commit(decision)
        return decision

    return retry_stale(attempt)


def list_orders(
    orders: Orders, *, account_id: str, is_open: bool | None, limit: int, cursor: str | None
) -> Page[Order]:
    """A page of an account's orders: all (None), the open ones, or the ended ones.

    A filtered page may be short, even empty, and still have a next one.
    """
    page = orders.of_account(account_id, limit, cursor)
    if is_open is None:
        return page
    for _ in range(_MAX_PAGES_FILTERED):
        found = [order for order in page.items if order.is_open is is_open]
        if found or page.next_cursor is None:
            break
        page = orders.of_account(account_id, limit, page.next_cursor)
    return Page(items=found, next_cursor=page.next_cursor)


def sweep_orders(orders: Orders, *, policy: Policy, now: datetime, max_retries: int) -> Sweep:
    """Publishes open orders again that are due, longest due first, and counts the open ones.

    The index of open orders is eventually consistent; each retry is decided on a consistent read.
    """
    index = orders.open()
    due = [entry for entry in index if entry.next_attempt_at <= now] if policy.retry_orders else []
    retried = _retry(orders, due[:max_retries], policy, now)
    return Sweep(
        unanswered=sum(now - entry.created_at >= policy.first_retry_after for entry in index),
        overdue=sum(now - entry.created_at >= policy.overdue_after for entry in index),
        retried=tuple(retried),
    )


def _retry(orders: Orders, due: Sequence[OpenOrder], policy: Policy, now: datetime) -> list[str]:
    retried: list[str] = []
    for start in range(0, len(due), _READ_BATCH):
        entries = due[start : start + _READ_BATCH]
        found = orders.get_many([entry.order_id for entry in entries])
        for order in found.values():
            decision = decisions.retry(order, policy, now)
            if decision is not None and _commit(orders, decision):
                retried.append(order.order_id)
    return retried


def _commit(orders: Orders, decision: Decision) -> bool:
    try:
        orders.commit(decision)
    except StaleDecision:  # answered, or retried by another sweep, since it was read
        return False
    return True
