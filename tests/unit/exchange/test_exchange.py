"""The whole exchange without a broker: what it says, when, and that a run can be repeated."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.exchange.core import Exchange
from local.exchange.groups import numbers_beside
from local.exchange.ledger import Ledger
from local.exchange.malformed import Kind
from local.exchange.misbehaviour import Publication, Rates
from tests.unit.exchange.builders import NOON, an_exchange, later, payloads, request, run

REJECTED = frozenset({"AAPL"})


def opened(**changes: Any) -> Exchange:
    exchange = an_exchange(**changes)
    exchange.open(NOON)
    return exchange


def verdicts(published: list[Publication]) -> list[bool]:
    return [message["valid"] for message in payloads(published, Kind.VALIDATION)]


def test_a_batch_comes_at_once_and_then_every_interval() -> None:
    moments = [batch["datetime"] for batch in payloads(run(opened(), 601), Kind.INFO)]
    assert moments == [f"2026-03-02T12:{minute}:00.000Z" for minute in ("00", "05", "10")]


def test_before_it_is_opened_nothing_is_said() -> None:
    exchange = an_exchange()
    assert exchange.next_at is None
    assert exchange.due(NOON) == []


def test_past_batches_come_first_oldest_first_whatever_else_goes_wrong() -> None:
    exchange = opened(backfill=48, rates=Rates(drop=1))
    moments = [batch["datetime"] for batch in payloads(exchange.due(NOON), Kind.INFO)]
    assert len(moments) == 48
    assert moments == sorted(moments)
    assert moments[0] == "2026-03-01T12:30:00.000Z"


def test_after_a_long_sleep_one_batch_makes_up_for_all() -> None:
    exchange = opened()
    exchange.due(NOON)
    assert len(exchange.due(later(86_400))) == 1


def test_a_request_is_answered_after_the_delay() -> None:
    exchange = opened()
    exchange.receive(request(), NOON)
    assert verdicts(exchange.due(later(0.14))) == []
    assert payloads(exchange.due(later(0.46)), Kind.VALIDATION) == [
        {"request_id": "r-1", "group_id": 3, "seller": 0, "valid": True}
    ]


def test_the_same_request_again_gets_the_same_answer_again() -> None:
    exchange = opened(reject_share=0.5)
    for _ in range(3):
        for number in range(20):
            exchange.receive(request(f"r-{number}"), NOON)
    given: dict[str, list[bool]] = {}
    for message in payloads(run(exchange, 5), Kind.VALIDATION):
        given.setdefault(message["request_id"], []).append(message["valid"])
    assert {len(answers) for answers in given.values()} == {3}
    assert all(len(set(answers)) == 1 for answers in given.values())
    assert {answers[0] for answers in given.values()} == {True, False}


def test_the_first_content_under_an_id_decides() -> None:
    exchange = opened()
    exchange.receive(request(quantity=1), NOON)
    exchange.receive(request(quantity=0), NOON)
    assert verdicts(run(exchange, 5)) == [True, True]


def test_another_group_with_the_same_id_gets_its_own_answer() -> None:
    exchange = opened()
    exchange.receive(request(quantity=1), NOON)
    exchange.receive(request(quantity=0, group_id=13), NOON)
    answers = {m["group_id"]: m["valid"] for m in payloads(run(exchange, 5), Kind.VALIDATION)}
    assert answers == {3: True, 13: False}


def test_a_restart_with_other_rules_and_another_seed_keeps_the_old_answers(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    exchange = opened(ledger=Ledger(path))
    exchange.receive(request("old"), NOON)
    restarted = opened(ledger=Ledger(path), seed=2, reject_symbols=REJECTED)
    restarted.receive(request("old", group_id=3), NOON)
    restarted.receive(request("new"), NOON)
    answers = {m["request_id"]: m["valid"] for m in payloads(run(restarted, 5), Kind.VALIDATION)}
    assert answers == {"old": True, "new": False}


def test_the_ledger_holds_the_verdict_before_the_answer_goes_out() -> None:
    ledger = Ledger()
    exchange = opened(ledger=ledger, rates=Rates(drop=1))
    exchange.receive(request(), NOON)
    verdict = ledger.find(3, "r-1")
    assert verdict is not None
    assert verdict.valid


def test_a_malformed_request_is_ignored_and_told() -> None:
    exchange = opened()
    assert exchange.receive(b"undefined", NOON).startswith("ignored a request: not JSON")
    assert verdicts(run(exchange, 5)) == []


def test_a_stranger_cannot_draw_lines_in_the_log() -> None:
    said = opened().receive(request("x\n2026 ERROR all is lost\ud800", symbol="A\nB"), NOON)
    assert said.isprintable()
    assert said.isascii()


def test_a_dropped_answer_has_a_new_chance_when_asked_again() -> None:
    exchange = opened(rates=Rates(drop=0.5))
    for number in range(10):
        exchange.receive(request(f"r-{number}"), NOON)
    first = len(verdicts(run(exchange, 5)))
    for _ in range(20):
        for number in range(10):
            exchange.receive(request(f"r-{number}"), later(10))
    answered = {m["request_id"] for m in payloads(run(exchange, 5, later(10)), Kind.VALIDATION)}
    assert first < 10
    assert len(answered) == 10


def test_the_first_answer_is_the_true_one_whatever_goes_wrong() -> None:
    rates = Rates(repeat=0.5, delay=0.5, delay_max_s=8, reorder=0.5, contradict=0.8)
    ledger = Ledger()
    exchange = opened(rates=rates, reject_share=0.5, ledger=ledger)
    for number in range(60):
        exchange.receive(request(f"r-{number}"), NOON)
    first: dict[str, bool] = {}
    for message in payloads(run(exchange, 60), Kind.VALIDATION):
        first.setdefault(message["request_id"], message["valid"])
    assert len(first) == 60
    decided = {key: ledger.find(3, key) for key in first}
    assert all(verdict and verdict.valid is first[key] for key, verdict in decided.items())


def test_reordered_batches_swap_places() -> None:
    batches = payloads(run(opened(rates=Rates(reorder=1)), 301), Kind.INFO)
    moments = [batch["datetime"] for batch in batches]
    assert moments == ["2026-03-02T12:05:00.000Z", "2026-03-02T12:00:00.000Z"]


def test_the_end_says_what_was_still_to_be_said() -> None:
    exchange = opened()
    exchange.due(NOON)
    exchange.receive(request(), NOON)
    assert verdicts(exchange.close()) == [True]
    assert exchange.next_at is None
    assert exchange.due(later(9999)) == []


def test_other_groups_buy_about_as_often_as_told_and_never_as_us() -> None:
    requests = payloads(run(opened(groups=(1, 2, 4)), 3000), Kind.REQUEST)
    assert 200 < len(requests) < 400  # one in ten seconds
    assert {int(message["group_id"]) for message in requests} == {1, 2, 4}
    assert len({message["request_id"] for message in requests}) == len(requests)


def test_other_groups_spell_as_they_like_and_nearly_all_can_be_answered() -> None:
    exchange = opened(groups=(1, 2))
    requests = payloads(run(exchange, 3000), Kind.REQUEST)
    for key in ("group_id", "quantity", "seller"):
        assert len({type(message[key]) for message in requests}) > 1
    assert "hola" in {message["datetime"] for message in requests}
    for message in requests:
        exchange.receive(json.dumps(message).encode(), later(3000))
    answers = verdicts(run(exchange, 5, later(3000)))
    assert len(answers) >= len(requests)
    assert 0 < answers.count(False) < len(answers) / 5


def test_no_groups_no_purchases() -> None:
    assert payloads(run(opened(groups=()), 3000), Kind.REQUEST) == []


def test_a_run_can_be_repeated() -> None:
    rates = Rates(repeat=0.3, drop=0.3, delay=0.3, reorder=0.3, contradict=0.3, malformed=0.3)

    def published(seed: int) -> list[Publication]:
        exchange = opened(rates=rates, reject_share=0.3, groups=(1, 2), seed=seed)
        for number in range(30):
            exchange.receive(request(f"r-{number}"), later(number / 10))
        return run(exchange, 900)

    assert published(1) == published(1)
    assert published(1) != published(2)


@pytest.mark.parametrize(("ours", "numbers"), [(3, (1, 2, 4)), (9, (1, 2, 3)), (1, (2, 3, 4))])
def test_our_number_stays_free(ours: int, numbers: tuple[int, ...]) -> None:
    assert numbers_beside(ours, 3) == numbers


def test_malformed_messages_accompany_every_topic() -> None:
    exchange = opened(rates=Rates(malformed=1), groups=(1,))
    exchange.receive(request(), NOON)
    published = run(exchange, 60)
    kinds = {publication.kind for publication in published if publication.note == "malformed"}
    assert kinds == set(Kind)
