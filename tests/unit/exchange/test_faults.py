"""Fault injection: none at rate 0, always at rate 1, independent per fault, repeatable by seed."""

import json
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.exchange.faults import (
    BREAKAGES,
    BREAKAGES_OF_ANY_KIND,
    Breakage,
    FaultRates,
    Message,
    Publication,
    Schedule,
    break_message,
    inject_faults,
)
from local.exchange.messages import MalformedRequest, MessageKind, read_request
from local.exchange.seeds import random_source
from local.exchange.verdicts import Rules, answer, decide
from tests.unit.exchange.builders import NOON, a_market, a_purchase, later, request

VERDICT = decide(a_purchase(), Rules(seed=1, symbols=frozenset({"AAPL"})), NOON)
ANSWER = Message(
    kind=MessageKind.VALIDATION,
    key="3/r-1/1",
    payload=answer(VERDICT),
    opposite=answer(VERDICT, contradicting=True),
    delay_s=0.25,
)
ALWAYS = FaultRates(repeat=1, delay=1, reorder=1, contradict=1, malformed=1)
EXAMPLES = {
    MessageKind.INFO: a_market().batch(NOON),
    MessageKind.REQUEST: request(),
    MessageKind.VALIDATION: answer(VERDICT),
}


def answers(count: int) -> list[Message]:
    return [replace(ANSWER, key=f"3/r-{number}/1") for number in range(count)]


def test_without_faults_the_message_is_published_once_unchanged() -> None:
    for message in answers(100):
        only = Publication(
            kind=MessageKind.VALIDATION, payload=message.payload, delay_s=0.25, note=""
        )
        assert inject_faults(message, FaultRates(), 1) == [only]


def test_repeat_publishes_the_same_payload_twice() -> None:
    first, second = inject_faults(ANSWER, FaultRates(repeat=1), 1)
    assert first.payload == second.payload == ANSWER.payload
    assert second.delay_s >= first.delay_s
    assert (first.extra, second.extra) == (False, True)


def test_drop_publishes_nothing_not_even_a_contradiction() -> None:
    assert inject_faults(ANSWER, FaultRates(drop=1, repeat=1, contradict=1), 1) == []


def test_a_late_message_is_late_by_no_more_than_the_maximum() -> None:
    delays = [
        inject_faults(message, FaultRates(delay=1, delay_max_s=9), 1)[0].delay_s
        for message in answers(200)
    ]
    assert all(0.25 <= delay <= 9.25 for delay in delays)
    assert max(delays) > 8
    assert min(delays) < 1.5


def test_a_contradiction_says_the_opposite_and_comes_after_the_true_answer() -> None:
    for message in answers(50):
        published = inject_faults(message, ALWAYS, 1)
        true = next(p for p in published if not p.extra)
        contradicting = next(p for p in published if p.note == "contradicting")
        assert true.payload == message.payload
        assert json.loads(contradicting.payload)["valid"] is False
        assert contradicting.delay_s > true.delay_s + true.waits_s


def test_a_message_without_an_opposite_is_not_contradicted() -> None:
    assert len(inject_faults(replace(ANSWER, opposite=None), FaultRates(contradict=1), 1)) == 1


def test_a_malformed_message_accompanies_the_good_one() -> None:
    broken, good = inject_faults(ANSWER, FaultRates(malformed=1), 1)
    assert (broken.extra, broken.note) == (True, "malformed")
    assert broken.payload != good.payload == ANSWER.payload


def test_faults_depend_on_the_seed_and_not_on_the_order_of_messages() -> None:
    rates = FaultRates(repeat=0.5, drop=0.5, delay=0.5, reorder=0.5, contradict=0.5, malformed=0.5)

    def outcomes(messages: Iterable[Message], seed: int) -> dict[str, list[Publication]]:
        return {message.key: inject_faults(message, rates, seed) for message in messages}

    assert outcomes(answers(40), 1) == outcomes(reversed(answers(40)), 1)
    assert outcomes(answers(40), 1) != outcomes(answers(40), 2)


def test_the_rate_of_one_fault_does_not_affect_another() -> None:
    def dropped(rates: FaultRates) -> list[str]:
        return [message.key for message in answers(100) if not inject_faults(message, rates, 1)]

    alone = dropped(FaultRates(drop=0.4))
    assert 20 < len(alone) < 60
    assert dropped(FaultRates(drop=0.4, repeat=1, delay=1, reorder=1, contradict=1)) == alone


def test_a_higher_rate_affects_the_same_messages_and_more() -> None:
    def repeated(rate: float) -> set[str]:
        return {
            m.key for m in answers(200) if len(inject_faults(m, FaultRates(repeat=rate), 1)) == 2
        }

    assert repeated(0.2) < repeated(0.6)


@pytest.mark.parametrize("breakage", [*BREAKAGES_OF_ANY_KIND, *BREAKAGES[MessageKind.VALIDATION]])
def test_no_broken_answer_carries_a_verdict(breakage: Breakage) -> None:
    try:
        message = json.loads(breakage(EXAMPLES[MessageKind.VALIDATION]))
    except (ValueError, RecursionError):
        return
    named = isinstance(message, dict) and isinstance(message.get("request_id"), str)
    assert not (named and message.get("valid") in (True, False, "true", "True", 1))


@pytest.mark.parametrize("breakage", [*BREAKAGES_OF_ANY_KIND, *BREAKAGES[MessageKind.REQUEST]])
def test_no_broken_request_can_be_answered(breakage: Breakage) -> None:
    with pytest.raises(MalformedRequest):
        read_request(breakage(EXAMPLES[MessageKind.REQUEST]))


@pytest.mark.parametrize("breakage", [*BREAKAGES_OF_ANY_KIND, *BREAKAGES[MessageKind.INFO]])
def test_every_broken_batch_is_broken_somewhere(breakage: Breakage) -> None:
    def all_good(payload: bytes) -> bool:
        items = json.loads(json.loads(payload)["stocks"])
        return all(item["symbol"] and 0 < item["price"] < 1e12 for item in items)

    assert all_good(EXAMPLES[MessageKind.INFO])
    try:
        good = all_good(breakage(EXAMPLES[MessageKind.INFO]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    assert not good


@pytest.mark.parametrize("kind", MessageKind)
def test_breakages_are_repeatable_by_seed_and_all_of_them_occur(kind: MessageKind) -> None:
    def broken(seed: int) -> bytes:
        return break_message(kind, EXAMPLES[kind], Random(seed))

    assert broken(5) == broken(5)
    assert len({broken(seed) for seed in range(300)}) == len(BREAKAGES_OF_ANY_KIND) + len(
        BREAKAGES[kind]
    )


def a_publication(
    number: int, *, delay_s: float = 0, waits_s: float = 0, **changes: Any
) -> Publication:
    return Publication(
        **{
            "kind": MessageKind.VALIDATION,
            "payload": str(number).encode(),
            "delay_s": delay_s,
            "note": "",
            "waits_s": waits_s,
            **changes,
        }
    )


def released(schedule: Schedule, seconds: float) -> list[int]:
    return [int(publication.payload) for publication in schedule.release(later(seconds))]


def test_publications_are_released_when_due_and_ties_keep_their_order() -> None:
    schedule = Schedule()
    for number, delay_s in enumerate((2, 1, 1)):
        schedule.add(a_publication(number, delay_s=delay_s), NOON)
    assert released(schedule, 0.9) == []
    assert schedule.next_at == later(1)
    assert released(schedule, 1) == [1, 2]
    assert released(schedule, 2) == [0]
    assert schedule.next_at is None


def test_a_held_publication_is_overtaken_by_the_next_one() -> None:
    schedule = Schedule()
    schedule.add(a_publication(1, waits_s=5), NOON)
    assert released(schedule, 0) == []
    schedule.add(a_publication(2, delay_s=1), NOON)
    assert released(schedule, 1) == [2, 1]


def test_held_publications_swap_in_pairs() -> None:
    schedule = Schedule()
    for number in range(4):
        schedule.add(a_publication(number, delay_s=number, waits_s=5), NOON)
    assert released(schedule, 3) == [1, 0, 3, 2]


def test_a_held_publication_is_released_after_its_waiting_time() -> None:
    schedule = Schedule()
    schedule.add(a_publication(1, waits_s=5), NOON)
    assert released(schedule, 4.9) == []
    assert schedule.next_at == later(5)
    assert released(schedule, 5) == [1]


def test_a_publication_that_is_due_after_the_waiting_time_does_not_overtake() -> None:
    schedule = Schedule()
    schedule.add(a_publication(1, waits_s=2), NOON)
    schedule.add(a_publication(2, delay_s=3), NOON)
    assert released(schedule, 10) == [1, 2]


def test_neither_an_extra_nor_another_kind_overtakes() -> None:
    schedule = Schedule()
    schedule.add(a_publication(1, waits_s=5), NOON)
    schedule.add(a_publication(2, extra=True), NOON)
    schedule.add(a_publication(3, kind=MessageKind.INFO), NOON)
    assert released(schedule, 1) == [2, 3]
    assert released(schedule, 5) == [1]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10), st.sampled_from((0.0, 1.0, 20.0)), st.sampled_from(MessageKind)
        ),
        max_size=30,
    )
)
def test_everything_is_released_exactly_once_and_never_too_early(
    plans: list[tuple[int, float, MessageKind]],
) -> None:
    schedule = Schedule()
    for number, (delay_s, waits_s, kind) in enumerate(plans):
        schedule.add(a_publication(number, delay_s=delay_s, waits_s=waits_s, kind=kind), NOON)
    out = []
    for half_seconds in range(8):
        for number in released(schedule, half_seconds / 2):
            assert plans[number][0] <= half_seconds / 2
            out.append(number)
    out += [int(publication.payload) for publication in schedule.release_all()]
    assert sorted(out) == list(range(len(plans)))
    assert schedule.next_at is None


def test_sources_whose_joined_names_are_equal_differ() -> None:
    assert random_source(1, "a", "bc").random() != random_source(1, "ab", "c").random()
    assert random_source(1, "a", "b").random() == random_source(1, "a", "b").random()
    assert random_source(1, "\ud800").random() != random_source(2, "\ud800").random()
