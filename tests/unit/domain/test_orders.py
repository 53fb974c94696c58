"""The table of an order's life is total, and ends are ends."""

from itertools import product

import pytest

from lambdas.domain.orders import OPEN, TRANSITIONS, Effect, Event, State


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


@pytest.mark.parametrize("event", [Event.ACCEPT, Event.REJECT])
def test_an_answer_after_a_different_end_is_a_conflict(event: Event) -> None:
    same_end = {Event.ACCEPT: State.ACCEPTED, Event.REJECT: State.REJECTED}[event]
    for state in set(State) - OPEN - {same_end}:
        assert TRANSITIONS[state, event] == (Effect.CONFLICT, state)


def test_an_operator_is_told_that_the_exchange_was_first() -> None:
    for state in (State.ACCEPTED, State.REJECTED):
        assert TRANSITIONS[state, Event.VOID] == (Effect.REFUSE, state)
