"""Card payments over in-memory ports: whatever the provider and the browser do, money is credited
exactly once for what the card was charged, and never without.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from lambdas.domain.deposits import (
    PAYMENT_POLICY,
    Deposit,
    DepositDecision,
    DepositState,
    Payment,
    PaymentReturn,
)
from lambdas.domain.errors import KeyReused, NotFound, Refused, Transient
from lambdas.messaging.webpay import parse_return
from lambdas.services import card_payments as services
from lambdas.services.card_payments import Ports, Started
from local.webpay.core import Choice, Fault
from tests.builders import ALICE, BRUNO, NOW, key
from tests.fakes.memory import MemoryAccounts, MemoryStore
from tests.fakes.payments import MemoryCardPayments, MemoryDeposits
from tests.unit.domain.test_deposits import RATE

RETURN_URL = "https://api.example/payments/webpay/return"
AMOUNT_MINOR = 100_00
PAID = (Choice.APPROVE, DepositState.CONFIRMED)


@dataclass
class World:
    """A store, the stand-in for Webpay, and a clock that both follow."""

    now: datetime = NOW
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        self.payments = MemoryCardPayments(clock=lambda: self.now)
        self.deposits = MemoryDeposits(self.store)
        self.accounts = MemoryAccounts(self.store)
        self.ports = Ports(deposits=self.deposits, accounts=self.accounts, payments=self.payments)

    def start(self, number: int = 1, amount_minor: int = AMOUNT_MINOR) -> Started:
        return services.start_card_deposit(
            self.ports,
            account_id=ALICE,
            key=key(number),
            amount_minor=amount_minor,
            rate=RATE,
            return_url=RETURN_URL,
            now=self.now,
        )

    def chosen(self, choice: Choice) -> dict[str, str]:
        """Starts a deposit, and what the browser brings back after the buyer's choice."""
        page = self.start().deposit.page
        assert page is not None
        returned = self.payments.webpay.choose(page.token, choice, self.now)
        assert returned is not None
        return returned

    def come_back(self, parameters: dict[str, str]) -> Deposit | None:
        returned = parse_return(parameters)
        assert returned is not None
        return services.finish_return(self.ports, returned, clock=lambda: self.now)[0]

    def fail(self, *faults: Fault) -> None:
        self.payments.faults.asked.extend(faults)

    def check(self) -> services.Checked:
        return services.check_pending(self.ports, clock=lambda: self.now, has_time=lambda: True)

    def check_after(self, **passed: float) -> services.Checked:
        self.now += timedelta(**passed)
        return self.check()

    @property
    def deposit(self) -> Deposit:
        (found,) = self.store.deposits.values()
        return found

    @property
    def credited_minor(self) -> int:
        return self.store.account(ALICE).available_minor

    @property
    def taken_clp(self) -> int:
        return sum(self.payments.webpay.taken().values())

    def must_be(self, state: DepositState) -> None:
        """The deposit's state, and money where and only where the card was charged."""
        assert self.deposit.state is state
        paid = state is DepositState.CONFIRMED
        assert self.credited_minor == (AMOUNT_MINOR if paid else 0)
        assert self.deposit.charge is not None
        assert self.taken_clp == (self.deposit.charge.amount_clp if paid else 0)
        assert len(self.store.ledger(ALICE)) == (1 if paid else 0)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(services, "INDEX_PAUSES_S", ())
    return World()


# --- starting ---


def test_a_deposit_is_stored_before_anything_is_asked_of_the_provider(world: World) -> None:
    world.fail(Fault.ERROR_BEFORE)
    with pytest.raises(Transient):
        world.start()
    assert (world.deposit.state, world.deposit.page) == (DepositState.PENDING, None)
    started = world.start()
    assert not started.is_new
    assert started.deposit.page is not None


def test_a_retry_returns_the_same_page_and_the_rate_of_the_first_call(world: World) -> None:
    first, second = world.start(), world.start()
    assert (first.is_new, second.is_new) == (True, False)
    assert first.deposit == second.deposit
    assert len(world.payments.webpay.transactions) == 1


def test_another_amount_under_the_key_is_refused(world: World) -> None:
    world.start()
    with pytest.raises(KeyReused):
        world.start(amount_minor=1_00)


# --- returning ---


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        PAID,
        (Choice.REFUSE, DepositState.FAILED),
        (Choice.ABANDON, DepositState.FAILED),
        (Choice.BREAK, DepositState.FAILED),
        (Choice.WAIT, DepositState.EXPIRED),
    ],
)
def test_each_return_ends_the_deposit_and_again_changes_nothing(
    world: World, choice: Choice, state: DepositState
) -> None:
    returned = world.chosen(choice)
    assert world.come_back(returned) == world.deposit
    world.must_be(state)
    after = world.deposit
    world.come_back(returned)
    world.check_after(days=1)
    assert world.deposit == after
    world.must_be(state)


@pytest.mark.parametrize("fault", [f for f in Fault if f is not Fault.ERROR_BEFORE])
def test_a_commit_that_was_done_is_confirmed_by_status(world: World, fault: Fault) -> None:
    returned = world.chosen(Choice.APPROVE)
    world.fail(fault)
    world.come_back(returned)
    world.must_be(DepositState.CONFIRMED)


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("second", [Fault.ERROR_BEFORE, Fault.LOST])
def test_while_nobody_tells_the_deposit_stays_pending_until_a_check(
    world: World, fault: Fault, second: Fault
) -> None:
    returned = world.chosen(Choice.APPROVE)
    world.fail(fault, second)
    pending = world.come_back(returned)
    assert pending is not None
    if pending.is_pending:
        assert world.credited_minor == 0
        world.check_after(minutes=2)
    world.must_be(DepositState.CONFIRMED)


def test_of_duplicate_returns_at_the_same_moment_one_sends_a_commit(world: World) -> None:
    returned = world.chosen(Choice.APPROVE)
    commit = world.payments.commit

    def commit_while_the_other_returns(token: str) -> Payment:
        inside = world.come_back(returned)
        assert inside is not None
        assert inside.is_pending
        return commit(token)

    world.payments.commit = commit_while_the_other_returns  # type: ignore[method-assign]
    world.come_back(returned)
    assert world.payments.commits == 1
    world.must_be(DepositState.CONFIRMED)


def test_a_cancellation_during_a_commit_changes_nothing(world: World) -> None:
    returned = world.chosen(Choice.APPROVE)
    commit = world.payments.commit
    cancelled = {"TBK_TOKEN": returned["token_ws"]}

    def commit_while_cancelled(token: str) -> Payment:
        world.come_back(cancelled)
        return commit(token)

    world.payments.commit = commit_while_cancelled  # type: ignore[method-assign]
    world.come_back(returned)
    world.must_be(DepositState.CONFIRMED)


def test_what_a_browser_says_is_not_believed(world: World) -> None:
    """Before anything was paid, a return as if it were."""
    page = world.start().deposit.page
    assert page is not None
    world.come_back({"token_ws": page.token})
    world.must_be(DepositState.PENDING)
    world.check_after(minutes=30)
    world.must_be(DepositState.EXPIRED)


def test_a_paid_deposit_is_confirmed_although_the_browser_says_it_was_cancelled(
    world: World,
) -> None:
    world.payments.webpay.tells_uncommitted = True
    returned = world.chosen(Choice.APPROVE)
    world.come_back({"TBK_TOKEN": returned["token_ws"]})
    world.must_be(DepositState.CONFIRMED)


@pytest.mark.parametrize(
    "forged",
    [
        {"token_ws": "f" * 64},
        {"TBK_TOKEN": "f" * 64},
        {"TBK_ID_SESION": "f" * 43, "TBK_ORDEN_COMPRA": "x"},
        {"TBK_ID_SESION": "x", "TBK_ORDEN_COMPRA": "x"},
    ],
)
def test_a_forged_return_names_no_deposit(world: World, forged: dict[str, str]) -> None:
    world.start()
    before = world.deposit
    assert world.come_back(forged) is None
    assert world.deposit == before


def test_a_return_after_the_page_is_closed_is_not_committed(world: World) -> None:
    returned = world.chosen(Choice.APPROVE)
    world.now += PAYMENT_POLICY.page_lifetime
    world.come_back(returned)
    world.check()
    world.must_be(DepositState.EXPIRED)


# --- without a return ---


@pytest.mark.parametrize("tells_uncommitted", [False, True])
def test_a_return_that_never_comes(world: World, *, tells_uncommitted: bool) -> None:
    """Where the provider tells that the buyer has paid, the payment is committed; where it does
    not, nothing is, and the provider gives the money back.
    """
    world.payments.webpay.tells_uncommitted = tells_uncommitted
    world.chosen(Choice.APPROVE)
    world.check_after(minutes=6)
    world.must_be(DepositState.CONFIRMED if tells_uncommitted else DepositState.PENDING)
    world.check_after(minutes=15)
    world.must_be(DepositState.CONFIRMED if tells_uncommitted else DepositState.EXPIRED)


def test_a_refusal_without_a_return_is_found(world: World) -> None:
    world.payments.webpay.tells_uncommitted = True
    world.chosen(Choice.REFUSE)
    world.check_after(minutes=6)
    world.must_be(DepositState.FAILED)


def test_a_deposit_whose_page_was_never_opened_expires(world: World) -> None:
    world.fail(Fault.ERROR_BEFORE)
    with pytest.raises(Transient):
        world.start()
    world.check_after(minutes=6)
    assert world.deposit.is_pending
    world.check_after(minutes=10)
    assert world.deposit.state is DepositState.EXPIRED


def test_a_claimed_deposit_of_which_nobody_tells_is_never_guessed(world: World) -> None:
    returned = world.chosen(Choice.APPROVE)
    world.fail(Fault.LOST, Fault.ERROR_BEFORE)  # committed, and neither answer arrives
    world.come_back(returned)
    for _ in range(60):
        world.fail(Fault.ERROR_BEFORE)
        assert world.check_after(hours=2).unavailable == 1
        assert world.deposit.is_pending
    checked = world.check()
    assert (checked.unanswered, checked.overdue) == (1, 1)
    world.must_be(DepositState.CONFIRMED)


def test_after_seven_days_without_an_answer_a_claimed_deposit_waits_for_an_operator(
    world: World,
) -> None:
    returned = world.chosen(Choice.APPROVE)
    world.fail(Fault.LOST, Fault.ERROR_BEFORE)
    world.come_back(returned)
    world.check_after(days=8)
    assert world.deposit.is_pending
    assert world.credited_minor == 0


def test_a_provider_that_is_down_is_not_asked_for_every_deposit(world: World) -> None:
    for number in range(1, 6):
        world.start(number)
    world.fail(*[Fault.ERROR_BEFORE] * 5)
    assert world.check_after(minutes=6).unavailable == services.MAX_UNAVAILABLE
    assert len(world.payments.faults.asked) == 5 - services.MAX_UNAVAILABLE


def test_a_check_ends_when_its_time_is_over(world: World) -> None:
    world.start()
    world.now += timedelta(minutes=20)
    services.check_pending(world.ports, clock=lambda: world.now, has_time=lambda: False)
    assert world.deposit.is_pending


def test_a_contradiction_is_recorded_and_moves_nothing(world: World) -> None:
    """Committed by somebody else with our key, after we ended it."""
    returned = world.chosen(Choice.APPROVE)
    world.now += timedelta(minutes=15)
    world.check()
    world.must_be(DepositState.EXPIRED)
    deposit = world.deposit
    world.payments.webpay.transactions[returned["token_ws"]].status = "AUTHORIZED"
    payment = world.payments.status(returned["token_ws"])
    decision = services.record(world.ports, deposit, payment, clock=lambda: world.now)
    assert decision is not None
    assert services.is_conflict(decision)
    assert world.deposit.conflict_at == world.now
    assert world.credited_minor == 0


# --- refunds ---


def refund(world: World, amount_minor: int, account_id: str = ALICE) -> DepositDecision:
    return services.refund_deposit(
        world.ports,
        account_id=account_id,
        deposit_id=world.deposit.deposit_id,
        amount_minor=amount_minor,
        now=world.now,
    )


def test_an_operator_gives_back_what_is_available(world: World) -> None:
    world.come_back(world.chosen(Choice.APPROVE))
    refund(world, 60_00)
    assert world.credited_minor == 40_00
    with pytest.raises(Refused):
        refund(world, 60_00)
    assert world.deposit.refunded_minor == 60_00


def test_a_refund_of_an_unknown_deposit_is_refused(world: World) -> None:
    world.come_back(world.chosen(Choice.APPROVE))
    with pytest.raises(NotFound):
        refund(world, 1_00, BRUNO)


def test_a_return_that_names_nothing_is_no_deposit(world: World) -> None:
    returned = PaymentReturn(session_id=str(UUID(int=1)))
    assert services.finish_return(world.ports, returned, clock=lambda: NOW) == (None, None)
