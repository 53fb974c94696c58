"""After a restore: the newest state of an account that its ledger completely explains.

A point-in-time recovery restores each table by itself, so a transaction of that very second may be
there in one table and missing in another. The ledger is the measure: it is cut before the first
posting whose order or deposit does not agree with it, and everything else follows from what is
left. Orders that lose their end are open again, and are published again under the same id.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lambdas.domain import money
from lambdas.domain.deposits import DepositState
from lambdas.domain.ledger import Account, Position, Posting, PostingKind
from lambdas.domain.orders import OPEN, Order, State
from ops.laws import AccountRecords

_ENDS = {
    PostingKind.SPEND: frozenset({State.ACCEPTED}),
    PostingKind.RELEASE: frozenset({State.REJECTED, State.VOIDED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewind:
    """What to write so that the account's items agree."""

    account: Account
    positions: Sequence[Position]
    cut: Sequence[Posting]
    reopened: Sequence[Order]
    unexplained_orders: Sequence[str]
    unexplained_deposits: Sequence[str]

    is_needed: bool
    """Whether the restore tore a transaction of this account apart."""


def rewind(records: AccountRecords) -> Rewind:
    """The account as of the last posting that everything else agrees with."""
    orders = {order.order_id: order for order in records.orders}
    deposits = {deposit.deposit_id for deposit in records.deposits}
    kept: list[Posting] = []
    for number, posting in enumerate(records.postings, start=1):
        if posting.number != number or not _is_explained(posting, orders, deposits):
            break
        kept.append(posting)
    numbers = {it.cause_id: it.number for it in kept if it.kind is PostingKind.HOLD}
    holds = numbers.keys()
    ends = {posting.cause_id for posting in kept if posting.kind in _ENDS}
    causes = {posting.cause_id for posting in kept}
    account = kept[-1].account_after if kept else Account(account_id=records.account_id)
    positions = _positions(records.account_id, [orders[it] for it in holds & ends])
    cut = records.postings[len(kept) :]
    unexplained_orders = sorted(orders.keys() - holds)
    unexplained_deposits = sorted(
        it.deposit_id
        for it in records.deposits
        if it.state is DepositState.CONFIRMED and it.deposit_id not in causes
    )
    reopened = [
        replace(orders[it], account_version=numbers[it])
        for it in sorted(holds - ends)
        if orders[it].state not in OPEN
    ]
    differs = (records.account or Account(account_id=records.account_id)) != account or sorted(
        records.positions, key=lambda it: it.symbol
    ) != positions
    return Rewind(
        account=account,
        positions=positions,
        cut=cut,
        reopened=reopened,
        unexplained_orders=unexplained_orders,
        unexplained_deposits=unexplained_deposits,
        is_needed=bool(differs or cut or reopened or unexplained_orders or unexplained_deposits),
    )


def _is_explained(posting: Posting, orders: Mapping[str, Order], deposits: set[str]) -> bool:
    if posting.kind in (PostingKind.DEPOSIT, PostingKind.REFUND):
        return posting.cause_id in deposits
    order = orders.get(posting.cause_id)
    if order is None:
        return False
    return posting.kind is PostingKind.HOLD or order.state in _ENDS[posting.kind]


def _positions(account_id: str, ended: Sequence[Order]) -> list[Position]:
    bought: defaultdict[str, tuple[Decimal, int]] = defaultdict(lambda: (Decimal(0), 0))
    for order in ended:
        if order.state is State.ACCEPTED:
            quantity, cost_minor = bought[order.symbol]
            quantity = money.EXACT.add(quantity, order.quantity)
            bought[order.symbol] = (quantity, cost_minor + order.cost_minor)
    return [
        Position(account_id=account_id, symbol=symbol, quantity=quantity, cost_minor=cost_minor)
        for symbol, (quantity, cost_minor) in sorted(bought.items())
    ]
