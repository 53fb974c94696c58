"""The port `Deposits`: card payments before their money moves."""

from datetime import timedelta

import pytest

from lambdas.domain.deposits import (
    Deposit,
    DepositEvent,
    PaymentPage,
    apply,
    claim,
    open_page,
    postpone,
    refund,
)
from lambdas.domain.errors import StaleDecision
from tests.builders import ALICE, BRUNO, NOW
from tests.contract.conftest import Ports
from tests.unit.domain.test_deposits import a_card_deposit

PAGE = PaymentPage(url="https://webpay.example/pay", token="a1" * 32)


def opened(ports: Ports, number: int = 1) -> Deposit:
    deposit = a_card_deposit(number=number)
    ports.deposits.create(deposit)
    after = open_page(deposit, PaymentPage(url=PAGE.url, token=f"{number:064}"))
    ports.deposits.update(deposit, after)
    return after


def test_an_unknown_deposit_is_none(ports: Ports) -> None:
    assert ports.deposits.get(ALICE, "none") is None
    assert ports.deposits.with_token("f" * 64) is None
    assert ports.deposits.pending() == []


def test_a_deposit_is_read_as_it_was_stored(ports: Ports) -> None:
    deposit = a_card_deposit()
    ports.deposits.create(deposit)
    assert ports.deposits.get(ALICE, deposit.deposit_id) == deposit
    assert ports.deposits.get(BRUNO, deposit.deposit_id) is None
    assert ports.accounts.deposit_snapshot(ALICE, deposit.deposit_id)[1] == deposit


def test_the_first_deposit_under_an_id_stays(ports: Ports) -> None:
    ports.deposits.create(a_card_deposit())
    with pytest.raises(StaleDecision):
        ports.deposits.create(a_card_deposit(amount_minor=1_00))
    assert ports.deposits.get(ALICE, a_card_deposit().deposit_id) == a_card_deposit()


def test_a_token_leads_to_its_deposit(ports: Ports) -> None:
    first, second = opened(ports, 1), opened(ports, 2)
    assert first.page is not None
    assert ports.deposits.with_token(first.page.token) == first
    assert ports.deposits.get(ALICE, second.deposit_id) == second


def test_only_one_of_two_steps_from_the_same_reading_is_written(ports: Ports) -> None:
    deposit = opened(ports)
    claimed = claim(deposit, NOW)
    assert claimed is not None
    ports.deposits.update(deposit, claimed)
    with pytest.raises(StaleDecision):
        ports.deposits.update(deposit, postpone(deposit, NOW + timedelta(minutes=1)))
    assert ports.deposits.get(ALICE, deposit.deposit_id) == claimed


def test_pending_deposits_are_listed_by_their_next_check(ports: Ports) -> None:
    first, second = opened(ports, 1), opened(ports, 2)
    later = postpone(first, NOW + timedelta(minutes=7))
    ports.deposits.update(first, later)
    listed = [(entry.deposit_id, entry.next_check_at) for entry in ports.deposits.pending()]
    assert listed == [(d.deposit_id, d.next_check_at) for d in (second, later)]
    assert ports.deposits.pending()[0].created_at == NOW


@pytest.mark.parametrize("event", DepositEvent)
def test_an_ended_deposit_leaves_the_index(ports: Ports, event: DepositEvent) -> None:
    deposit = opened(ports)
    decision = apply(
        deposit,
        event,
        ports.accounts.get(ALICE),
        now=NOW,
        reason="as the bank says",
        authorization_code="1213",
    )
    if decision.posting is None:
        ports.deposits.update(deposit, decision.after)
    else:
        ports.accounts.commit_deposit(decision)
    assert ports.deposits.pending() == []
    assert ports.deposits.get(ALICE, deposit.deposit_id) == decision.after
    expected = deposit.amount_minor if event is DepositEvent.APPROVED else 0
    assert ports.accounts.get(ALICE).available_minor == expected


def test_a_deposit_is_confirmed_once_however_often_its_step_is_written(ports: Ports) -> None:
    deposit = opened(ports)
    empty = ports.accounts.get(ALICE)
    decision = apply(deposit, DepositEvent.APPROVED, empty, now=NOW, reason="so")
    ports.accounts.commit_deposit(decision)
    again = apply(deposit, DepositEvent.APPROVED, ports.accounts.get(ALICE), now=NOW, reason="so")
    for repeated in (decision, again):
        with pytest.raises(StaleDecision):
            ports.accounts.commit_deposit(repeated)
    assert ports.accounts.get(ALICE).available_minor == deposit.amount_minor
    assert len(ports.accounts.postings(ALICE, 10, None).items) == 1


def test_a_refund_is_stored_with_its_posting(ports: Ports) -> None:
    deposit = opened(ports)
    confirmed = apply(
        deposit, DepositEvent.APPROVED, ports.accounts.get(ALICE), now=NOW, reason="so"
    )
    ports.accounts.commit_deposit(confirmed)
    decision = refund(ports.accounts.get(ALICE), confirmed.after, 40_00, NOW)
    ports.accounts.commit_deposit(decision)
    assert ports.deposits.get(ALICE, deposit.deposit_id) == decision.after
    assert ports.accounts.get(ALICE).available_minor == 60_00
    assert ports.accounts.postings(ALICE, 10, None).items[0] == decision.posting
