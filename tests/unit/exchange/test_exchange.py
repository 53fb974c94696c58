"""The exchange without a broker: what it publishes, when, and that a run can be repeated."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.exchange.core import Exchange
from local.exchange.faults import FaultRates, Publication
from local.exchange.groups import other_groups
from local.exchange.ledger import Ledger
from local.exchange.messages import MessageKind
from tests.unit.exchange.builders import NOON, an_exchange, later, payloads, request, run

REJECTED = frozenset({"AAPL"})


def opened(**changes: Any) -> Exchange:
    exchange = an_exchange(**changes)
    exchange.open(NOON)
    return exchange


def verdicts(published: list[Publication]) -> list[bool]:
    return [message["valid"] for message in payloads(published, MessageKind.VALIDATION)]


def test_a_batch_comes_at_once_and_then_every_interval() -> None:
    moments = [batch["datetime"] for batch in payloads(run(opened(), 601), MessageKind.INFO)]
    assert moments == [f"2026-03-02T12:{minute}:00.000Z" for minute in ("00", "05", "10")]


def test_nothing_is_published_before_it_is_opened() -> None:
    exchange = an_exchange()
    assert exchange.next_at is None
    assert exchange.due(NOON) == []


def test_past_batches_come_first_oldest_first_and_without_faults() -> None:
    exchange = opened(backfill=48, rates=FaultRates(drop=1))
    moments = [batch["datetime"] for batch in payloads(exchange.due(NOON), MessageKind.INFO)]
    assert len(moments) == 48
    assert moments == sorted(moments)
    assert moments[0] == "2026-03-01T12:30:00.000Z"


def test_after_a_long_pause_one_batch_is_published() -> None:
    exchange = opened()
    exchange.due(NOON)
    assert len(exchange.due(later(86_400))) == 1


def test_a_request_is_answered_after_the_delay() -> None:
    exchange = opened()
    exchange.receive(request(), NOON)
    assert verdicts(exchange.due(later(0.14))) == []
    assert payloads(exchange.due(later(0.46)), MessageKind.VALIDATION) == [
        {"request_id": "r-1", "group_id": 3, "seller": 0, "valid": True}
    ]


def test_the_same_request_again_gets_the_same_answer_again() -> None:
    exchange = opened(reject_share=0.5)
    for _ in range(3):
        for number in range(20):
            exchange.receive(request(f"r-{number}"), NOON)
    given: dict[str, list[bool]] = {}
    for message in payloads(run(exchange, 5), MessageKind.VALIDATION):
        given.setdefault(message["request_id"], []).append(message["valid"])
    assert {len(answers) for answers in given.values()} == {3}
    assert all(len(set(answers)) == 1 for answers in given.values())
    assert {answers[0] for answers in given.values()} == {True, False}


def test_the_first_request_with_an_id_decides() -> None:
    exchange = opened()
    exchange.receive(request(quantity=1), NOON)
    exchange.receive(request(quantity=0), NOON)
    assert verdicts(run(exchange, 5)) == [True, True]


def test_another_group_with_the_same_id_gets_its_own_answer() -> None:
    exchange = opened()
    exchange.receive(request(quantity=1), NOON)
    exchange.receive(request(quantity=0, group_id=13), NOON)
    answers = {
        m["group_id"]: m["valid"] for m in payloads(run(exchange, 5), MessageKind.VALIDATION)
    }
    assert answers == {3: True, 13: False}


def test_a_restart_with_other_rules_and_another_seed_keeps_the_old_answers(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    exchange = opened(ledger=Ledger(path))
    exchange.receive(request("old"), NOON)
    restarted = opened(ledger=Ledger(path), seed=2, reject_symbols=REJECTED)
    restarted.receive(request("old", group_id=3), NOON)
    restarted.receive(request("new"), NOON)
    answers = {
        m["request_id"]: m["valid"] for m in payloads(run(restarted, 5), MessageKind.VALIDATION)
    }
    assert answers == {"old": True, "new": False}


def test_the_ledger_has_the_verdict_before_the_answer_is_published() -> None:
    ledger = Ledger()
    exchange = opened(ledger=ledger, rates=FaultRates(drop=1))
    exchange.receive(request(), NOON)
    verdict = ledger.find(3, "r-1")
    assert verdict is not None
    assert verdict.valid


def test_a_malformed_request_is_ignored_and_logged() -> None:
    exchange = opened()
    assert exchange.receive(b"undefined", NOON).startswith("ignored a request: not JSON")
    assert verdicts(run(exchange, 5)) == []


def test_text_from_outside_cannot_add_lines_to_the_log() -> None:
    line = opened().receive(request("x\n2026 ERROR all is lost\ud800", symbol="A\nB"), NOON)
    assert line.isprintable()
    assert line.isascii()


def test_a_dropped_answer_is_drawn_again_for_a_repeated_request() -> None:
    exchange = opened(rates=FaultRates(drop=0.5))
    for number in range(10):
        exchange.receive(request(f"r-{number}"), NOON)
    first = len(verdicts(run(exchange, 5)))
    for _ in range(20):
        for number in range(10):
            exchange.receive(request(f"r-{number}"), later(10))
    answered = {
        m["request_id"] for m in payloads(run(exchange, 5, later(10)), MessageKind.VALIDATION)
    }
    assert first < 10
    assert len(answered) == 10


def test_the_first_answer_is_the_true_one_under_every_fault() -> None:
    rates = FaultRates(repeat=0.5, delay=0.5, delay_max_s=8, reorder=0.5, contradict=0.8)
    ledger = Ledger()
    exchange = opened(rates=rates, reject_share=0.5, ledger=ledger)
    for number in range(60):
        exchange.receive(request(f"r-{number}"), NOON)
    first: dict[str, bool] = {}
    for message in payloads(run(exchange, 60), MessageKind.VALIDATION):
        first.setdefault(message["request_id"], message["valid"])
    assert len(first) == 60
    decided = {key: ledger.find(3, key) for key in first}
    assert all(verdict and verdict.valid is first[key] for key, verdict in decided.items())


def test_reordered_batches_swap_places() -> None:
    batches = payloads(run(opened(rates=FaultRates(reorder=1)), 301), MessageKind.INFO)
    moments = [batch["datetime"] for batch in batches]
    assert moments == ["2026-03-02T12:05:00.000Z", "2026-03-02T12:00:00.000Z"]


def test_closing_publishes_everything_that_was_scheduled() -> None:
    exchange = opened()
    exchange.due(NOON)
    exchange.receive(request(), NOON)
    assert verdicts(exchange.close()) == [True]
    assert exchange.next_at is None
    assert exchange.due(later(9999)) == []


def test_other_groups_buy_at_the_configured_interval_and_never_as_us() -> None:
    requests = payloads(run(opened(groups=(1, 2, 4)), 3000), MessageKind.REQUEST)
    assert 200 < len(requests) < 400  # one in ten seconds
    assert {int(message["group_id"]) for message in requests} == {1, 2, 4}
    assert len({message["request_id"] for message in requests}) == len(requests)


def test_other_groups_use_different_spellings_and_nearly_all_can_be_answered() -> None:
    exchange = opened(groups=(1, 2))
    requests = payloads(run(exchange, 3000), MessageKind.REQUEST)
    for key in ("group_id", "quantity", "seller"):
        assert len({type(message[key]) for message in requests}) > 1
    assert "hola" in {message["datetime"] for message in requests}
    for message in requests:
        exchange.receive(json.dumps(message).encode(), later(3000))
    answers = verdicts(run(exchange, 5, later(3000)))
    assert len(answers) >= len(requests)
    assert 0 < answers.count(False) < len(answers) / 5


def test_no_groups_no_purchases() -> None:
    assert payloads(run(opened(groups=()), 3000), MessageKind.REQUEST) == []


def test_a_run_can_be_repeated() -> None:
    rates = FaultRates(repeat=0.3, drop=0.3, delay=0.3, reorder=0.3, contradict=0.3, malformed=0.3)

    def published(seed: int) -> list[Publication]:
        exchange = opened(rates=rates, reject_share=0.3, groups=(1, 2), seed=seed)
        for number in range(30):
            exchange.receive(request(f"r-{number}"), later(number / 10))
        return run(exchange, 900)

    assert published(1) == published(1)
    assert published(1) != published(2)


@pytest.mark.parametrize(("ours", "numbers"), [(3, (1, 2, 4)), (9, (1, 2, 3)), (1, (2, 3, 4))])
def test_no_other_group_gets_our_number(ours: int, numbers: tuple[int, ...]) -> None:
    assert other_groups(ours, 3) == numbers


def test_malformed_messages_accompany_every_topic() -> None:
    exchange = opened(rates=FaultRates(malformed=1), groups=(1,))
    exchange.receive(request(), NOON)
    published = run(exchange, 60)
    kinds = {publication.kind for publication in published if publication.note == "malformed"}
    assert kinds == set(MessageKind)
