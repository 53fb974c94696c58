"""GET /orders/{id}/receipt for the owner, GET /receipts/{number} for whoever has the receipt."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from lambdas.domain.ledger import Account
from lambdas.domain.orders import Event, Order, apply
from lambdas.domain.receipts import Receipt, new_receipt
from tests.builders import ALICE, BRUNO, NOW, a_quote
from tests.unit.http.gateway import Site

HOLDING = Account(account_id=ALICE, held_minor=1_000_00, version=9, posted_at=NOW)
KEY = "00000000-0000-4000-8000-000000000007"


@pytest.fixture
def order(site: Site) -> Order:
    """ALICE's accepted order."""
    site.store.quotes["AAPL"] = a_quote()
    site.deposit("1000")
    order_id = site.order(KEY, symbol="AAPL", quantity="2").json["order_id"]
    accepted = apply(site.store.orders[order_id], Event.ACCEPT, HOLDING, now=NOW).after
    site.store.orders[order_id] = accepted
    return accepted


@pytest.fixture
def receipt(site: Site, order: Order) -> Receipt:
    """Its receipt, ready."""
    made = replace(new_receipt(order, UUID(int=1), UUID(int=2)), ready_at=NOW)
    site.store.receipts[made.number] = made
    return made


@pytest.mark.parametrize(
    ("query", "language", "name"),
    [
        ({}, "es", "comprobante"),
        ({"language": "es"}, "es", "comprobante"),
        ({"language": "en"}, "en", "receipt"),
    ],
)
def test_a_ready_receipt_is_answered_with_a_link_of_five_minutes(
    site: Site, order: Order, receipt: Receipt, query: dict[str, str], language: str, name: str
) -> None:
    answer = site.get(f"/orders/{order.order_id}/receipt", query=query)
    assert answer.status == 200
    assert answer.json == {
        "number": receipt.number,
        "url": f"https://documents.example/{ALICE}/receipts/{receipt.number}-{receipt.token}"
        f".{language}.pdf?as={name}-{receipt.number}.pdf&seconds=300",
        "expires_at": "2026-03-04T15:05:00.123456Z",
    }
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("is_registered", [False, True])
def test_one_that_is_being_made_is_answered_with_when_to_ask_again(
    site: Site, order: Order, is_registered: bool
) -> None:
    if is_registered:
        made = new_receipt(order, UUID(int=1), UUID(int=2))
        site.store.receipts[made.number] = made
    answer = site.get(f"/orders/{order.order_id}/receipt")
    assert (answer.status, answer.json) == (202, {"state": "preparing"})
    assert answer.headers["Retry-After"] == "2"
    assert site.deps.receipt_queue.sent == []


def test_one_that_is_overdue_is_requested_again(site: Site, order: Order) -> None:
    site.now = NOW + timedelta(minutes=1)
    assert site.get(f"/orders/{order.order_id}/receipt").status == 202
    assert site.deps.receipt_queue.sent == [order.order_id]


@pytest.mark.parametrize("event", [None, Event.REJECT])
def test_an_order_that_was_not_accepted_has_none(
    site: Site, order: Order, event: Event | None
) -> None:
    order_id = site.order(symbol="AAPL", quantity="1").json["order_id"]
    if event is not None:
        site.store.orders[order_id] = apply(
            site.store.orders[order_id], event, HOLDING, now=NOW
        ).after
    answer = site.get(f"/orders/{order_id}/receipt")
    assert (answer.status, answer.json["code"]) == (409, "not_accepted")


def test_another_account_is_told_that_there_is_no_such_order(
    site: Site, order: Order, receipt: Receipt
) -> None:
    unknown = site.get("/orders/00000000-0000-4000-8000-000000000000/receipt", who=BRUNO)
    foreign = site.get(f"/orders/{order.order_id}/receipt", who=BRUNO)
    assert (foreign.status, foreign.json["code"]) == (404, "not_found")
    assert foreign.json == unknown.json


def test_an_unknown_language_is_refused(site: Site, order: Order) -> None:
    answer = site.get(f"/orders/{order.order_id}/receipt", query={"language": "fr"})
    assert (answer.status, answer.fields) == (422, ["language"])


@pytest.mark.parametrize("typed", [str, str.lower, lambda text: text.replace("-", "")])
def test_anybody_with_number_and_code_is_told_the_total_and_nothing_else(
    site: Site, receipt: Receipt, typed: "type[str]"
) -> None:
    answer = site.get(
        f"/receipts/{typed(receipt.number)}", query={"code": typed(receipt.code)}, who=None
    )
    assert answer.status == 200
    assert answer.json == {"number": receipt.number, "total": "380.50", "currency": "USD"}


def test_a_wrong_number_and_a_wrong_code_are_answered_alike(site: Site, receipt: Receipt) -> None:
    wrong = [
        (receipt.number, ""),
        (receipt.number, "AAAA-AAAA-AAAA"),
        (receipt.number, "ñ" * 500),
        ("20260304-AAAA-AAAA-AAAA", receipt.code),
        ("x", receipt.code),
        ("%C3%B1", receipt.code),
    ]
    answers = [site.get(f"/receipts/{n}", query={"code": code}, who=None) for n, code in wrong]
    answers.append(site.get(f"/receipts/{receipt.number}", who=None))
    assert {(a.status, a.json["code"], a.json["message"]) for a in answers} == {
        (404, "not_found", "There is no such receipt.")
    }


def test_a_receipt_that_is_not_ready_is_not_confirmed(site: Site, order: Order) -> None:
    made = new_receipt(order, UUID(int=1), UUID(int=2))
    site.store.receipts[made.number] = made
    answer = site.get(f"/receipts/{made.number}", query={"code": made.code}, who=None)
    assert answer.status == 404
