"""The judge of a run is not blind: each way to be wrong has its complaint, what is right none."""

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.chaos.aftermath import Aftermath, Letter, Owned
from tests.chaos.clients import Clients, Placed
from tests.chaos.plan import Intent
from tests.chaos.soak import family, resident_mb, slope
from tests.chaos.verdict import complaints
from tests.chaos.witness import Witness

DEPOSITED = Decimal("100.00")
GOOD, BAD = "order-accepted", "order-rejected"


def an_order(order_id: str, state: str) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "state": state,
        "symbol": "AAPL",
        "quantity": "0.5",
        "cost": "30.00",
        "asks": 0,
    }


def a_posting(kind: str, available: str, held: str, order_id: str | None) -> dict[str, Any]:
    return {"kind": kind, "available": available, "held": held, "order_id": order_id}


def a_verdict(order_id: str, valid: bool) -> dict[str, Any]:
    return {"request_id": order_id, "valid": valid, "symbol": "AAPL", "quantity": "0.5"}


def an_answer(order_id: str, valid: object) -> str:
    said = {"request_id": order_id, "group_id": 3, "seller": 0, "valid": valid}
    return json.dumps({"v": 1, "topic": "stocks/validation", "payload": json.dumps(said)})


OWNED = Owned(
    wallet={"available": "70.00", "held": "0.00"},
    orders=[an_order(GOOD, "ACCEPTED"), an_order(BAD, "REJECTED")],
    postings=[
        a_posting("DEPOSIT", "100.00", "0.00", None),
        a_posting("HOLD", "-30.00", "30.00", GOOD),
        a_posting("SPEND", "0.00", "-30.00", GOOD),
        a_posting("HOLD", "-30.00", "30.00", BAD),
        a_posting("RELEASE", "30.00", "-30.00", BAD),
    ],
    positions=[{"symbol": "AAPL", "quantity": "0.5", "cost": "30.00"}],
)
RIGHT = Aftermath(
    accounts=[OWNED],
    verdicts={GOOD: a_verdict(GOOD, True), BAD: a_verdict(BAD, False)},
    contradicted=set(),
    conflicts=set(),
    letters=[Letter(queue="validations", reason="there is no verdict", body=an_answer(GOOD, None))],
    exchange=Counter(),
)


def placed(key: int, order_ids: set[str], made: int = 1) -> Placed:
    intent = Intent(account=0, key=UUID(int=key), body={}, double_click=False, again=False)
    return Placed(intent=intent, order_ids=order_ids, made=made)


def told(aftermath: Aftermath, keys: list[Placed] | None = None) -> list[str]:
    clients = Clients([], Witness())
    clients.placed = keys or [placed(1, {GOOD}), placed(2, {BAD})]
    return complaints(aftermath, clients, DEPOSITED)


def with_account(**changes: Any) -> Aftermath:
    return replace(RIGHT, accounts=[replace(OWNED, **changes)])


def test_what_is_right_has_no_complaint() -> None:
    assert told(RIGHT) == []


WRONG: dict[str, tuple[str, Callable[[], Aftermath]]] = {
    "negative": ("law 1", lambda: with_account(wallet={"available": "-1.00", "held": "0.00"})),
    "lost money": ("law 2", lambda: with_account(wallet={"available": "69.99", "held": "0.00"})),
    "held for nothing": (
        "law 3",
        lambda: with_account(wallet={"available": "60.00", "held": "10.00"}),
    ),
    "shares for nothing": (
        "law 4",
        lambda: with_account(positions=[{"symbol": "AAPL", "quantity": "1.0", "cost": "30.00"}]),
    ),
    "a step twice": (
        "law 5",
        lambda: with_account(postings=[*OWNED.postings, a_posting("SPEND", "0.00", "0.00", GOOD)]),
    ),
    "no end": (
        "has no end",
        lambda: with_account(orders=[an_order(GOOD, "SENT"), an_order(BAD, "REJECTED")]),
    ),
    "otherwise than decided": (
        "ended otherwise",
        lambda: replace(RIGHT, verdicts={GOOD: a_verdict(GOOD, False), BAD: a_verdict(BAD, False)}),
    ),
    "a request of nobody": (
        "one side only",
        lambda: replace(RIGHT, verdicts=RIGHT.verdicts | {"x": a_verdict("x", True)}),
    ),
    "another quantity": (
        "published was",
        lambda: replace(
            RIGHT, verdicts=RIGHT.verdicts | {GOOD: a_verdict(GOOD, True) | {"quantity": "5"}}
        ),
    ),
    "a conflict of one answer": ("in conflict", lambda: replace(RIGHT, conflicts={GOOD})),
    "given up": (
        "without a reason",
        lambda: replace(RIGHT, letters=[Letter(queue="outbound", reason=None, body="{}")]),
    ),
    "a good answer put aside": (
        "a good message",
        lambda: replace(
            RIGHT,
            letters=[Letter(queue="validations", reason="odd", body=an_answer(GOOD, True))],
        ),
    ),
}


@pytest.mark.parametrize(("words", "wrong"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_told(words: str, wrong: Callable[[], Aftermath]) -> None:
    assert any(words in complaint for complaint in told(wrong()))


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("doubled", [placed(1, {GOOD, BAD})]),
        ("doubled", [placed(1, {GOOD}, made=2), placed(2, {BAD})]),
        ("lost", [placed(1, {GOOD}), placed(2, {BAD}), placed(3, {"gone"})]),
        ("not what anybody asked for", [placed(1, {GOOD})]),
        ("two keys", [placed(1, {GOOD}), placed(2, {BAD}), placed(3, {GOOD})]),
    ],
)
def test_what_was_lost_or_doubled_is_told(words: str, keys: list[Placed]) -> None:
    assert any(words in complaint for complaint in told(RIGHT, keys))


def test_an_exchange_that_said_both_may_have_been_believed_either_way() -> None:
    both = replace(
        RIGHT,
        verdicts=RIGHT.verdicts | {GOOD: a_verdict(GOOD, False)},
        contradicted={GOOD},
        conflicts={GOOD},
    )
    assert told(both) == []
    assert both.unlike_the_exchange == {GOOD}


def test_a_slope_is_that_of_the_line_through_the_measurements() -> None:
    assert slope([0, 1, 2, 3], [5, 7, 9, 11]) == 2
    assert slope([0, 1, 2, 3], [5, 6, 5, 6]) == pytest.approx(0.2)
    assert slope([1], [5]) == 0
    assert resident_mb([os.getpid()]) > 1
    assert os.getpid() in family(os.getppid())
