"""From the orders stream to the queue `outbound`, and the sweep of every minute."""

import json
from datetime import timedelta
from typing import Any

import pytest

from lambdas.domain.ledger import Account
from lambdas.domain.orders import Event, Order, apply, retry
from lambdas.handlers import relay, sweep
from lambdas.handlers.errors import UnexpectedError
from lambdas.storage.orders import order_item
from tests.builders import ALICE, NOW, POLICY, a_quote
from tests.fakes.dependencies import Context
from tests.fakes.log import Lines, counted, log_lines
from tests.unit.handlers.conftest import World, an_order, failures

HOLDING = Account(account_id=ALICE, held_minor=1_000_00, version=9, posted_at=NOW)


def change(before: Order | None, after: Order | None, number: int = 1) -> dict[str, Any]:
    images = {
        name: order_item(order).serialize()
        for name, order in (("OldImage", before), ("NewImage", after))
        if order is not None
    }
    kind = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
    return {"eventName": kind, "dynamodb": {**images, "SequenceNumber": str(number)}}


def relayed(*records: dict[str, Any]) -> list[str]:
    return failures(relay.handler({"Records": list(records)}, Context()))


def retried(order: Order) -> Order:
    decision = retry(order, POLICY, NOW)
    assert decision is not None
    return decision.after


def run_sweep(world: World, lines: Lines) -> dict[str, float]:
    """What one sweep counts."""
    before = len(lines())
    sweep.handler({}, Context())
    return counted(lines()[before:])


def test_a_new_order_is_sent_as_the_protocol_says(world: World) -> None:
    order = an_order(world)
    assert relayed(change(None, order)) == []
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


def test_an_order_due_again_is_sent_byte_for_byte_the_same(world: World) -> None:
    order = an_order(world, age_s=600)
    relayed(change(None, order), change(order, retried(order)))
    first, second = world.outbox.sent
    assert first == second


@pytest.mark.parametrize("event", list(Event))
def test_no_other_change_of_an_order_sends_anything(world: World, event: Event) -> None:
    order = an_order(world)
    after = apply(order, event, HOLDING, now=NOW).after
    relayed(change(order, after), change(order, None))
    assert world.outbox.sent == []
    assert world.receipt_queue.sent == ([order.order_id] if event is Event.ACCEPT else [])


def test_an_accepted_order_gets_a_receipt_and_a_conflict_later_gets_no_other(world: World) -> None:
    order = an_order(world)
    accepted = apply(order, Event.ACCEPT, HOLDING, now=NOW).after
    conflict = apply(accepted, Event.REJECT, None, now=NOW).after
    assert relayed(change(order, accepted), change(accepted, conflict)) == []
    assert world.receipt_queue.sent == [order.order_id]


def test_a_receipt_that_the_queue_did_not_accept_is_reported_for_a_retry(world: World) -> None:
    world.receipt_queue.refuse = {0}
    first, second = (an_order(world, number) for number in (1, 2))
    accepted = apply(first, Event.ACCEPT, HOLDING, now=NOW).after
    assert relayed(change(None, second, 7), change(first, accepted, 8)) == ["8"]
    assert len(world.outbox.sent) == 1


def test_an_order_that_the_queue_did_not_accept_is_reported_for_a_retry(
    world: World, lines: Lines
) -> None:
    world.outbox.refuse = {1}
    first, second = (an_order(world, number) for number in (1, 2))
    assert relayed(change(None, first, 7), change(None, second, 8)) == ["8"]
    assert len(world.outbox.sent) == 1
    reported = [
        (line["level"], line["message"], line["correlation_id"]) for line in log_lines(lines())
    ]
    assert reported == [
        ("INFO", "request relayed", first.order_id),
        ("WARNING", "not enqueued", second.order_id),
    ]


def test_orders_placed_are_counted_up_to_the_record_that_is_read_again(
    world: World, lines: Lines
) -> None:
    """Lambda reads the stream again from the first failure on: what follows is counted then."""
    world.outbox.refuse = {1}
    orders = [an_order(world, number) for number in (1, 2, 3)]
    records = [change(None, order, number) for number, order in enumerate(orders)]
    assert relayed(*records) == ["1"]
    assert counted(lines()) == {"OrdersPlaced": 1}
    world.outbox.refuse = set()
    assert relayed(*records[1:]) == []
    assert counted(lines()) == {"OrdersPlaced": 3}


def test_an_order_due_again_is_not_counted_as_placed(world: World, lines: Lines) -> None:
    order = an_order(world, age_s=600)
    relayed(change(order, retried(order)))
    assert counted(lines()) == {}


def test_the_sweep_retries_and_counts(world: World, lines: Lines) -> None:
    order = an_order(world, age_s=1200)
    assert run_sweep(world, lines) == {
        "OrdersUnanswered": 1,
        "OrdersOverdue": 1,
        "NewestPriceAge": 60,
    }
    assert world.store.orders[order.order_id].attempts == 1
    (line,) = log_lines(lines())
    assert (line["message"], line["correlation_id"]) == ("request published again", order.order_id)


def test_a_sweep_without_open_orders_counts_zero(world: World, lines: Lines) -> None:
    """An alarm must see that nothing waits, not that nothing is known."""
    assert run_sweep(world, lines) == {"OrdersUnanswered": 0, "OrdersOverdue": 0}


def test_a_sweep_that_fails_still_measures_the_prices(
    world: World, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.store.quotes["AAPL"] = a_quote()
    with monkeypatch.context() as patch:
        patch.setattr(world.orders, "open", lambda: 1 / 0)
        with pytest.raises(UnexpectedError):
            sweep.handler({}, Context())
    assert counted(lines()) == {"NewestPriceAge": 60}


def test_a_failing_measurement_counts_nothing_twice(
    world: World, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_order(world, age_s=1200)
    with monkeypatch.context() as patch:
        patch.setattr(world.market, "board", lambda: 1 / 0)
        with pytest.raises(UnexpectedError):
            sweep.handler({}, Context())
    assert counted(lines()) == {"OrdersUnanswered": 1, "OrdersOverdue": 1}
    world.now = lambda: NOW + timedelta(minutes=1)
    assert run_sweep(world, lines)["OrdersOverdue"] == 1
