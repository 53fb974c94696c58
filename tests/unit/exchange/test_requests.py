"""Requests and verdicts: every spelling is read, nothing is fatal, verdicts never change."""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.exchange.ledger import Ledger, LedgerUnreadable, to_line
from local.exchange.messages import MalformedRequest, PurchaseRequest, read_request
from local.exchange.verdicts import Reason, Rules, answer, decide
from tests.unit.exchange.builders import NOON, a_purchase, request

RULES = Rules(seed=1, symbols=frozenset({"AAPL", "LTMAY"}))


@pytest.mark.parametrize("group_id", ["3", 3, " 3 ", "03", 3.0])
@pytest.mark.parametrize("quantity", [2.5, "2.5", "2.50"])
def test_numbers_are_read_in_every_spelling(group_id: object, quantity: object) -> None:
    purchase = read_request(request(group_id=group_id, quantity=quantity))
    assert purchase == PurchaseRequest(
        request_id="r-1", group_id=3, symbol="AAPL", quantity=Decimal("2.5")
    )


def test_a_quantity_keeps_every_digit() -> None:
    payload = request().replace(b"2.5", b"0.1234567890123456789")
    assert read_request(payload).quantity == Decimal("0.1234567890123456789")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"undefined",
        b"null",
        b"[]",
        b"\xff\xfe{",
        b"[" * 60_000,
        request()[:-5],
        request(request_id=None),
        request(request_id=""),
        request(request_id="x" * 201),
        request(symbol=7),
        request(group_id=True),
        request(group_id="tres"),
        request(group_id=-1),
        request(group_id=2.5),
        request(group_id="1e999999"),
        request(quantity="muchas"),
        request(quantity="NaN"),
        request(quantity=float("inf")),
        request(quantity=None),
        request(quantity=[1]),
        request(quantity="1" * 300),
        request(extra="x" * 70_000),
        b'{"request_id": "a", "group_id": 3, "symbol": "AAPL", "quantity": 1e9999999999999999999}',
        b'{"request_id": "a", "group_id": 3, "symbol": "AAPL", "quantity": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_malformed_request_is_refused_with_a_reason(payload: bytes) -> None:
    with pytest.raises(MalformedRequest, match=r"\w"):
        read_request(payload)


texts = st.text("019.e+-NaIf \u0663x", max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
json_values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(texts, scalars, max_size=2)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(json.loads(request()), json_values)))
def test_no_message_raises_any_other_error(message: dict[str, Any]) -> None:
    try:
        purchase = read_request(json.dumps(message).encode())
    except MalformedRequest:
        return
    assert purchase.quantity.is_finite()
    assert 0 <= purchase.group_id <= 10**9


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, Reason.ACCEPTED),
        ({"quantity": Decimal(0)}, Reason.BAD_QUANTITY),
        ({"quantity": Decimal(-1)}, Reason.BAD_QUANTITY),
        ({"symbol": "NOPE"}, Reason.UNKNOWN_SYMBOL),
    ],
)
def test_the_verdict_depends_on_quantity_and_symbol(
    changes: dict[str, Any], reason: Reason
) -> None:
    assert decide(a_purchase(**changes), RULES, NOON).reason is reason


def test_a_rejected_symbol_is_always_rejected_and_the_others_never() -> None:
    rules = Rules(seed=1, symbols=RULES.symbols, reject_symbols=frozenset({"LTMAY"}))
    for number in range(50):
        rejected = decide(a_purchase(f"r-{number}", symbol="LTMAY"), rules, NOON)
        assert rejected.reason is Reason.REJECTED_SYMBOL
        assert decide(a_purchase(f"r-{number}"), rules, NOON).valid


@pytest.mark.parametrize(("share", "fewest", "most"), [(0, 0, 0), (0.3, 220, 380), (1, 1000, 1000)])
def test_the_share_of_rejections_is_kept(share: float, fewest: int, most: int) -> None:
    rules = Rules(seed=1, symbols=RULES.symbols, reject_share=share)
    verdicts = [decide(a_purchase(f"r-{number}"), rules, NOON) for number in range(1000)]
    assert fewest <= sum(not verdict.valid for verdict in verdicts) <= most


def test_random_rejections_depend_on_seed_group_and_id_alone() -> None:
    def verdicts(seed: int, group_id: int, numbers: Iterable[int]) -> dict[int, bool]:
        rules = Rules(seed=seed, symbols=RULES.symbols, reject_share=0.5)
        return {n: decide(a_purchase(f"r-{n}", group_id), rules, NOON).valid for n in numbers}

    assert verdicts(1, 3, range(50)) == verdicts(1, 3, reversed(range(50)))
    assert verdicts(1, 3, range(50)) != verdicts(2, 3, range(50))
    assert verdicts(1, 3, range(50)) != verdicts(1, 4, range(50))


def test_the_answer_names_the_group_as_a_number() -> None:
    verdict = decide(a_purchase(), RULES, NOON)
    expected = {"request_id": "r-1", "group_id": 3, "seller": 0, "valid": True}
    assert json.loads(answer(verdict)) == expected
    assert json.loads(answer(verdict, contradicting=True)) == {**expected, "valid": False}


def test_a_ledger_keeps_verdicts_over_restarts(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ledger.jsonl"
    first = Ledger(path)
    verdicts = [
        decide(a_purchase(f"r\n\u2028{n}\ud800", quantity=Decimal(n)), RULES, NOON) for n in (0, 1)
    ]
    for verdict in verdicts:
        first.record(verdict)
    again = Ledger(path)
    assert len(again) == 2
    for verdict in verdicts:
        assert again.find(*verdict.key) == verdict
    assert again.find(4, "r-1") is None


def test_a_line_of_the_ledger_has_the_request_and_the_verdict(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    Ledger(path).record(decide(a_purchase(), RULES, NOON))
    assert json.loads(path.read_text()) == {
        "request_id": "r-1",
        "group_id": 3,
        "symbol": "AAPL",
        "quantity": "2.5",
        "valid": True,
        "reason": "accepted",
        "decided_at": "2026-03-02T12:00:00.000Z",
    }


def test_a_truncated_last_line_is_removed_and_writing_continues(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    line = to_line(decide(a_purchase("r-1"), RULES, NOON))
    path.write_text(line + to_line(decide(a_purchase("r-2"), RULES, NOON))[:-30])
    ledger = Ledger(path)
    assert len(ledger) == 1
    ledger.record(decide(a_purchase("r-3"), RULES, NOON))
    assert len(Ledger(path)) == 2


@pytest.mark.parametrize("text", ["hello\n", "hello", '{"request_id": 1}\n', "[]\n"])
def test_a_file_that_is_not_a_ledger_is_refused_and_unchanged(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text(text)
    with pytest.raises(LedgerUnreadable, match=r"ledger\.jsonl"):
        Ledger(path)
    assert path.read_text() == text
