"""Deposits: the transition table, what the provider's word means, and what moves money."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.deposits import (
    PAYMENT_POLICY,
    TRANSITIONS,
    Deposit,
    DepositEvent,
    DepositMethod,
    DepositState,
    Payment,
    PaymentPage,
    Rate,
    apply,
    card_deposit,
    claim,
    deposit_id_for,
    has_lapsed,
    judge,
    open_page,
    parse_session_id,
    postpone,
    refund,
    require_same,
)
from lambdas.domain.errors import InvalidInput, KeyReused, Refused
from lambdas.domain.ledger import Account, LineAccount, PostingKind
from lambdas.domain.orders import Effect
from tests.builders import ALICE, BRUNO, NOW, key

RATE = Rate(clp_per_usd=Decimal("943.57"), on=date(2025, 11, 24))
ACCOUNT = Account(account_id=ALICE, available_minor=10_00, version=3, posted_at=NOW)
POLICY = PAYMENT_POLICY
LIFETIME = POLICY.page_lifetime


def a_card_deposit(amount_minor: int = 100_00, number: int = 1, account_id: str = ALICE) -> Deposit:
    deposit_id = deposit_id_for(account_id, key(number))
    return card_deposit(account_id, deposit_id, amount_minor, RATE, NOW)


def an_opened_deposit(**changes: Any) -> Deposit:
    page = PaymentPage(url="https://webpay.example", token="t" * 64)
    return replace(open_page(a_card_deposit(), page), **changes)


def a_payment(deposit: Deposit, **changes: Any) -> Payment:
    assert deposit.charge is not None
    values: dict[str, Any] = {
        "status": "AUTHORIZED",
        "response_code": 0,
        "amount_clp": deposit.charge.amount_clp,
        "buy_order": deposit.charge.buy_order,
        "session_id": deposit.charge.session_id,
        "authorization_code": "1213",
    }
    return Payment(**(values | changes))


def ended(state: DepositState) -> Deposit:
    events = {
        DepositState.CONFIRMED: DepositEvent.APPROVED,
        DepositState.FAILED: DepositEvent.REFUSED,
        DepositState.EXPIRED: DepositEvent.LAPSED,
    }
    return apply(an_opened_deposit(), events[state], ACCOUNT, now=NOW, reason="so").after


ENDS = [state for state in DepositState if state is not DepositState.PENDING]


def test_every_event_has_an_effect_in_every_state() -> None:
    assert set(TRANSITIONS) == set(product(DepositState, DepositEvent))


@pytest.mark.parametrize(("state", "event"), sorted(TRANSITIONS))
def test_only_a_pending_deposit_moves(state: DepositState, event: DepositEvent) -> None:
    effect, after = TRANSITIONS[state, event]
    assert (effect is Effect.MOVE) == (state is DepositState.PENDING)
    assert (after is state) == (effect is not Effect.MOVE)


def test_a_contradiction_of_an_end_is_a_conflict() -> None:
    conflicts = {key for key, (effect, _) in TRANSITIONS.items() if effect is Effect.CONFLICT}
    assert conflicts == {
        (DepositState.CONFIRMED, DepositEvent.REFUSED),
        (DepositState.FAILED, DepositEvent.APPROVED),
        (DepositState.EXPIRED, DepositEvent.APPROVED),
    }


def test_only_approval_moves_money() -> None:
    for event in DepositEvent:
        decision = apply(an_opened_deposit(), event, ACCOUNT, now=NOW, reason="so")
        assert (decision.posting is not None) == (event is DepositEvent.APPROVED)
        assert decision.after.next_check_at is None
        assert decision.after.ended_at == NOW


def test_what_is_credited_is_what_was_shown_in_dollars() -> None:
    deposit = an_opened_deposit()
    decision = apply(deposit, DepositEvent.APPROVED, ACCOUNT, now=NOW, reason="so")
    posting = decision.posting
    assert posting is not None
    assert posting.kind is PostingKind.DEPOSIT
    assert posting.amount_of(LineAccount.AVAILABLE) == deposit.amount_minor
    assert posting.amount_of(LineAccount.WEBPAY) == -deposit.amount_minor
    assert decision.after.account_version == posting.number == 4
    assert decision.after.charge == deposit.charge


@pytest.mark.parametrize("end", ENDS)
def test_an_end_never_changes_and_a_conflict_is_recorded_once(end: DepositState) -> None:
    deposit = ended(end)
    for event in DepositEvent:
        first = apply(deposit, event, ACCOUNT, now=NOW, reason="so")
        assert first.posting is None
        assert first.after.state is end
        again = apply(first.after, event, ACCOUNT, now=NOW, reason="so")
        assert again.effect is Effect.REPEAT
        assert again.after is first.after


@pytest.mark.parametrize(
    ("amount_minor", "pesos"),
    [(100_00, 94_357), (1_00, 944), (1_06, 1_000), (12_34, 11_644), (6, 57)],
)
def test_pesos_are_whole_and_rounded_half_up(amount_minor: int, pesos: int) -> None:
    charge = a_card_deposit(amount_minor).charge
    assert charge is not None
    assert charge.amount_clp == pesos
    assert charge.rate == RATE


def test_less_than_webpay_charges_is_invalid() -> None:
    with pytest.raises(InvalidInput) as error:
        a_card_deposit(amount_minor=5)
    assert (error.value.faults[0].field, error.value.code) == ("amount", "too_small")


@given(st.integers(1, 1_000_000), st.sampled_from([ALICE, BRUNO]))
def test_the_names_of_a_payment_keep_webpays_limits_and_lead_back(
    number: int, account_id: str
) -> None:
    deposit = a_card_deposit(number=number, account_id=account_id)
    assert deposit.charge is not None
    assert len(deposit.charge.buy_order) == 26
    assert deposit.charge.buy_order.isalnum()
    assert len(deposit.charge.session_id) <= 61
    assert parse_session_id(deposit.charge.session_id) == (account_id, deposit.deposit_id)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_a_session(text: str) -> None:
    parse_session_id(text)


def test_a_key_names_one_request() -> None:
    require_same(a_card_deposit(), DepositMethod.WEBPAY, 100_00)
    for other in ((DepositMethod.DEMO, 100_00), (DepositMethod.WEBPAY, 100_01)):
        with pytest.raises(KeyReused):
            require_same(a_card_deposit(), *other)


def test_exactly_this_payment_authorised_is_approved() -> None:
    deposit = an_opened_deposit()
    assert judge(deposit, a_payment(deposit)) is DepositEvent.APPROVED


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "INITIALIZED"},
        {"status": "INITIALIZED", "authorization_code": None},  # vci ABO: 0, and yet not paid
        {"response_code": -1},
        {"response_code": None},
        {"amount_clp": 94_358},
        {"amount_clp": 100_00},  # the dollars' digits
        {"amount_clp": None},
        {"buy_order": "ANOTHER"},
        {"session_id": "another"},
        {"status": "FAILED", "buy_order": "ANOTHER"},
        {"status": "CAPTURED"},
        {"status": ""},
    ],
)
def test_anything_else_decides_nothing(changes: dict[str, Any]) -> None:
    deposit = an_opened_deposit()
    assert judge(deposit, a_payment(deposit, **changes)) is None


@pytest.mark.parametrize("status", ["FAILED", "REVERSED", "NULLIFIED"])
def test_what_the_provider_took_back_is_refused(status: str) -> None:
    deposit = an_opened_deposit()
    assert judge(deposit, a_payment(deposit, status=status, response_code=-1)) is (
        DepositEvent.REFUSED
    )


def test_a_claim_keeps_others_out_until_its_owner_must_be_dead() -> None:
    first = claim(an_opened_deposit(), NOW)
    assert first is not None
    assert claim(first, NOW + POLICY.claim_lifetime - timedelta(seconds=1)) is None
    second = claim(first, NOW + POLICY.claim_lifetime)
    assert second is not None
    assert (second.claimed_at, second.version) == (NOW + POLICY.claim_lifetime, first.version + 1)


def test_what_has_ended_has_no_page_or_is_old_is_not_claimed() -> None:
    assert claim(a_card_deposit(), NOW) is None
    assert claim(an_opened_deposit(), NOW + LIFETIME) is None
    for end in ENDS:
        assert claim(ended(end), NOW) is None


def test_a_deposit_lapses_only_when_no_commit_can_succeed_any_more() -> None:
    deposit = an_opened_deposit()
    assert not has_lapsed(deposit, NOW + LIFETIME - timedelta(seconds=1))
    assert has_lapsed(deposit, NOW + LIFETIME)
    late = claim(deposit, NOW + LIFETIME - timedelta(seconds=1))
    assert late is not None
    assert not has_lapsed(late, NOW + LIFETIME)
    assert has_lapsed(late, NOW + LIFETIME + POLICY.settle_time)


def test_an_old_deposit_is_checked_less_often() -> None:
    deposit = an_opened_deposit()
    soon, late = NOW + LIFETIME, NOW + POLICY.overdue_after
    assert postpone(deposit, soon).next_check_at == soon + POLICY.check_interval
    assert postpone(deposit, late).next_check_at == late + POLICY.max_check_interval


def test_a_refund_takes_back_what_is_left_and_available() -> None:
    deposit = ended(DepositState.CONFIRMED)
    rich = replace(ACCOUNT, available_minor=1_000_00)
    first = refund(rich, deposit, 30_00, NOW)
    assert first.posting is not None
    assert first.posting.kind is PostingKind.REFUND
    assert first.posting.amount_of(LineAccount.AVAILABLE) == -30_00
    assert first.posting.amount_of(LineAccount.WEBPAY) == 30_00
    assert first.after.refunded_minor == 30_00
    second = refund(first.posting.account_after, first.after, 70_00, NOW)
    assert second.after.refunded_minor == 100_00
    assert second.posting is not None
    assert first.posting.posting_id != second.posting.posting_id


@pytest.mark.parametrize(
    ("deposit", "available_minor", "amount_minor", "code"),
    [
        (ended(DepositState.CONFIRMED), 99_99, 100_00, "insufficient_funds"),
        (ended(DepositState.CONFIRMED), 1_000_00, 100_01, "above_deposit"),
        (ended(DepositState.CONFIRMED), 1_000_00, 0, "above_deposit"),
        (ended(DepositState.FAILED), 1_000_00, 1_00, "not_refundable"),
        (an_opened_deposit(), 1_000_00, 1_00, "not_refundable"),
    ],
)
def test_more_is_refused(
    deposit: Deposit, available_minor: int, amount_minor: int, code: str
) -> None:
    account = replace(ACCOUNT, available_minor=available_minor)
    with pytest.raises(Refused) as error:
        refund(account, deposit, amount_minor, NOW)
    assert error.value.code == code
