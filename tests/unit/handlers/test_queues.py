"""The functions behind the bridge's queues: prices, requests, validations."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lambdas.domain.activity import Trade
from lambdas.domain.errors import StaleDecision, Transient
from lambdas.domain.orders import Decision, Event, Order, State
from lambdas.handlers import prices, requests, validations
from lambdas.services import retry
from tests.builders import ALICE, NOW
from tests.fakes.dependencies import Context
from tests.fakes.log import Lines, counted, log_lines
from tests.fakes.memory import MemoryOrders
from tests.unit.handlers.conftest import World, an_order, deliver, envelope, sqs_record

MESSAGES = Path(__file__).parents[2] / "messages"


def echo(order: Order, group: object = "3") -> dict[str, Any]:
    return {"request_id": order.order_id, "group_id": group, "symbol": "AAPL", "quantity": 2}


def answer(order: Order, valid: object = True, group: object = 3) -> dict[str, Any]:
    return {"request_id": order.order_id, "group_id": group, "seller": 0, "valid": valid}


def state(world: World, order: Order) -> State:
    return world.store.orders[order.order_id].state


def test_the_echo_of_our_request_marks_the_order_as_sent(world: World, order: Order) -> None:
    assert deliver(requests.handler, echo(order)) == []
    assert state(world, order) is State.SENT


@pytest.mark.parametrize(
    ("valid", "end", "available_minor"),
    [
        (True, State.ACCEPTED, 619_50),
        ("true", State.ACCEPTED, 619_50),
        (0, State.REJECTED, 1_000_00),
    ],
)
def test_the_exchanges_answer_ends_the_order(
    world: World, order: Order, valid: object, end: State, available_minor: int
) -> None:
    assert deliver(validations.handler, answer(order, valid)) == []
    assert state(world, order) is end
    account = world.store.account(ALICE)
    assert (account.available_minor, account.held_minor) == (available_minor, 0)


def test_an_answer_to_another_group_never_touches_our_order(world: World, order: Order) -> None:
    assert deliver(validations.handler, answer(order, group=13)) == []
    assert state(world, order) is State.PENDING
    assert world.store.validations[order.order_id].group_id == "13"


def test_a_conflict_is_recorded_and_changes_nothing(world: World, order: Order) -> None:
    deliver(validations.handler, answer(order, True), answer(order, False), answer(order, True))
    ended = world.store.orders[order.order_id]
    assert ended.state is State.ACCEPTED
    assert ended.conflict is not None
    assert world.dead_letters.letters == []


@pytest.mark.parametrize("handler", [requests.handler, validations.handler])
def test_a_message_of_our_group_about_no_order_of_ours_is_put_aside(
    world: World, handler: Any
) -> None:
    message = {"request_id": "x", "group_id": 3, "symbol": "AAPL", "quantity": 1, "valid": True}
    assert deliver(handler, message) == []
    assert len(world.dead_letters.letters) == 1
    assert "no order of ours" in world.dead_letters.letters[0][1]


def test_requests_and_answers_of_other_groups_are_recorded(world: World) -> None:
    deliver(requests.handler, (MESSAGES / "request-other-group.json").read_bytes())
    deliver(validations.handler, (MESSAGES / "validation-accepted.json").read_bytes())
    assert [r.group_id for r in world.store.requests.values()] == ["13"]
    assert [v.valid for v in world.store.validations.values()] == [True]


@pytest.mark.parametrize("position", range(10))
def test_one_malformed_message_anywhere_in_a_batch_is_put_aside_alone(
    world: World, position: int
) -> None:
    batch: list[Any] = [
        {"stocks": [{"symbol": f"S{n}", "price": 1}], "datetime": NOW.isoformat()}
        for n in range(10)
    ]
    batch[position] = b"\xff\xfe not json"
    assert deliver(prices.handler, *batch) == []
    assert len(world.store.quotes) == 9
    assert len(world.dead_letters.letters) == 1
    body, reason = world.dead_letters.letters[0]
    assert reason == "it is no JSON"
    assert body == envelope(batch[position])


def test_valid_prices_beside_an_invalid_one_are_stored_and_the_message_is_put_aside(
    world: World,
) -> None:
    deliver(prices.handler, (MESSAGES / "info-one-bad-item.json").read_bytes())
    assert sorted(world.store.quotes) == ["AMZN", "MSFT"]
    assert len(world.dead_letters.letters) == 1
    assert "stock 2" in world.dead_letters.letters[0][1]


def test_the_reason_of_a_batch_with_thousands_of_invalid_prices_is_short(
    world: World, lines: Lines
) -> None:
    deliver(prices.handler, {"stocks": [{"symbol": "AAPL", "price": 0}] * 5_000})
    ((_, reason),) = world.dead_letters.letters
    assert reason.startswith("stock 1: ")
    assert reason.endswith("and 4996 more")
    assert len(reason) <= 256
    assert len(json.dumps(lines())) < 4_000


@pytest.mark.parametrize("path", sorted(MESSAGES.iterdir()), ids=lambda path: path.name)
def test_every_example_message_is_processed_or_put_aside_and_never_retried(
    world: World, path: Path
) -> None:
    handler = {"info": prices, "request": requests, "validation": validations}[
        path.name.split("-")[0].split(".")[0]
    ].handler
    assert deliver(handler, path.read_bytes()) == []
    is_malformed = path.name in {
        "info-not-json.bin",
        "info-one-bad-item.json",
        "request-empty.bin",
        "request-missing-keys.json",
        "request-undefined.bin",
        "validation-no-verdict.json",
    }
    assert len(world.dead_letters.letters) == int(is_malformed)


def test_a_message_that_fails_now_is_retried_and_the_rest_is_processed(
    world: World, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = MemoryOrders.commit

    def busy(self: MemoryOrders, decision: Decision) -> None:
        if decision.after.order_id == order.order_id:
            raise Transient
        commit(self, decision)

    monkeypatch.setattr(MemoryOrders, "commit", busy)
    records = [
        sqs_record(envelope(json.dumps(body))) for body in (answer(order), answer(order, group=13))
    ]
    result = validations.handler({"Records": records}, Context())
    assert result == {"batchItemFailures": [{"itemIdentifier": records[0]["messageId"]}]}
    assert len(world.store.validations) == 1


def test_no_payload_is_ever_logged(world: World, lines: Lines) -> None:
    secret = "ana@example.org"
    deliver(requests.handler, json.dumps({"request_id": "a", "email": secret}), secret)
    deliver(validations.handler, json.dumps({"group_id": 3, "valid": secret}), secret)
    deliver(prices.handler, json.dumps({"stocks": [{"symbol": secret}]}), secret)
    logged = json.dumps(lines())
    assert "put aside" in logged
    assert secret not in logged


def test_a_request_id_in_upper_case_is_our_order(world: World, order: Order) -> None:
    upper = order.order_id.upper()
    assert upper != order.order_id
    deliver(requests.handler, echo(order) | {"request_id": upper})
    assert state(world, order) is State.SENT
    deliver(validations.handler, answer(order) | {"request_id": upper})
    assert state(world, order) is State.ACCEPTED
    assert world.dead_letters.letters == []


@pytest.mark.parametrize("group", ["03", 3, 3.0, " 3 ", "3.0"])
def test_our_group_is_ours_in_any_notation(world: World, order: Order, group: object) -> None:
    deliver(requests.handler, echo(order, group))
    assert state(world, order) is State.SENT
    deliver(validations.handler, answer(order, True, group))
    assert state(world, order) is State.ACCEPTED


def test_an_answer_is_counted_once_however_often_it_is_delivered(
    world: World, order: Order, lines: Lines
) -> None:
    rejected = an_order(world, 2)
    for _ in range(3):
        deliver(validations.handler, answer(order, True), answer(rejected, False))
    assert counted(lines()) == {"OrdersAccepted": 1, "OrdersRejected": 1}


def test_a_conflict_is_recorded_and_counted_once_even_when_redelivered(
    world: World, order: Order, lines: Lines
) -> None:
    deliver(validations.handler, answer(order, True))
    for _ in range(3):
        deliver(validations.handler, answer(order, False))
    conflict = world.store.orders[order.order_id].conflict
    assert conflict is not None
    assert conflict.event is Event.REJECT
    assert counted(lines()) == {"OrdersAccepted": 1, "AnswersInConflict": 1}
    levels = [line["level"] for line in log_lines(lines())]
    assert levels == ["INFO", "WARNING", "INFO", "INFO"]


def test_our_accepted_order_is_recorded_as_a_trade_once(world: World, order: Order) -> None:
    for _ in range(2):
        deliver(validations.handler, answer(order, True))
    (trade,) = world.store.trades.values()
    assert trade == Trade(
        request_id=order.order_id,
        group_id="3",
        symbol=order.symbol,
        quantity=order.quantity,
        valid=True,
        requested_at=order.created_at,
        validated_at=NOW,
    )


def test_our_rejected_order_is_no_trade(world: World, order: Order) -> None:
    deliver(validations.handler, answer(order, False))
    assert world.store.trades == {}


def test_a_trade_that_could_not_be_recorded_is_recorded_by_the_next_delivery(
    world: World, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: Trade) -> None:
        raise Transient

    with monkeypatch.context() as patch:
        patch.setattr(world.activity, "record_trade", busy)
        assert len(deliver(validations.handler, answer(order, True))) == 1
    assert state(world, order) is State.ACCEPTED
    assert deliver(validations.handler, answer(order, True)) == []
    assert len(world.store.trades) == 1


def test_an_answer_that_is_always_stale_is_retried_later(
    world: World, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stale(_: Decision) -> None:
        raise StaleDecision

    monkeypatch.setattr(retry, "MAX_ELAPSED_S", 0.05)
    monkeypatch.setattr(world.orders, "commit", stale)
    assert len(deliver(validations.handler, answer(order))) == 1
    assert world.dead_letters.letters == []


def test_every_line_about_an_order_has_its_id(world: World, order: Order, lines: Lines) -> None:
    deliver(requests.handler, echo(order), echo(order, 13))
    deliver(validations.handler, answer(order), answer(order) | {"request_id": "x"}, "rubbish")
    assert [(line["message"], line.get("correlation_id")) for line in log_lines(lines())] == [
        ("request echoed", order.order_id),
        ("request recorded", order.order_id),
        ("answer applied", order.order_id),
        ("put aside", "x"),
        ("put aside", None),
    ]


def test_a_failing_message_is_logged_under_its_id(
    world: World, order: Order, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: Decision) -> None:
        raise Transient

    monkeypatch.setattr(world.orders, "commit", busy)
    deliver(validations.handler, answer(order))
    (line,) = log_lines(lines())
    assert (line["message"], line["correlation_id"]) == ("will be retried", order.order_id)


def test_timestamps_of_log_lines_are_aware(world: World, order: Order, lines: Lines) -> None:
    deliver(requests.handler, echo(order))
    (line,) = log_lines(lines())
    assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None
