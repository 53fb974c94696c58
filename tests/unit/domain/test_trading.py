"""The decisions of an order's life: what is held is what is spent or given back, to the cent."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain import trading
from lambdas.domain.errors import InvalidInput, KeyReused, NotFound, Refused
from lambdas.domain.ledger import Account, PostingKind
from lambdas.domain.orders import Conflict, Effect, Event, Order, State
from lambdas.domain.trading import Purchase, Snapshot
from tests.builders import ALICE, NOW, POLICY, a_placing, a_purchase, a_quote


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
            event = Event.SEEN
        case State.ACCEPTED:
            event = Event.ACCEPT
        case State.REJECTED:
            event = Event.REJECT
        case State.VOIDED:
            event = Event.VOID
    return trading.apply(order, event, now=NOW).after


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
    assert (decision.posting.available_minor, decision.posting.held_minor) == (-380_50, 380_50)


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


def test_the_same_order_again_decides_nothing_even_when_the_price_has_become_too_old() -> None:
    snapshot = a_snapshot(order=an_order(), quote=None)
    assert trading.place(a_purchase(), snapshot, order_id="x", now=NOW, policy=POLICY) is None


def test_the_same_key_for_something_else_is_refused() -> None:
    with pytest.raises(KeyReused):
        trading.place(
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
    decision = trading.apply(order, event, now=NOW)
    assert decision.posting is not None
    assert decision.posting.held_minor == -order.cost_minor
    is_accepted = event is Event.ACCEPT
    assert decision.posting.available_minor == (0 if is_accepted else order.cost_minor)
    assert (decision.gained is not None) is is_accepted
    assert decision.after.ended_at == NOW


def test_both_ends_have_one_posting_id_so_only_one_can_be_written() -> None:
    spend, release = (
        trading.apply(an_order(), event, now=NOW).posting for event in (Event.ACCEPT, Event.REJECT)
    )
    assert spend is not None
    assert release is not None
    assert spend.posting_id == release.posting_id


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_money_moves_only_when_an_order_ends(state: State, event: Event) -> None:
    order = an_order(state)
    try:
        decision = trading.apply(order, event, now=NOW)
    except Refused:
        return
    has_ended = order.is_open and not decision.after.is_open
    assert (decision.posting is not None) is has_ended


def test_a_conflict_is_recorded_once_and_keeps_the_first() -> None:
    first = trading.apply(an_order(State.ACCEPTED), Event.REJECT, now=NOW)
    later = NOW + timedelta(hours=1)
    second = trading.apply(first.after, Event.REJECT, now=later)
    assert first.effect is second.effect is Effect.CONFLICT
    assert second.after.conflict == Conflict(event=Event.REJECT, seen_at=NOW)
    assert second.after == first.after


def test_asking_again_doubles_its_waits_up_to_the_longest() -> None:
    order = an_order(State.SENT)
    waits = []
    now = order.created_at
    for _ in range(40):
        waits.append(int((order.ask_at - now).total_seconds()))
        now = order.ask_at
        decision = trading.ask_again(order, POLICY, now)
        assert decision is not None
        assert decision.posting is None
        order = decision.after
    assert waits[:6] == [120, 240, 480, 960, 1920, 3600]
    assert set(waits[6:]) == {3600}
    assert order.is_open


@given(st.integers(0, 10_000_000))
def test_time_alone_never_ends_an_order(age_s: int) -> None:
    order = an_order(State.SENT)
    decision = trading.ask_again(order, POLICY, NOW + timedelta(seconds=age_s))
    assert decision is None or decision.after.is_open


def test_an_exchange_that_takes_a_repeated_id_for_a_new_request_is_not_asked_again() -> None:
    never = replace(POLICY, ask_again=False)
    assert trading.ask_again(an_order(), never, NOW + timedelta(days=1)) is None


@pytest.mark.parametrize("state", [State.ACCEPTED, State.REJECTED, State.VOIDED])
def test_an_order_that_has_ended_is_not_asked_about_nor_overdue(state: State) -> None:
    order = an_order(state)
    later = NOW + timedelta(days=1)
    assert trading.ask_again(order, POLICY, later) is None
    assert not order.is_overdue(later, POLICY.overdue_after)
    assert an_order().is_overdue(later, POLICY.overdue_after)
