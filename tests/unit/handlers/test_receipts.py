"""Queue `receipts`: one receipt for each accepted order, however often it is asked for."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from lambdas.domain.errors import Transient
from lambdas.domain.ledger import Account
from lambdas.domain.live import AccountPush
from lambdas.domain.orders import Event, Order, apply
from lambdas.domain.receipts import Language, receipt_number
from lambdas.handlers import receipts
from tests.builders import ALICE, NOW, a_quote
from tests.fakes.dependencies import Context
from tests.fakes.log import Lines, counted
from tests.unit.handlers.conftest import World, an_order, failures, sqs_record

HOLDING = Account(account_id=ALICE, held_minor=1_000_00, version=9, posted_at=NOW)


def accepted(world: World, number: int = 1) -> Order:
    order = an_order(world, number)
    after = apply(order, Event.ACCEPT, HOLDING, now=NOW).after
    world.store.orders[order.order_id] = after
    return after


def asked(*bodies: str) -> list[str]:
    return failures(receipts.handler({"Records": [sqs_record(b) for b in bodies]}, Context()))


def message(order: Order) -> str:
    return json.dumps({"order_id": order.order_id})


def test_an_accepted_order_gets_its_receipt_in_both_languages(world: World, lines: Lines) -> None:
    world.users.emails[ALICE] = "alice@example.com"
    order = accepted(world)
    assert asked(message(order)) == []
    receipt = world.store.receipts[receipt_number(order)]
    assert receipt.ready_at == NOW
    assert set(world.documents.files) == {receipt.key(language) for language in Language}
    for language in Language:
        said = world.documents.files[receipt.key(language)].decode()
        assert said.startswith(language)
        for part in (order.order_id, "Apple Inc.", "alice@example.com", receipt.code):
            assert part in said
    assert counted(lines()) == {"ReceiptsMade": 1}


def test_the_same_message_again_changes_nothing(world: World, lines: Lines) -> None:
    order = accepted(world)
    asked(message(order))
    files, stored = dict(world.documents.files), dict(world.store.receipts)
    world.users.emails[ALICE] = "new@example.com"
    world.store.quotes["AAPL"] = a_quote(name="Another name")
    world.now = lambda: NOW + timedelta(days=1)
    keys = iter(UUID(int=number) for number in range(1, 9))
    world.new_key = lambda: next(keys)
    assert asked(message(order), message(order)) == []
    assert (world.documents.files, world.store.receipts) == (files, stored)
    assert counted(lines()) == {"ReceiptsMade": 1}


def test_the_owner_is_told_once_that_the_receipt_is_ready(world: World) -> None:
    order = accepted(world)
    assert asked(message(order), message(order)) == []
    ((push, delay_s),) = world.push_queue.sent
    assert isinstance(push, AccountPush)
    assert (push.account_id, delay_s) == (ALICE, 0)
    told = json.loads(push.message)
    assert (told["type"], told["data"]) == ("receipt", {"order_id": order.order_id})


def test_nobody_is_told_of_a_receipt_that_is_not_ready(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = accepted(world)

    def failing(*_: object) -> None:
        raise Transient

    monkeypatch.setattr(world.receipts, "mark_ready", failing)
    assert len(asked(message(order))) == 1
    assert world.push_queue.sent == []


def test_a_queue_that_does_not_answer_is_no_reason_to_make_the_receipt_again(
    world: World, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    order = accepted(world)

    def failing(*_: object) -> None:
        raise Transient

    monkeypatch.setattr(world.push_queue, "send", failing)
    assert asked(message(order)) == []
    assert world.store.receipts[receipt_number(order)].ready_at == NOW
    said = lines()
    assert counted(said) == {"ReceiptsMade": 1}
    assert "receipt not pushed" in [line.get("message") for line in said]


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_receipt_that_was_interrupted_is_finished_under_the_same_keys(
    world: World, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    order = accepted(world)
    keys = iter(UUID(int=number) for number in range(1, 9))
    world.new_key = lambda: next(keys)
    put, calls = world.documents.put, []

    def failing(key: str, content: bytes) -> None:
        calls.append(key)
        if len(calls) == fails_at:
            raise Transient
        put(key, content)

    monkeypatch.setattr(world.documents, "put", failing)
    assert len(asked(message(order))) == 1
    (receipt,) = world.store.receipts.values()
    assert receipt.ready_at is None
    assert asked(message(order)) == []
    assert world.store.receipts == {receipt.number: replace(receipt, ready_at=NOW)}
    assert set(world.documents.files) == {receipt.key(language) for language in Language}


@pytest.mark.parametrize(
    "body", ["", "rubbish", "[]", "{}", '{"order_id": 7}', '{"order_id": "x"}']
)
def test_a_message_that_names_no_order_of_ours_is_put_aside(world: World, body: str) -> None:
    assert asked(body) == []
    ((letter, reason),) = world.dead_letters.letters
    assert letter == body
    assert reason in ("no order id", "there is no such order")


@pytest.mark.parametrize("event", [None, Event.REJECT, Event.VOID])
def test_an_order_that_was_not_accepted_gets_none(world: World, event: Event | None) -> None:
    order = an_order(world)
    if event is not None:
        after = apply(order, event, HOLDING, now=NOW, reason="test").after
        world.store.orders[order.order_id] = after
    assert asked(message(order)) == []
    assert world.documents.files == {}
    assert [reason for _, reason in world.dead_letters.letters] == [
        "the order has not been accepted"
    ]


def test_a_number_of_another_order_is_never_given_twice(world: World) -> None:
    order = accepted(world)
    asked(message(order))
    number = receipt_number(order)
    world.store.receipts[number] = replace(world.store.receipts[number], order_id="other")
    assert asked(message(order)) == []
    assert [reason for _, reason in world.dead_letters.letters] == [
        "the receipt's number belongs to another order"
    ]


def test_a_user_pool_that_is_busy_brings_the_message_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = accepted(world)

    def busy(_: str) -> str:
        raise Transient

    with monkeypatch.context() as patch:
        patch.setattr(world.users, "email", busy)
        assert len(asked(message(order))) == 1
    assert asked(message(order)) == []
