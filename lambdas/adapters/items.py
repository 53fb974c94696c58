"""Between items as they are stored and values of the domain, in both directions."""

from datetime import UTC, datetime
from decimal import Decimal

from lambdas.adapters.market_tables import ActivityItem
from lambdas.adapters.tables import (
    COST,
    SHARES,
    AccountItem,
    OrderItem,
    PostingItem,
)
from lambdas.domain.activity import Trade
from lambdas.domain.ledger import Account, Position, Posting, PostingKind
from lambdas.domain.orders import Conflict, Event, Order, State


def order_item(order: Order) -> OrderItem:
    """The item of an order."""
    conflict = order.conflict
    return OrderItem(
        order_id=order.order_id,
        account_id=order.account_id,
        symbol=order.symbol,
        quantity=order.quantity,
        price=order.price,
        cost_minor=order.cost_minor,
        currency=order.currency,
        state=order.state.value,
        created_at=order.created_at,
        asked_for=order.asked_for,
        ask_at=order.ask_at,
        asks=order.asks,
        sent_at=order.sent_at,
        ended_at=order.ended_at,
        reason=order.reason,
        conflict_event=None if conflict is None else conflict.event.value,
        conflict_at=None if conflict is None else conflict.seen_at,
        bought=order.symbol if order.state is State.ACCEPTED else None,
    )


def order_of(item: OrderItem) -> Order:
    """The order in an item."""
    return Order(
        order_id=item.order_id,
        account_id=item.account_id,
        symbol=item.symbol,
        quantity=item.quantity,
        price=item.price,
        cost_minor=item.cost_minor,
        currency=item.currency,
        state=State(item.state),
        created_at=item.created_at,
        asked_for=item.asked_for,
        ask_at=item.ask_at,
        asks=int(item.asks),
        sent_at=item.sent_at,
        ended_at=item.ended_at,
        reason=item.reason,
        conflict=None
        if item.conflict_event is None
        else Conflict(event=Event(item.conflict_event), seen_at=item.conflict_at),
    )


def purchase_of(item: OrderItem) -> Trade:
    """What the index of accepted orders knows of one, as all groups' activity tells it."""
    return Trade(
        request_id=item.order_id,
        group_id=None,
        symbol=item.bought,
        quantity=item.quantity,
        valid=True,
        requested_at=item.created_at,
        validated_at=item.ended_at,
    )


def trade_of(item: ActivityItem) -> Trade:
    """The request in an item that has both halves."""
    return Trade(
        request_id=item.request_id,
        group_id=item.group_id,
        symbol=item.symbol,
        quantity=item.quantity,
        requested_at=item.requested_at,
        valid=item.valid,
        validated_at=item.validated_at,
    )


def day_of(at: datetime) -> str:
    """The partition of the feed that a time belongs to."""
    return at.astimezone(UTC).date().isoformat()


def account_of(item: AccountItem) -> Account:
    """The balances in an item."""
    return Account(
        account_id=item.account_id,
        available_minor=item.available_minor,
        held_minor=item.held_minor,
    )


def posting_item(posting: Posting) -> PostingItem:
    """The item of a posting."""
    return PostingItem(
        account_id=posting.account_id,
        posting_id=posting.posting_id,
        kind=posting.kind.value,
        available_minor=posting.available_minor,
        held_minor=posting.held_minor,
        cause_id=posting.cause_id,
        recorded_at=posting.recorded_at,
        symbol=posting.symbol,
    )


def posting_of(item: PostingItem) -> Posting:
    """The posting in an item."""
    return Posting(
        account_id=item.account_id,
        posting_id=item.posting_id,
        kind=PostingKind(item.kind),
        available_minor=item.available_minor,
        held_minor=item.held_minor,
        cause_id=item.cause_id,
        recorded_at=item.recorded_at,
        symbol=item.symbol,
    )


def positions_of(item: AccountItem) -> list[Position]:
    """What the account of an item owns, by symbol. Raises ValueError where it is not readable."""
    symbols = {name.partition("#")[2] for name in item.raw if name.startswith((SHARES, COST))}
    return [
        Position(
            account_id=item.account_id,
            symbol=symbol,
            quantity=Decimal(_number(item, f"{SHARES}{symbol}")),
            cost_minor=int(_number(item, f"{COST}{symbol}")),
        )
        for symbol in sorted(symbols)
    ]


def _number(item: AccountItem, name: str) -> str:
    try:
        number: str = item.raw[name]["N"]
    except KeyError:
        raise ValueError(f"{name} is no number") from None
    return number
