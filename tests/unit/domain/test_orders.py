"""Orders: the transition table, and the decisions of an order's life.

What is held is what is spent or released, to the cent.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain import orders as decisions
from lambdas.domain.errors import InvalidInput, KeyReused, NotFound, Refused
from lambdas.domain.ledger import Account, LineAccount, Posting, PostingKind
from lambdas.domain.orders import (
    OPEN,
    TRANSITIONS,
    Conflict,
    Effect,
    Event,
    Order,
    Purchase,
    Snapshot,
    State,
    needs_account,
    order_id_for,
)
from tests.builders import ALICE, BRUNO, NOW, POLICY, a_placing, a_purchase, a_quote, key

HOLDING = Account(
    account_id=ALICE, available_minor=619_50, held_minor=380_50, version=2, posted_at=NOW
)
"""Alice's account after an order was placed."""


def test_every_event_has_an_effect_in_every_state() -> None:
    assert set(TRANSITIONS) == set(product(State, Event))


@pytest.mark.parametrize(("state", "event"), sorted(TRANSITIONS))
def test_only_open_orders_move(state: State, event: Event) -> None:
    effect, after = TRANSITIONS[state, event]
    if effect is Effect.MOVE:
        assert state in OPEN
        assert after is not state
    else:
        assert after is state


@pytest.mark.parametrize(
    ("event", "end"),
    [(Event.ACCEPT, State.ACCEPTED), (Event.REJECT, State.REJECTED), (Event.VOID, State.VOIDED)],
)
def test_each_ending_event_leads_to_its_own_end_and_repeats_there(event: Event, end: State) -> None:
    for state in OPEN:
        assert TRANSITIONS[state, event] == (Effect.MOVE, end)
    assert TRANSITIONS[end, event] == (Effect.REPEAT, end)


@pytest.mark.parametrize(
    ("end", "event"),
    [
        (State.ACCEPTED, Event.REJECT),
        (State.REJECTED, Event.ACCEPT),
        (State.VOIDED, Event.ACCEPT),
    ],
)
def test_an_answer_that_contradicts_the_end_is_a_conflict(end: State, event: Event) -> None:
    assert TRANSITIONS[end, event] == (Effect.CONFLICT, end)


def test_nothing_else_is_a_conflict() -> None:
    assert [effect for effect, _ in TRANSITIONS.values()].count(Effect.CONFLICT) == 3


def test_an_operator_cannot_void_an_answered_order() -> None:
    for state in (State.ACCEPTED, State.REJECTED):
        assert TRANSITIONS[state, Event.VOID] == (Effect.REFUSE, state)


def a_snapshot(available_minor: int = 1_000_00, **changes: Any) -> Snapshot:
    values: dict[str, Any] = {
        "account": Account(account_id=ALICE, available_minor=available_minor),
        "quote": a_quote(),
        "order": None,
    }
    return Snapshot(**(values | changes))


def an_order(state: State = State.PENDING) -> Order:
    order = a_placing(a_snapshot(), order_id="11111111-0000-4000-8000-000000000001").after
    match state:
        case State.PENDING:
            return order
        case State.SENT:
            event = Event.ECHOED
        case State.ACCEPTED:
            event = Event.ACCEPT
        case State.REJECTED:
            event = Event.REJECT
        case State.VOIDED:
            event = Event.VOID
    return decisions.apply(order, event, HOLDING, now=NOW).after


def balance_changes(posting: Posting) -> tuple[int, int]:
    return posting.amount_of(LineAccount.AVAILABLE), posting.amount_of(LineAccount.HELD)


def refusal(purchase: Purchase, snapshot: Snapshot) -> str:
    with pytest.raises(Refused) as error:
        a_placing(snapshot, order_id="x", purchase=purchase)
    return error.value.code


def test_placing_holds_price_times_quantity() -> None:
    decision = a_placing(a_snapshot(), order_id="x")
    assert decision.after.cost_minor == 380_50
    assert decision.after.state is State.PENDING
    assert decision.posting is not None
    assert decision.posting.kind is PostingKind.HOLD
    assert balance_changes(decision.posting) == (-380_50, 380_50)


def test_an_amount_buys_as_many_shares_as_it_pays_for() -> None:
    purchase = Purchase(symbol="AAPL", amount_minor=100_00)
    order = a_placing(a_snapshot(), order_id="x", purchase=purchase).after
    assert order.quantity == Decimal("0.525624")
    assert order.cost_minor == 100_00


def test_the_last_cent_can_be_spent_and_not_one_more() -> None:
    assert a_placing(a_snapshot(available_minor=380_50), order_id="x").after.cost_minor == 380_50
    assert refusal(a_purchase(), a_snapshot(available_minor=380_49)) == "insufficient_funds"


def test_a_price_at_the_age_limit_is_good_and_beyond_it_is_too_old() -> None:
    at_limit = a_quote(observed_at=NOW - timedelta(minutes=60))
    beyond = a_quote(observed_at=NOW - timedelta(minutes=60, microseconds=1))
    assert a_placing(a_snapshot(quote=at_limit), order_id="x").after.price == Decimal("190.25")
    assert refusal(a_purchase(), a_snapshot(quote=beyond)) == "price_too_old"


def test_a_price_above_the_clients_limit_is_refused_and_at_it_is_not() -> None:
    good = a_purchase(max_price=Decimal("190.25"))
    assert a_placing(a_snapshot(), order_id="x", purchase=good).after.price == Decimal("190.25")
    assert refusal(a_purchase(max_price=Decimal("190.24")), a_snapshot()) == "price_above_max"


def test_an_unknown_company_is_not_found() -> None:
    with pytest.raises(NotFound):
        a_placing(a_snapshot(quote=None), order_id="x")


@pytest.mark.parametrize(
    "purchase",
    [
        Purchase(symbol="LTMAY", quantity=Decimal("0.000001")),
        Purchase(symbol="LTMAY", amount_minor=1),
    ],
)
def test_shares_that_would_cost_nothing_are_refused(purchase: Purchase) -> None:
    dear = Decimal(1_000_000)
    price = Decimal("0.33") if purchase.quantity is not None else dear * 100
    with pytest.raises(InvalidInput) as error:
        a_placing(a_snapshot(quote=a_quote(price=price)), order_id="x", purchase=purchase)
    assert error.value.faults[0].code == "too_small"


def test_a_retry_of_the_client_decides_nothing_even_when_the_price_has_become_too_old() -> None:
    snapshot = a_snapshot(order=an_order(), quote=None)
    assert decisions.place(a_purchase(), snapshot, order_id="x", now=NOW, policy=POLICY) is None


def test_the_same_key_for_something_else_is_refused() -> None:
    with pytest.raises(KeyReused):
        decisions.place(
            a_purchase(quantity=Decimal(3)),
            a_snapshot(order=an_order()),
            order_id="x",
            now=NOW,
            policy=POLICY,
        )


@pytest.mark.parametrize("state", [State.PENDING, State.SENT])
@pytest.mark.parametrize("event", [Event.ACCEPT, Event.REJECT, Event.VOID])
def test_an_end_moves_exactly_what_was_held(state: State, event: Event) -> None:
    order = an_order(state)
    decision = decisions.apply(order, event, HOLDING, now=NOW)
    assert decision.posting is not None
    is_accepted = event is Event.ACCEPT
    released_minor = 0 if is_accepted else order.cost_minor
    assert balance_changes(decision.posting) == (released_minor, -order.cost_minor)
    assert decision.posting.amount_of(LineAccount.EXCHANGE) == order.cost_minor - released_minor
    assert (decision.position_change is not None) is is_accepted
    assert decision.after.ended_at == NOW


def test_both_ends_have_the_same_posting_id() -> None:
    spend, release = (
        decisions.apply(an_order(), event, HOLDING, now=NOW).posting
        for event in (Event.ACCEPT, Event.REJECT)
    )
    assert spend is not None
    assert release is not None
    assert spend.posting_id == release.posting_id


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_money_moves_only_when_an_order_ends(state: State, event: Event) -> None:
    order = an_order(state)
    try:
        decision = decisions.apply(order, event, HOLDING, now=NOW)
    except Refused:
        return
    has_ended = order.is_open and not decision.after.is_open
    assert (decision.posting is not None) is has_ended


def test_a_conflict_is_recorded_once_and_keeps_the_first() -> None:
    first = decisions.apply(an_order(State.ACCEPTED), Event.REJECT, None, now=NOW)
    later = NOW + timedelta(hours=1)
    second = decisions.apply(first.after, Event.REJECT, None, now=later)
    assert (first.effect, second.effect) == (Effect.CONFLICT, Effect.REPEAT)
    assert second.after.conflict == Conflict(event=Event.REJECT, seen_at=NOW)
    assert second.after == first.after


def test_the_interval_of_retries_doubles_up_to_the_maximum() -> None:
    order = an_order(State.SENT)
    waits = []
    now = order.created_at
    for _ in range(40):
        waits.append(int((order.next_attempt_at - now).total_seconds()))
        now = order.next_attempt_at
        decision = decisions.retry(order, POLICY, now)
        assert decision is not None
        assert decision.posting is None
        order = decision.after
    assert waits[:6] == [120, 240, 480, 960, 1920, 3600]
    assert set(waits[6:]) == {3600}
    assert order.is_open


@given(st.integers(0, 10_000_000))
def test_time_alone_never_ends_an_order(age_s: int) -> None:
    order = an_order(State.SENT)
    decision = decisions.retry(order, POLICY, NOW + timedelta(seconds=age_s))
    assert decision is None or decision.after.is_open


def test_retries_can_be_turned_off() -> None:
    off = replace(POLICY, retry_orders=False)
    assert decisions.retry(an_order(), off, NOW + timedelta(days=1)) is None


@pytest.mark.parametrize("state", [State.ACCEPTED, State.REJECTED, State.VOIDED])
def test_an_ended_order_is_neither_retried_nor_overdue(state: State) -> None:
    order = an_order(state)
    later = NOW + timedelta(days=1)
    assert decisions.retry(order, POLICY, later) is None
    assert not order.is_overdue(later, POLICY.overdue_after)
    assert an_order().is_overdue(later, POLICY.overdue_after)


def test_voided_and_then_rejected_is_no_conflict() -> None:
    """The money is back already."""
    voided = an_order(State.VOIDED)
    decision = decisions.apply(voided, Event.REJECT, HOLDING, now=NOW)
    assert (decision.effect, decision.after, decision.posting) == (Effect.REPEAT, voided, None)


@pytest.mark.parametrize(("state", "event"), sorted(TRANSITIONS))
def test_a_decision_is_what_the_table_says(state: State, event: Event) -> None:
    order = an_order(state)
    effect, after = TRANSITIONS[state, event]
    if effect is Effect.REFUSE:
        with pytest.raises(Refused) as error:
            decisions.apply(order, event, HOLDING, now=NOW)
        assert error.value.code == "order_has_ended"
        return
    decision = decisions.apply(order, event, HOLDING, now=NOW)
    assert (decision.before, decision.effect, decision.after.state) == (order, effect, after)
    is_written = effect in (Effect.MOVE, Effect.CONFLICT)
    assert decision.after.version == order.version + is_written
    assert (decision.after is not order) is is_written


@pytest.mark.parametrize(("state", "event"), sorted(TRANSITIONS))
def test_the_account_is_needed_exactly_where_money_moves(state: State, event: Event) -> None:
    order = an_order(state)
    try:
        decision = decisions.apply(order, event, HOLDING, now=NOW)
    except Refused:
        assert not needs_account(order, event)
    else:
        assert needs_account(order, event) is (decision.posting is not None)


@pytest.mark.parametrize("event", [Event.ACCEPT, Event.REJECT, Event.VOID])
def test_an_order_never_ends_before_it_was_created_however_clocks_differ(event: Event) -> None:
    early = NOW - timedelta(minutes=1)
    decision = decisions.apply(an_order(), event, HOLDING, now=early)
    assert decision.after.ended_at == NOW
    assert decision.posting is not None
    assert decision.posting.recorded_at == NOW


def test_an_order_becomes_overdue_at_its_limit() -> None:
    order = an_order(State.SENT)
    limit = order.created_at + POLICY.overdue_after
    assert order.is_overdue(limit, POLICY.overdue_after)
    assert not order.is_overdue(limit - timedelta(microseconds=1), POLICY.overdue_after)


def test_a_void_keeps_the_operators_reason_and_an_answer_its_own() -> None:
    voided = decisions.apply(
        an_order(), Event.VOID, HOLDING, now=NOW, reason="the exchange lost it"
    )
    assert voided.after.reason == "the exchange lost it"
    assert an_order(State.ACCEPTED).reason == "the exchange accepted it"
    assert an_order(State.REJECTED).reason == "the exchange rejected it"


def test_ids_of_two_accounts_never_collide() -> None:
    ids = {order_id_for(account, key(number)) for account in (ALICE, BRUNO) for number in (1, 2)}
    assert len(ids) == 4
    assert order_id_for(ALICE, key(1)) == order_id_for(ALICE, key(1))


def test_equal_purchases_have_equal_fingerprints_in_any_notation() -> None:
    same = {a_purchase(quantity=Decimal(text)).fingerprint for text in ("2", "2.0", "2e0")}
    assert len(same) == 1
    others = {
        a_purchase(quantity=Decimal(3)).fingerprint,
        a_purchase(max_price=Decimal(2)).fingerprint,
        Purchase(symbol="AAPL", amount_minor=2).fingerprint,
        Purchase(symbol="MSFT", quantity=Decimal(2)).fingerprint,
    }
    assert len(others | same) == 5
