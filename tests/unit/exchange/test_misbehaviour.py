"""Misbehaviour: at rate 0 nothing, at rate 1 always, each kind by itself, repeatable by seed."""

import json
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.exchange.agenda import Agenda
from local.exchange.dice import dice
from local.exchange.malformed import ANYWHERE, OF_KIND, Breakage, Kind, break_message
from local.exchange.misbehaviour import Message, Publication, Rates, misbehave
from local.exchange.purchases import Malformed, read_purchase
from local.exchange.verdicts import Rules, answer, decide
from tests.unit.exchange.builders import NOON, a_market, a_purchase, later, request

VERDICT = decide(a_purchase(), Rules(seed=1, symbols=frozenset({"AAPL"})), NOON)
ANSWER = Message(
    kind=Kind.VALIDATION,
    key="3/r-1/1",
    payload=answer(VERDICT),
    opposite=answer(VERDICT, contradicting=True),
    delay_s=0.25,
)
ALWAYS = Rates(repeat=1, delay=1, reorder=1, contradict=1, malformed=1)
EXAMPLES = {
    Kind.INFO: a_market().batch(NOON),
    Kind.REQUEST: request(),
    Kind.VALIDATION: answer(VERDICT),
}


def answers(count: int) -> list[Message]:
    return [replace(ANSWER, key=f"3/r-{number}/1") for number in range(count)]


def test_without_misbehaviour_the_message_goes_out_once_as_it_is() -> None:
    for message in answers(100):
        only = Publication(kind=Kind.VALIDATION, payload=message.payload, delay_s=0.25, note="")
        assert misbehave(message, Rates(), 1) == [only]


def test_repeat_sends_the_same_payload_twice() -> None:
    first, second = misbehave(ANSWER, Rates(repeat=1), 1)
    assert first.payload == second.payload == ANSWER.payload
    assert second.delay_s >= first.delay_s
    assert (first.extra, second.extra) == (False, True)


def test_drop_sends_nothing_not_even_a_contradiction() -> None:
    assert misbehave(ANSWER, Rates(drop=1, repeat=1, contradict=1), 1) == []


def test_a_late_message_is_late_by_no_more_than_the_maximum() -> None:
    delays = [
        misbehave(message, Rates(delay=1, delay_max_s=9), 1)[0].delay_s for message in answers(200)
    ]
    assert all(0.25 <= delay <= 9.25 for delay in delays)
    assert max(delays) > 8
    assert min(delays) < 1.5


def test_a_contradiction_says_the_opposite_and_comes_after_the_true_answer() -> None:
    for message in answers(50):
        published = misbehave(message, ALWAYS, 1)
        true = next(p for p in published if not p.extra)
        contradicting = next(p for p in published if p.note == "contradicting")
        assert true.payload == message.payload
        assert json.loads(contradicting.payload)["valid"] is False
        assert contradicting.delay_s > true.delay_s + true.yields_s


def test_what_has_no_opposite_is_not_contradicted() -> None:
    assert len(misbehave(replace(ANSWER, opposite=None), Rates(contradict=1), 1)) == 1


def test_a_malformed_message_comes_along_and_the_good_one_still_goes_out() -> None:
    broken, good = misbehave(ANSWER, Rates(malformed=1), 1)
    assert (broken.extra, broken.note) == (True, "malformed")
    assert broken.payload != good.payload == ANSWER.payload


def test_the_same_seed_does_the_same_in_any_order_and_another_seed_something_else() -> None:
    rates = Rates(repeat=0.5, drop=0.5, delay=0.5, reorder=0.5, contradict=0.5, malformed=0.5)

    def outcomes(messages: Iterable[Message], seed: int) -> dict[str, list[Publication]]:
        return {message.key: misbehave(message, rates, seed) for message in messages}

    assert outcomes(answers(40), 1) == outcomes(reversed(answers(40)), 1)
    assert outcomes(answers(40), 1) != outcomes(answers(40), 2)


def test_no_rate_disturbs_another() -> None:
    def dropped(rates: Rates) -> list[str]:
        return [message.key for message in answers(100) if not misbehave(message, rates, 1)]

    alone = dropped(Rates(drop=0.4))
    assert 20 < len(alone) < 60
    assert dropped(Rates(drop=0.4, repeat=1, delay=1, reorder=1, contradict=1)) == alone


def test_a_higher_rate_strikes_the_same_messages_and_more() -> None:
    def repeated(rate: float) -> set[str]:
        return {m.key for m in answers(200) if len(misbehave(m, Rates(repeat=rate), 1)) == 2}

    assert repeated(0.2) < repeated(0.6)


@pytest.mark.parametrize("breakage", [*ANYWHERE, *OF_KIND[Kind.VALIDATION]])
def test_no_broken_answer_carries_a_verdict(breakage: Breakage) -> None:
    try:
        message = json.loads(breakage(EXAMPLES[Kind.VALIDATION]))
    except (ValueError, RecursionError):
        return
    named = isinstance(message, dict) and isinstance(message.get("request_id"), str)
    assert not (named and message.get("valid") in (True, False, "true", "True", 1))


@pytest.mark.parametrize("breakage", [*ANYWHERE, *OF_KIND[Kind.REQUEST]])
def test_no_broken_request_can_be_answered(breakage: Breakage) -> None:
    with pytest.raises(Malformed):
        read_purchase(breakage(EXAMPLES[Kind.REQUEST]))


@pytest.mark.parametrize("breakage", [*ANYWHERE, *OF_KIND[Kind.INFO]])
def test_every_broken_batch_is_broken_somewhere(breakage: Breakage) -> None:
    def all_good(payload: bytes) -> bool:
        items = json.loads(json.loads(payload)["stocks"])
        return all(item["symbol"] and 0 < item["price"] < 1e12 for item in items)

    assert all_good(EXAMPLES[Kind.INFO])
    try:
        good = all_good(breakage(EXAMPLES[Kind.INFO]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    assert not good


@pytest.mark.parametrize("kind", Kind)
def test_a_breakage_repeats_for_a_seed_and_all_of_them_turn_up(kind: Kind) -> None:
    def broken(seed: int) -> bytes:
        return break_message(kind, EXAMPLES[kind], Random(seed))

    assert broken(5) == broken(5)
    assert len({broken(seed) for seed in range(300)}) == len(ANYWHERE) + len(OF_KIND[kind])


def a_publication(
    number: int, *, delay_s: float = 0, yields_s: float = 0, **changes: Any
) -> Publication:
    return Publication(
        **{
            "kind": Kind.VALIDATION,
            "payload": str(number).encode(),
            "delay_s": delay_s,
            "note": "",
            "yields_s": yields_s,
            **changes,
        }
    )


def released(agenda: Agenda, seconds: float) -> list[int]:
    return [int(publication.payload) for publication in agenda.release(later(seconds))]


def test_publications_go_out_when_they_are_due_and_ties_in_their_order() -> None:
    agenda = Agenda()
    for number, delay_s in enumerate((2, 1, 1)):
        agenda.add(a_publication(number, delay_s=delay_s), NOON)
    assert released(agenda, 0.9) == []
    assert agenda.next_at == later(1)
    assert released(agenda, 1) == [1, 2]
    assert released(agenda, 2) == [0]
    assert agenda.next_at is None


def test_a_yielding_publication_lets_the_next_one_pass() -> None:
    agenda = Agenda()
    agenda.add(a_publication(1, yields_s=5), NOON)
    assert released(agenda, 0) == []
    agenda.add(a_publication(2, delay_s=1), NOON)
    assert released(agenda, 1) == [2, 1]


def test_when_all_yield_they_swap_in_pairs() -> None:
    agenda = Agenda()
    for number in range(4):
        agenda.add(a_publication(number, delay_s=number, yields_s=5), NOON)
    assert released(agenda, 3) == [1, 0, 3, 2]


def test_a_yielding_publication_does_not_wait_for_ever() -> None:
    agenda = Agenda()
    agenda.add(a_publication(1, yields_s=5), NOON)
    assert released(agenda, 4.9) == []
    assert agenda.next_at == later(5)
    assert released(agenda, 5) == [1]


def test_patience_that_ended_before_the_next_one_was_due_is_no_swap() -> None:
    agenda = Agenda()
    agenda.add(a_publication(1, yields_s=2), NOON)
    agenda.add(a_publication(2, delay_s=3), NOON)
    assert released(agenda, 10) == [1, 2]


def test_neither_an_extra_nor_another_topic_overtakes() -> None:
    agenda = Agenda()
    agenda.add(a_publication(1, yields_s=5), NOON)
    agenda.add(a_publication(2, extra=True), NOON)
    agenda.add(a_publication(3, kind=Kind.INFO), NOON)
    assert released(agenda, 1) == [2, 3]
    assert released(agenda, 5) == [1]


@given(
    st.lists(
        st.tuples(st.integers(0, 10), st.sampled_from((0.0, 1.0, 20.0)), st.sampled_from(Kind)),
        max_size=30,
    )
)
def test_everything_goes_out_exactly_once_and_never_too_early(
    plans: list[tuple[int, float, Kind]],
) -> None:
    agenda = Agenda()
    for number, (delay_s, yields_s, kind) in enumerate(plans):
        agenda.add(a_publication(number, delay_s=delay_s, yields_s=yields_s, kind=kind), NOON)
    out = []
    for half_seconds in range(8):
        for number in released(agenda, half_seconds / 2):
            assert plans[number][0] <= half_seconds / 2
            out.append(number)
    out += [int(publication.payload) for publication in agenda.release_all()]
    assert sorted(out) == list(range(len(plans)))
    assert agenda.next_at is None


def test_streams_with_names_that_run_together_are_still_different() -> None:
    assert dice(1, "a", "bc").random() != dice(1, "ab", "c").random()
    assert dice(1, "a", "b").random() == dice(1, "a", "b").random()
    assert dice(1, "\ud800").random() != dice(2, "\ud800").random()
