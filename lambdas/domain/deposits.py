"""Deposits: states, the transition table, and the decisions of a deposit's life.

Demo money is confirmed at once. A card payment is stored as PENDING before anything is asked of the
payment provider, and ends by what the provider says, never by what a browser says. Time alone ends
it only where no commit can succeed any more: then the provider gives the money back by itself.
"""

from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from lambdas.domain import money
from lambdas.domain.errors import Fault, InvalidInput, KeyReused, Refused
from lambdas.domain.ledger import Account, Line, LineAccount, Posting, PostingKind, post
from lambdas.domain.orders import Effect

_DEPOSIT_NAMESPACE: Final = UUID("0d2f7a52-6c3b-5f5e-9a53-3b6a2f0f9e22")

MIN_CHARGE_CLP: Final = 50
"""The smallest amount that Webpay Plus charges."""


class DepositMethod(StrEnum):
    """How money comes in, and the counter-account that it comes from."""

    DEMO = "demo"
    WEBPAY = "webpay"


class DepositState(StrEnum):
    """State of a deposit. All but PENDING never change again."""

    PENDING = "pending"  # a card payment that has not ended yet
    CONFIRMED = "confirmed"  # the money is in the account
    FAILED = "failed"  # refused by the bank, or cancelled by the buyer
    EXPIRED = "expired"  # nobody paid in time


class DepositEvent(StrEnum):
    """What can happen to a card payment."""

    APPROVED = "approved"  # the provider authorised exactly this payment, and we committed it
    REFUSED = "refused"  # the provider says that it failed, or was reversed
    CANCELLED = "cancelled"  # the buyer gave up at the provider's page
    LAPSED = "lapsed"  # nobody paid, and nobody can any more


TRANSITIONS: Final[dict[tuple[DepositState, DepositEvent], tuple[Effect, DepositState]]] = {
    (DepositState.PENDING, DepositEvent.APPROVED): (Effect.MOVE, DepositState.CONFIRMED),
    (DepositState.PENDING, DepositEvent.REFUSED): (Effect.MOVE, DepositState.FAILED),
    (DepositState.PENDING, DepositEvent.CANCELLED): (Effect.MOVE, DepositState.FAILED),
    (DepositState.PENDING, DepositEvent.LAPSED): (Effect.MOVE, DepositState.EXPIRED),
    (DepositState.CONFIRMED, DepositEvent.APPROVED): (Effect.REPEAT, DepositState.CONFIRMED),
    (DepositState.CONFIRMED, DepositEvent.REFUSED): (Effect.CONFLICT, DepositState.CONFIRMED),
    (DepositState.CONFIRMED, DepositEvent.CANCELLED): (Effect.REPEAT, DepositState.CONFIRMED),
    (DepositState.CONFIRMED, DepositEvent.LAPSED): (Effect.REPEAT, DepositState.CONFIRMED),
    (DepositState.FAILED, DepositEvent.APPROVED): (Effect.CONFLICT, DepositState.FAILED),
    (DepositState.FAILED, DepositEvent.REFUSED): (Effect.REPEAT, DepositState.FAILED),
    (DepositState.FAILED, DepositEvent.CANCELLED): (Effect.REPEAT, DepositState.FAILED),
    (DepositState.FAILED, DepositEvent.LAPSED): (Effect.REPEAT, DepositState.FAILED),
    (DepositState.EXPIRED, DepositEvent.APPROVED): (Effect.CONFLICT, DepositState.EXPIRED),
    (DepositState.EXPIRED, DepositEvent.REFUSED): (Effect.REPEAT, DepositState.EXPIRED),
    (DepositState.EXPIRED, DepositEvent.CANCELLED): (Effect.REPEAT, DepositState.EXPIRED),
    (DepositState.EXPIRED, DepositEvent.LAPSED): (Effect.REPEAT, DepositState.EXPIRED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A stage's exchange rate: Chilean pesos for one US dollar, as published on a day."""

    clp_per_usd: Decimal
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What the card is charged. Fixed when the deposit is made: what is shown is what is credited.

    Pesos have no decimals. `buy_order` and `session_id` are the provider's names of the payment.
    """

    amount_clp: int
    rate: Rate
    buy_order: str
    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """Where the browser posts its token to pay."""

    url: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What the payment provider says about one payment."""

    status: str
    response_code: int | None
    amount_clp: int | None
    buy_order: str
    session_id: str
    authorization_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReturn:
    """What a browser that comes back from the payment page says. It only names a payment: what
    became of it, the provider says.
    """

    token: str | None = None
    session_id: str | None = None  # where there is no token: the page's time was over
    was_cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Money that an account puts in. The fields from `charge` on are of card payments only."""

    account_id: str
    deposit_id: str
    amount_minor: int
    method: DepositMethod
    state: DepositState
    created_at: datetime
    account_version: int | None = None  # number of its latest posting; None while it has none
    charge: Charge | None = None
    page: PaymentPage | None = None
    claimed_at: datetime | None = None
    """When a commit was last about to be sent. None: the provider was never asked to commit."""
    next_check_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    authorization_code: str | None = None
    refunded_minor: int = 0
    conflict_at: datetime | None = None
    """When the provider first contradicted the deposit's end."""
    version: int = 1  # number of writes; the optimistic lock

    @property
    def is_pending(self) -> bool:
        """Whether the deposit has not ended."""
        return self.state is DepositState.PENDING

    def has_pending_age(self, now: datetime, age: timedelta) -> bool:
        """Whether the deposit has been pending for so long."""
        return self.is_pending and now - self.created_at >= age


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPolicy:
    """How long what may take, in a stage's card payments."""

    page_lifetime: timedelta = timedelta(minutes=15)
    """Webpay's form ends after 4 minutes (10 in its integration environment). A return that comes
    later than this is not committed, and Webpay gives the money back.
    """

    claim_lifetime: timedelta = timedelta(minutes=1)
    """Longer than an invocation can live: then who claimed has crashed, and another may claim."""

    settle_time: timedelta = timedelta(minutes=5)
    """So long after the last commit was sent, a payment that is still not authorised never is."""

    check_interval: timedelta = timedelta(minutes=5)
    max_check_interval: timedelta = timedelta(hours=1)
    overdue_after: timedelta = timedelta(hours=1)


PAYMENT_POLICY: Final = PaymentPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositDecision:
    """One step of one deposit, to be committed in one transaction or not at all.

    Stale unless the deposit still has the version of `before`, and the account the version that the
    posting's number follows.
    """

    before: Deposit | None
    after: Deposit
    effect: Effect = Effect.MOVE
    posting: Posting | None = None


# --- new deposits ---


def deposit_id_for(account_id: str, key: UUID) -> str:
    """Id of the deposit that the account names `key`."""
    return str(uuid5(uuid5(_DEPOSIT_NAMESPACE, account_id), str(key)))


def require_same(known: Deposit, method: DepositMethod, amount_minor: int) -> None:
    """Raises KeyReused for another request under the key of a deposit that exists."""
    if (known.method, known.amount_minor) != (method, amount_minor):
        raise KeyReused


def deposit_demo_money(
    account: Account, deposit_id: str, amount_minor: int, now: datetime
) -> DepositDecision:
    """Credits demo money."""
    deposit = Deposit(
        account_id=account.account_id,
        deposit_id=deposit_id,
        amount_minor=amount_minor,
        method=DepositMethod.DEMO,
        state=DepositState.CONFIRMED,
        created_at=now,
    )
    posting = _credit(account, deposit, now)
    after = replace(deposit, account_version=posting.number)
    return DepositDecision(before=None, after=after, posting=posting)


def card_deposit(
    account_id: str,
    deposit_id: str,
    amount_minor: int,
    rate: Rate,
    now: datetime,
    policy: PaymentPolicy = PAYMENT_POLICY,
) -> Deposit:
    """A pending card payment at this rate. Raises InvalidInput below the provider's minimum."""
    return Deposit(
        account_id=account_id,
        deposit_id=deposit_id,
        amount_minor=amount_minor,
        method=DepositMethod.WEBPAY,
        state=DepositState.PENDING,
        created_at=now,
        charge=Charge(
            amount_clp=_pesos(amount_minor, rate),
            rate=rate,
            buy_order=buy_order_for(deposit_id),
            session_id=session_id_for(account_id, deposit_id),
        ),
        next_check_at=now + policy.check_interval,
    )


def _pesos(amount_minor: int, rate: Rate) -> int:
    """Dollars in whole pesos, rounded half up, once."""
    exact = money.EXACT.multiply(Decimal(amount_minor).scaleb(-2), rate.clp_per_usd)
    amount_clp = int(exact.quantize(Decimal(1), ROUND_HALF_UP, money.EXACT))
    if amount_clp < MIN_CHARGE_CLP:
        message = f"A card payment is at least {MIN_CHARGE_CLP} Chilean pesos."
        raise InvalidInput(Fault(field="amount", code="too_small", message=message))
    return amount_clp


def buy_order_for(deposit_id: str) -> str:
    """The deposit's id in the 26 characters that Webpay allows."""
    return b32encode(UUID(deposit_id).bytes).decode().rstrip("=")


def session_id_for(account_id: str, deposit_id: str) -> str:
    """Account and deposit in 43 of the 61 characters that Webpay allows: a browser that comes back
    without a token names its deposit by it.
    """
    both = UUID(account_id).bytes + UUID(deposit_id).bytes
    return urlsafe_b64encode(both).decode().rstrip("=")


def parse_session_id(session_id: str) -> tuple[str, str] | None:
    """Account and deposit of a session id; None for a text that is none of ours."""
    try:
        both = urlsafe_b64decode(session_id + "=")
        return str(UUID(bytes=both[:16])), str(UUID(bytes=both[16:]))
    except (NotBase64, ValueError):
        return None


def open_page(deposit: Deposit, page: PaymentPage) -> Deposit:
    """The deposit with the page on which it is paid."""
    return replace(deposit, page=page, version=deposit.version + 1)


# --- the end of a card payment ---


def claim(
    deposit: Deposit, now: datetime, policy: PaymentPolicy = PAYMENT_POLICY
) -> Deposit | None:
    """Reserves the next commit for the caller, who sends it once this is stored.

    None where it must not be sent: the deposit has ended, was never opened, is too old, or another
    caller is at it.
    """
    if not deposit.is_pending or deposit.page is None:
        return None
    if now - deposit.created_at >= policy.page_lifetime:
        return None
    if deposit.claimed_at is not None and now - deposit.claimed_at < policy.claim_lifetime:
        return None
    return replace(
        deposit,
        claimed_at=now,
        next_check_at=now + policy.claim_lifetime,
        version=deposit.version + 1,
    )


def judge(deposit: Deposit, payment: Payment) -> DepositEvent | None:
    """What the provider's word means for the deposit; None while it decides nothing.

    Approved is only: AUTHORIZED, with response code 0, and amount, buy order and session as stored.
    """
    charge = deposit.charge
    if charge is None or not is_same_payment(charge, payment):
        return None
    match payment.status:
        case "AUTHORIZED" if payment.response_code == 0 and payment.amount_clp == charge.amount_clp:
            return DepositEvent.APPROVED
        case "FAILED" | "REVERSED" | "NULLIFIED":
            return DepositEvent.REFUSED
        case _:
            return None


def is_same_payment(charge: Charge, payment: Payment) -> bool:
    """Whether the provider speaks of this charge at all."""
    return (payment.buy_order, payment.session_id) == (charge.buy_order, charge.session_id)


def has_lapsed(deposit: Deposit, now: datetime, policy: PaymentPolicy = PAYMENT_POLICY) -> bool:
    """Whether a payment that is not authorised by now never will be.

    We commit nothing after the page's lifetime, and what was sent before has been settled.
    """
    if not deposit.has_pending_age(now, policy.page_lifetime):
        return False
    return deposit.claimed_at is None or now - deposit.claimed_at >= policy.settle_time


def needs_account(deposit: Deposit, event: DepositEvent) -> bool:
    """Whether the event moves money."""
    return TRANSITIONS[deposit.state, event] == (Effect.MOVE, DepositState.CONFIRMED)


def apply(
    deposit: Deposit,
    event: DepositEvent,
    account: Account | None,
    *,
    now: datetime,
    reason: str,
    authorization_code: str | None = None,
) -> DepositDecision:
    """Applies an event by the transition table. `account` is required where money moves."""
    effect, state = TRANSITIONS[deposit.state, event]
    match effect:
        case Effect.MOVE:
            after = replace(
                deposit,
                state=state,
                ended_at=max(now, deposit.created_at),
                reason=reason,
                authorization_code=authorization_code,
                next_check_at=None,
                version=deposit.version + 1,
            )
            if state is not DepositState.CONFIRMED:
                return DepositDecision(before=deposit, after=after)
            assert account is not None, "a confirmed deposit moves money"
            posting = _credit(account, after, now)
            after = replace(after, account_version=posting.number)
            return DepositDecision(before=deposit, after=after, posting=posting)
        case Effect.CONFLICT if deposit.conflict_at is None:
            after = replace(deposit, conflict_at=now, version=deposit.version + 1)
            return DepositDecision(before=deposit, after=after, effect=effect)
        case _:  # a conflict is recorded and counted once
            return DepositDecision(before=deposit, after=deposit, effect=Effect.REPEAT)


def postpone(deposit: Deposit, now: datetime, policy: PaymentPolicy = PAYMENT_POLICY) -> Deposit:
    """The deposit with the time of its next check."""
    is_old = deposit.has_pending_age(now, policy.overdue_after)
    interval = policy.max_check_interval if is_old else policy.check_interval
    return replace(deposit, next_check_at=now + interval, version=deposit.version + 1)


# --- postings ---


def _credit(account: Account, deposit: Deposit, now: datetime) -> Posting:
    lines = (
        Line(LineAccount.AVAILABLE, deposit.amount_minor),
        Line(LineAccount(deposit.method.value), -deposit.amount_minor),
    )
    return post(account, PostingKind.DEPOSIT, lines, cause_id=deposit.deposit_id, now=now)


def refund(account: Account, deposit: Deposit, amount_minor: int, now: datetime) -> DepositDecision:
    """Takes money of a card payment back out of the account, for an operator.

    Raises Refused for a deposit that was not paid by card (not_refundable), for more than is left
    of it (above_deposit), and for more than is available (insufficient_funds).
    """
    if deposit.method is not DepositMethod.WEBPAY or deposit.state is not DepositState.CONFIRMED:
        raise Refused("not_refundable", "Only a confirmed card payment can be refunded.")
    if not 0 < amount_minor <= deposit.amount_minor - deposit.refunded_minor:
        raise Refused("above_deposit", "This is more than is left of the deposit.")
    if amount_minor > account.available_minor:
        raise Refused("insufficient_funds", "There is not enough money available for this refund.")
    lines = (
        Line(LineAccount.WEBPAY, amount_minor),
        Line(LineAccount.AVAILABLE, -amount_minor),
    )
    posting = post(account, PostingKind.REFUND, lines, cause_id=deposit.deposit_id, now=now)
    after = replace(
        deposit,
        refunded_minor=deposit.refunded_minor + amount_minor,
        account_version=posting.number,
        version=deposit.version + 1,
    )
    return DepositDecision(before=deposit, after=after, posting=posting)
