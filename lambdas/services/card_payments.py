"""Card payments: starting one, ending it when the browser returns, and ending it without.

The provider's answer to `commit`, or its `status`, decides; a browser's word never does. Before a
commit is sent, the deposit is claimed by a conditional write, so that duplicate returns send one.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from lambdas.domain import deposits as decisions
from lambdas.domain.deposits import (
    PAYMENT_POLICY,
    Deposit,
    DepositDecision,
    DepositEvent,
    DepositMethod,
    Payment,
    PaymentReturn,
    Rate,
)
from lambdas.domain.errors import DomainError, NotFound, Refused, StaleDecision, Transient
from lambdas.domain.orders import Effect
from lambdas.ports import Accounts, CardPayments, Deposits, PendingDeposit
from lambdas.services.retry import retry_stale

INDEX_PAUSES_S: Final = (0.2, 0.5, 1.0)
"""Pauses before a token is looked up again: the index may be a moment behind."""

MAX_UNAVAILABLE: Final = 2
"""After so many checks in a row without an answer, the rest waits for the next run."""

_REASONS: Final = {
    DepositEvent.APPROVED: "the bank approved it",
    DepositEvent.REFUSED: "the bank refused it",
    DepositEvent.CANCELLED: "cancelled at the payment page",
    DepositEvent.LAPSED: "nobody paid in time",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a card payment needs of the outside world."""

    deposits: Deposits
    accounts: Accounts
    payments: CardPayments


class Started(NamedTuple):
    """The deposit under the key, and whether this call created it."""

    deposit: Deposit
    is_new: bool


class Checked(NamedTuple):
    """Counts of pending deposits, the steps that this run made, and what could not be asked."""

    unanswered: int
    overdue: int
    decisions: tuple[DepositDecision, ...]
    unavailable: int


def start_card_deposit(
    ports: Ports,
    *,
    account_id: str,
    key: UUID,
    amount_minor: int,
    rate: Rate,
    return_url: str,
    now: datetime,
) -> Started:
    """Stores a pending deposit, then opens its payment page; a repeated call returns the same one.

    Raises KeyReused, InvalidInput (below the provider's minimum), Transient and Refused
    (payment_refused): then the deposit has no page yet, and the same call may open one.
    """
    deposit_id = decisions.deposit_id_for(account_id, key)
    known, is_new = ports.deposits.get(account_id, deposit_id), False
    if known is None:
        new = decisions.card_deposit(account_id, deposit_id, amount_minor, rate, now)
        known, is_new = _create(ports.deposits, new)
    decisions.require_same(known, DepositMethod.WEBPAY, amount_minor)
    if known.is_pending and known.page is None:
        known = _open(ports, known, return_url)
    return Started(deposit=known, is_new=is_new)


def _create(deposits: Deposits, deposit: Deposit) -> tuple[Deposit, bool]:
    try:
        deposits.create(deposit)
    except StaleDecision:  # the same request, at the same moment
        return _existing(deposits, deposit), False
    return deposit, True


def _open(ports: Ports, deposit: Deposit, return_url: str) -> Deposit:
    """A page that is not stored is shown to nobody."""
    assert deposit.charge is not None, "a card payment has a charge"
    opened = decisions.open_page(deposit, ports.payments.create(deposit.charge, return_url))
    try:
        ports.deposits.update(deposit, opened)
    except StaleDecision:
        return _existing(ports.deposits, deposit)
    return opened


def _existing(deposits: Deposits, deposit: Deposit) -> Deposit:
    found = deposits.get(deposit.account_id, deposit.deposit_id)
    if found is None:
        raise NotFound("deposit")
    return found


def finish_return(
    ports: Ports, returned: PaymentReturn, *, clock: Callable[[], datetime]
) -> tuple[Deposit | None, DepositDecision | None]:
    """The deposit that a returning browser names, ended as the provider says; None for no deposit.

    A return without payment ends it only where the provider does not say otherwise, and where no
    commit was ever sent.
    """
    deposit = _named(ports.deposits, returned)
    if deposit is None or not deposit.is_pending:
        return deposit, None
    if returned.token is not None and not returned.was_cancelled:
        decision = _commit(ports, deposit, clock)
    else:
        payment = _status(ports, deposit)
        given_up = DepositEvent.CANCELLED if returned.was_cancelled else DepositEvent.LAPSED
        decision = _settle(ports, deposit, payment, clock, given_up)
    return _existing(ports.deposits, deposit), decision


def _named(deposits: Deposits, returned: PaymentReturn) -> Deposit | None:
    if returned.token is not None:
        return _with_token(deposits, returned.token)
    names = None if returned.session_id is None else decisions.parse_session_id(returned.session_id)
    return None if names is None else deposits.get(*names)


def _with_token(deposits: Deposits, token: str) -> Deposit | None:
    for pause_s in INDEX_PAUSES_S:
        if (found := deposits.with_token(token)) is not None:
            return found
        time.sleep(pause_s)
    return deposits.with_token(token)


def _commit(
    ports: Ports, deposit: Deposit, clock: Callable[[], datetime]
) -> DepositDecision | None:
    """Claims the deposit, commits the payment, and ends the deposit by what the provider says."""
    claimed = decisions.claim(deposit, clock())
    if claimed is None:
        return None
    try:
        ports.deposits.update(deposit, claimed)
    except StaleDecision:  # another return was faster
        return None
    assert claimed.page is not None, "what is claimed has a page"
    token = claimed.page.token
    payment = _answer(lambda: ports.payments.commit(token))
    if payment is None or decisions.judge(claimed, payment) is None:
        payment = _status(ports, claimed)  # lost, refused after being done, or in other words
    return _end(ports, claimed, lambda _: _judged(claimed, payment), payment, clock)


def _settle(
    ports: Ports,
    deposit: Deposit,
    payment: Payment | None,
    clock: Callable[[], datetime],
    given_up: DepositEvent | None = None,
) -> DepositDecision | None:
    """Ends a deposit by the provider's status; None where it decides nothing yet."""
    event = _judged(deposit, payment)
    if event is DepositEvent.APPROVED and deposit.claimed_at is None:
        return _commit(ports, deposit, clock)  # authorised, but never committed
    if event is not None:
        return _end(ports, deposit, lambda _: event, payment, clock)
    if payment is None and deposit.page is not None and deposit.claimed_at is not None:
        return None  # a commit may have succeeded, and nobody tells
    if deposit.claimed_at is not None and decisions.claim(deposit, clock()) is not None:
        return _commit(ports, deposit, clock)  # the last commit may have been lost on its way
    if given_up is not None and deposit.claimed_at is None:
        return _end(ports, deposit, lambda _: given_up, payment, clock)
    if decisions.has_lapsed(deposit, clock()):
        return _end(ports, deposit, lambda _: DepositEvent.LAPSED, payment, clock)
    return None


def _judged(deposit: Deposit, payment: Payment | None) -> DepositEvent | None:
    return None if payment is None else decisions.judge(deposit, payment)


def _end(
    ports: Ports,
    deposit: Deposit,
    event_at: Callable[[datetime], DepositEvent | None],
    payment: Payment | None,
    clock: Callable[[], datetime],
) -> DepositDecision | None:
    """Applies what was found out; the account is read anew when another of its steps was faster.

    What ends a deposit without payment holds only while nobody has claimed it since it was read.
    """

    def attempt() -> DepositDecision | None:
        now = clock()
        event, current = event_at(now), _existing(ports.deposits, deposit)
        if event is None:
            return None
        is_without_payment = event in (DepositEvent.CANCELLED, DepositEvent.LAPSED)
        if is_without_payment and current.claimed_at != deposit.claimed_at:
            return None
        moves_money = decisions.needs_account(current, event)
        decision = decisions.apply(
            current,
            event,
            ports.accounts.get(current.account_id) if moves_money else None,
            now=now,
            reason=_REASONS[event],
            authorization_code=None if payment is None else payment.authorization_code,
        )
        _write(ports, decision)
        return decision

    return retry_stale(attempt)


def _write(ports: Ports, decision: DepositDecision) -> None:
    if decision.posting is not None:
        ports.accounts.commit_deposit(decision)
    elif decision.before is not None and decision.after is not decision.before:
        ports.deposits.update(decision.before, decision.after)


def _status(ports: Ports, deposit: Deposit) -> Payment | None:
    """What the provider says; None where it says nothing, or the payment was never opened."""
    if deposit.page is None:
        return None
    token = deposit.page.token
    return _answer(lambda: ports.payments.status(token))


def _answer(call: Callable[[], Payment]) -> Payment | None:
    try:
        return call()
    except (Transient, Refused):
        return None


def check_pending(
    ports: Ports, *, clock: Callable[[], datetime], has_time: Callable[[], bool]
) -> Checked:
    """Asks for the status of deposits that are due, longest due first, and counts the pending ones.

    The index is eventually consistent; each check is decided on a consistent read.
    """
    now, index = clock(), ports.deposits.pending()
    found, unavailable = _check_due(ports, _due(index, now), clock, has_time)
    policy = PAYMENT_POLICY
    return Checked(
        unanswered=sum(now - entry.created_at >= policy.page_lifetime for entry in index),
        overdue=sum(now - entry.created_at >= policy.overdue_after for entry in index),
        decisions=tuple(found),
        unavailable=unavailable,
    )


def _due(index: Sequence[PendingDeposit], now: datetime) -> list[PendingDeposit]:
    return [entry for entry in index if entry.next_check_at <= now]


def _check_due(
    ports: Ports,
    due: Sequence[PendingDeposit],
    clock: Callable[[], datetime],
    has_time: Callable[[], bool],
) -> tuple[list[DepositDecision], int]:
    found: list[DepositDecision] = []
    unavailable = 0
    for entry in due:
        if unavailable >= MAX_UNAVAILABLE or not has_time():
            break
        deposit = ports.deposits.get(entry.account_id, entry.deposit_id)
        if deposit is None or not deposit.is_pending:
            continue
        try:
            payment = _required_status(ports, deposit)
            decision = _settle(ports, deposit, payment, clock)
        except DomainError:  # the provider or DynamoDB; the others may fare better
            unavailable += 1
            continue
        if decision is not None:
            found.append(decision)
        else:
            _postpone(ports, deposit, clock())
    return found, unavailable


def _required_status(ports: Ports, deposit: Deposit) -> Payment | None:
    """Raises Transient where the provider does not answer; None where it knows no such payment."""
    if deposit.page is None:
        return None
    try:
        return ports.payments.status(deposit.page.token)
    except Refused:
        return None


def _postpone(ports: Ports, deposit: Deposit, now: datetime) -> None:
    current = ports.deposits.get(deposit.account_id, deposit.deposit_id)
    if current is None or current.version != deposit.version:
        return
    try:
        ports.deposits.update(current, decisions.postpone(current, now))
    except StaleDecision:  # ended, or claimed, since it was read
        return


def record(
    ports: Ports, deposit: Deposit, payment: Payment, *, clock: Callable[[], datetime]
) -> DepositDecision | None:
    """Applies what the provider says to a deposit in any state: after its end, a contradiction is
    recorded for an operator. None where it decides nothing.
    """
    return _end(ports, deposit, lambda _: _judged(deposit, payment), payment, clock)


def refund_deposit(
    ports: Ports, *, account_id: str, deposit_id: str, amount_minor: int, now: datetime
) -> DepositDecision:
    """Takes money of a confirmed card payment out of the account, for an operator.

    Raises NotFound, and Refused (not_refundable, above_deposit, insufficient_funds).
    """

    def attempt() -> DepositDecision:
        account, deposit = ports.accounts.deposit_snapshot(account_id, deposit_id)
        if deposit is None:
            raise NotFound("deposit")
        decision = decisions.refund(account, deposit, amount_minor, now)
        ports.accounts.commit_deposit(decision)
        return decision

    return retry_stale(attempt)


def is_conflict(decision: DepositDecision) -> bool:
    """Whether the provider contradicted the end of a deposit."""
    return decision.effect is Effect.CONFLICT
