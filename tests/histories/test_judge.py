"""Histories of an account that are right, and each way to make one wrong on purpose."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from lambdas.domain.orders import Purchase, State
from tests.histories.judge import Histories, OrderRecord, Truth, facts_of, ledger_complaints
from tests.histories.operations import (
    Deposit,
    Deposited,
    OrderView,
    Place,
    PositionView,
    PostingPage,
    PostingView,
    ReadOrder,
    ReadPositions,
    ReadPostings,
    ReadWallet,
    Refused,
    Request,
    Response,
    Wallet,
)
from tests.linearizability import NEVER

ANA = "ana's account"
PRICE = Decimal(10)
BUY = Place("order-1", Purchase(symbol="KO", quantity=Decimal(5)), (PRICE,))
ORDER = OrderView(State.PENDING, "KO", Decimal(5), PRICE, 50_00)
DEPOSIT = PostingView("deposit-1#DEPOSIT", "DEPOSIT", 100_00, 0)
HOLD = PostingView("order-1#HOLD", "HOLD", -50_00, 50_00)
SPEND = PostingView("order-1#END", "SPEND", 0, -50_00)
TRUTH = Truth(
    postings=[DEPOSIT.posting_id, HOLD.posting_id, SPEND.posting_id],
    orders=[
        OrderRecord(order_id="order-1", state="ACCEPTED", facts=facts_of("KO", "5", "10")),
    ],
    moments={
        DEPOSIT.posting_id: (0.5, 0.5),
        HOLD.posting_id: (2.5, 2.5),
        SPEND.posting_id: (6.5, 6.5),
    },
    echoes={"order-1": (4.5, 4.5)},
)

Told = dict[str, tuple[float, float, Request, Response]]
SOUND: Told = {
    "deposit": (0, 1, Deposit("deposit-1", 100_00), Deposited(100_00, is_new=True)),
    "too much": (
        1.2,
        1.4,
        replace(BUY, order_id="order-2", purchase=Purchase(symbol="KO", quantity=Decimal(11))),
        Refused("insufficient_funds"),
    ),
    "order": (2, 3, BUY, ORDER._replace(is_new=True)),
    "order again": (3.1, 3.4, BUY, ORDER),
    "wallet": (3.5, 4, ReadWallet(), Wallet(50_00, 50_00)),
    "order read": (5, 6, ReadOrder("order-1"), ORDER._replace(state=State.SENT)),
    "last page": (7, 8, ReadPostings(2, behind=HOLD.posting_id), PostingPage((DEPOSIT,), False)),
    "first page": (7, 8, ReadPostings(2), PostingPage((SPEND, HOLD), has_more=True)),
    "positions": (7, 8, ReadPositions(), (PositionView("KO", Decimal(5), 50_00),)),
    "the end": (7, 8, ReadOrder("order-1"), ORDER._replace(state=State.ACCEPTED)),
}


def violations(told: Told, truth: Truth = TRUTH) -> list[str]:
    histories = Histories()
    for call, ret, request, response in told.values():
        number = histories.call(ANA, "ana", request, call)
        histories.ret(ANA, number, response, ret)
    return list(histories.violations({ANA: truth}))


def test_a_sound_history_is_explained() -> None:
    assert violations(SOUND) == []


def test_so_is_one_without_known_times_of_the_systems_own_writes() -> None:
    assert violations(SOUND, replace(TRUTH, moments={}, echoes={})) == []


@pytest.mark.parametrize("lost", ["deposit", "order"])
def test_a_lost_answer_leaves_both_possible(lost: str) -> None:
    call, _, request, _ = SOUND[lost]
    assert violations(SOUND | {lost: (call, NEVER, request, None)}) == []
    again = SOUND | {"never": (1.5, NEVER, Deposit("deposit-9", 1_00), None)}
    assert violations(again) == []


def wrong(name: str, response: Response) -> Callable[[Told], Told]:
    def change(told: Told) -> Told:
        call, ret, request, _ = told[name]
        return told | {name: (call, ret, request, response)}

    return change


WRONG: dict[str, Callable[[Told], Told]] = {
    "a stale balance": wrong("wallet", Wallet(100_00, 0)),
    "a balance that never was": wrong("wallet", Wallet(50_00, 0)),
    "a deposit told twice as new": lambda told: (
        told | {"again": (1.5, 1.8, Deposit("deposit-1", 100_00), Deposited(100_00, is_new=True))}
    ),
    "another amount under a known key": lambda told: (
        told | {"again": (1.5, 1.8, Deposit("deposit-1", 7_00), Deposited(7_00, is_new=False))}
    ),
    "a refusal although there was money": lambda told: (
        told
        | {
            "refused": (
                1.5,
                1.8,
                replace(BUY, order_id="order-3"),
                Refused("insufficient_funds"),
            )
        }
    ),
    "a price that the board did not have": wrong(
        "order", ORDER._replace(price=Decimal(9), cost_minor=45_00, is_new=True)
    ),
    "a cost that is not price times quantity": wrong(
        "order", ORDER._replace(cost_minor=51_00, is_new=True)
    ),
    "a repeated order told as new": wrong("order again", ORDER._replace(is_new=True)),
    "an order that is not there": wrong("order read", Refused("not_found")),
    "an order that went back": wrong("the end", ORDER._replace(state=State.SENT)),
    "an order sent too early": lambda told: (
        told | {"early": (3.6, 4, ReadOrder("order-1"), ORDER._replace(state=State.SENT))}
    ),
    "the posting at the cursor twice": wrong("last page", PostingPage((HOLD, DEPOSIT), False)),
    "a posting left out": wrong("first page", PostingPage((SPEND, DEPOSIT), False)),
    "a page that claims to be the last": wrong("first page", PostingPage((SPEND, HOLD), False)),
    "shares that are not there yet": lambda told: (
        told | {"early": (3.6, 4, ReadPositions(), (PositionView("KO", Decimal(5), 50_00),))}
    ),
    "shares that are gone": wrong("positions", ()),
    "a version from the future": lambda told: (
        told | {"early": (3.6, 4, ReadWallet(), Wallet(50_00, 50_00, version=3))}
    ),
    "an old version": lambda told: (
        told | {"late": (9, 10, ReadWallet(), Wallet(50_00, 0, version=2))}
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_history_that_is_wrong_on_purpose_is_found(name: str) -> None:
    assert violations(WRONG[name](SOUND)), name


def test_the_story_is_short_and_says_what_was_told_and_what_was_so() -> None:
    (text,) = violations(WRONG["a stale balance"](SOUND))
    assert text.splitlines() == [
        "No order in time explains these answers. The best attempt:",
        "",
        "  ✓ [0.000 – 1.000]  ana deposits 100.00 → 100.00 deposited",
        "      then: available 100.00, held 0.00; 1 postings; orders: none",
        "  ✓ [1.200 – 1.400]  ana buys symbol=KO quantity=11 (order-2) →"
        " refused: insufficient_funds",
        "      then: available 100.00, held 0.00; 1 postings; orders: none",
        "  ✓ [2.000 – 3.000]  ana buys symbol=KO quantity=5 (order-1) →"
        " PENDING, 5 KO at 10 = 50.00",
        "      then: available 50.00, held 50.00; 2 postings; orders: PENDING",
        "  ✓ [3.100 – 3.400]  ana buys symbol=KO quantity=5 (order-1) →"
        " PENDING, 5 KO at 10 = 50.00",
        "      then: available 50.00, held 50.00; 2 postings; orders: PENDING",
        "  ✗ [3.500 – 4.000]  ana reads the wallet → available 100.00, held 0.00",
        "      This answer fits neither here nor at any other moment between its two times.",
    ]


TIMES = ["2026-01-01T00:00:03Z", "2026-01-01T00:00:02Z", "2026-01-01T00:00:01Z"]


def test_a_ledger_that_adds_up_has_no_complaints() -> None:
    pages = [(SPEND, HOLD), (DEPOSIT,)]
    assert list(ledger_complaints(pages, TIMES, (50_00, 0))) == []


@pytest.mark.parametrize(
    ("pages", "times", "wallet"),
    [
        ([(SPEND, HOLD), (HOLD, DEPOSIT)], TIMES, (50_00, 0)),
        ([(SPEND,), (DEPOSIT,)], TIMES, (50_00, 0)),
        ([(SPEND, HOLD), (DEPOSIT,)], TIMES[::-1], (50_00, 0)),
        ([(SPEND, HOLD), (DEPOSIT,)], TIMES, (51_00, 0)),
    ],
)
def test_a_ledger_that_does_not_has_some(
    pages: list[tuple[PostingView, ...]], times: list[str], wallet: tuple[int, int]
) -> None:
    assert list(ledger_complaints(pages, times, wallet))
