"""From the orders' stream to the queue of the bridge, and the minute's sweep."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from lambdas.adapters.items import order_item
from lambdas.usecases.place_order import place_order

from lambdas.domain import trading
from lambdas.domain.orders import Event, Order
from lambdas.handlers import relay, sweep
from tests.builders import ALICE, NOW, POLICY, a_deposit, a_purchase, a_quote
from tests.fakes.log import counted, kept_lines
from tests.fakes.memory import MemoryOrders
from tests.unit.handlers.conftest import World


def an_order(world: World, number: int = 1, age_s: int = 0) -> Order:
    world.store.quotes["AAPL"] = a_quote()
    world.store.book(a_deposit(amount_minor=1_000_00, number=number))
    now = NOW - timedelta(seconds=age_s)
    placed = place_order(
        MemoryOrders(world.store),
        account_id=ALICE,
        key=UUID(int=number),
        purchase=a_purchase(),
        policy=POLICY,
        now=now,
    )
    return placed.order


def change(before: Order | None, after: Order | None, number: int = 1) -> dict[str, Any]:
    images = {
        name: order_item(order).serialize()
        for name, order in (("OldImage", before), ("NewImage", after))
        if order is not None
    }
    kind = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
    return {"eventName": kind, "dynamodb": {**images, "SequenceNumber": str(number)}}


def relayed(world: World, *records: dict[str, Any]) -> list[str]:
    answer = relay.handler({"Records": list(records)}, LambdaContext())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_new_order_goes_out_as_the_protocol_has_it(world: World) -> None:
    order = an_order(world)
    assert relayed(world, change(None, order)) == []
    (sent,) = world.outbox.sent
    assert json.loads(sent) == {
        "request_id": order.order_id,
        "group_id": "3",
        "symbol": "AAPL",
        "datetime": "2026-03-04T15:00:00.123Z",
        "deposit_token": "",
        "quantity": 2,
        "seller": 0,
    }


def test_an_order_that_is_asked_for_again_goes_out_byte_for_byte_the_same(world: World) -> None:
    order = an_order(world, age_s=600)
    again = trading.ask_again(order, POLICY, NOW)
    assert again is not None
    relayed(world, change(None, order), change(order, again.after))
    first, second = world.outbox.sent
    assert first == second


@pytest.mark.parametrize("event", list(Event))
def test_what_else_happens_to_an_order_sends_nothing(world: World, event: Event) -> None:
    order = an_order(world)
    after = trading.apply(order, event, now=NOW).after
    relayed(world, change(order, after), change(order, None))
    assert world.outbox.sent == []


def test_what_the_queue_did_not_take_is_told_and_comes_again(world: World) -> None:
    world.outbox.refuse = {1}
    orders = [an_order(world, n) for n in (1, 2)]
    assert relayed(world, *(change(None, o, n) for n, o in enumerate(orders, 7))) == ["8"]
    assert len(world.outbox.sent) == 1


def test_a_new_order_is_reminded_of_when_it_may_first_be_asked_for(world: World) -> None:
    order = an_order(world)
    relayed(world, change(None, order))
    assert world.reminders.due() == []
    world.now += POLICY.first_ask_after
    assert [it.order_ids for it in world.reminders.due()] == [(order.order_id,)]


def test_an_order_that_is_asked_for_again_has_its_reminder_still(world: World) -> None:
    order = an_order(world, age_s=600)
    again = trading.ask_again(order, POLICY, NOW)
    assert again is not None
    relayed(world, change(order, again.after))
    assert (len(world.outbox.sent), world.reminders.waiting) == (1, [])


def test_an_order_without_its_reminder_comes_again(world: World) -> None:
    orders = [an_order(world, n, age_s=600) for n in (1, 2, 3)]
    again = trading.ask_again(orders[0], POLICY, NOW)
    assert again is not None
    world.reminders.refuse = {1}  # of those that need one
    asked, *new = orders
    records = [change(asked, again.after, 7), *(change(None, o, n) for n, o in enumerate(new, 8))]
    assert relayed(world, *records) == ["9"]
    assert len(world.outbox.sent) == 3


def test_the_sweep_puts_aside_a_reminder_of_no_order_and_says_so(
    world: World,
) -> None:
    world.reminders.send(["of nobody", "x" * 3000], timedelta(0))
    with kept_lines() as lines:
        sweep.handler({}, LambdaContext())
    assert [body for body, _ in world.dead_letters.letters] == ["of nobody", "x" * 3000]
    assert world.reminders.waiting == []
    (told,) = [line for line in lines() if line["level"] == "ERROR"]
    assert (told["message"], told["count"]) == ("put aside", 2)


def test_the_sweep_asks_again_and_reports(world: World) -> None:
    order = an_order(world, age_s=1200)
    world.reminders.send([order.order_id, order.order_id], timedelta(0))
    with kept_lines() as lines:
        sweep.handler({}, LambdaContext())
    assert world.store.orders[order.order_id].asks == 1
    counts = counted(lines())
    assert (counts["OrdersOverdue"], counts["OrdersUnanswered"]) == (1, 1)
    assert [line["message"] for line in lines()] == ["asked again", "counts"]


def test_a_sweep_that_breaks_counts_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = an_order(world, age_s=1200)
    world.reminders.send([order.order_id], timedelta(0))
    with kept_lines() as lines, monkeypatch.context() as patch:
        patch.setattr(sweep, "price_age", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sweep.handler({}, LambdaContext())
    assert counted(lines()) == {"OrdersOverdue": 1, "OrdersUnanswered": 1}
    world.now += timedelta(minutes=1)
    with kept_lines() as lines:
        sweep.handler({}, LambdaContext())
    assert counted(lines())["OrdersOverdue"] == 1
