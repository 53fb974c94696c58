"""Every line about an order carries one id, from the request to the settlement: the order's own."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.domain.errors import Transient
from lambdas.domain.trading import Decision
from lambdas.handlers import relay, requests, sweep, validations
from tests.builders import POLICY
from tests.fakes.log import Line, Lines, counted, kept_lines
from tests.fakes.memory import MemoryOrders
from tests.unit.handlers.conftest import World, deliver
from tests.unit.handlers.test_relay_and_sweep import an_order, change


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the functions have logged so far."""
    with kept_lines() as lines:
        yield lines


def test_the_way_of_an_order_is_told_under_its_own_id(world: World, lines: Lines) -> None:
    order = an_order(world, age_s=1200)
    relay.handler({"Records": [change(None, order)]}, LambdaContext())
    world.now += POLICY.first_ask_after
    sweep.handler({}, LambdaContext())
    echo = {"request_id": order.order_id, "group_id": 3, "symbol": "AAPL", "quantity": 2}
    deliver(requests.handler, echo)
    deliver(validations.handler, echo | {"valid": True})
    told = [(line["message"], ids_of(line)) for line in lines() if line["message"] != "counts"]
    assert told == [
        ("request relayed", [order.order_id]),
        ("asked again", order.order_id),
        ("request seen", [order.order_id]),
        ("answer applied", [order.order_id]),
    ]


def ids_of(line: Line) -> str | list[str] | None:
    return line.get("correlation_ids") or line.get("correlation_id")


def test_no_line_says_what_its_log_group_says_already(world: World, lines: Lines) -> None:
    order = an_order(world)
    deliver(
        requests.handler,
        {"request_id": order.order_id, "group_id": 3, "symbol": "AAPL", "quantity": 2},
    )
    (line,) = lines()
    assert line.keys() == {"level", "message", "timestamp", "correlation_ids", "state"}
    assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None  # else Lambda takes another


def test_a_line_of_counts_belongs_to_no_order(world: World, lines: Lines) -> None:
    order = an_order(world)
    deliver(validations.handler, {"request_id": order.order_id, "group_id": 3, "valid": True})
    told, counts = lines()
    assert told["correlation_ids"] == [order.order_id]
    assert not {"correlation_id", "correlation_ids"} & counts.keys()
    assert counted([counts]) == {"OrdersAccepted": 1}


def test_what_was_not_queued_is_a_complaint(world: World, lines: Lines) -> None:
    first, second = an_order(world, 1), an_order(world, 2)
    world.outbox.refuse = {1}
    relay.handler({"Records": [change(None, first, 1), change(None, second, 2)]}, LambdaContext())
    told = [(line["level"], line["message"], ids_of(line)) for line in lines()][:2]
    assert told == [
        ("WARNING", "not queued", second.order_id),
        ("INFO", "request relayed", [first.order_id]),
    ]
    assert counted(lines()) == {"OrdersPlaced": 1}


def test_what_goes_wrong_with_a_message_is_told_under_its_id_and_under_no_other(
    world: World, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: MemoryOrders, decision: Decision) -> None:
        raise Transient

    order = an_order(world)
    monkeypatch.setattr(MemoryOrders, "commit", busy)
    answer = {"request_id": order.order_id, "group_id": 3, "valid": True}
    deliver(validations.handler, answer, "rubbish", answer | {"request_id": "x"})
    told = [(line["message"], line.get("correlation_id")) for line in lines()]
    assert told == [("comes again", order.order_id), ("put aside", None), ("put aside", "x")]


def test_orders_that_end_alike_share_a_line_and_others_have_their_own(
    world: World, lines: Lines
) -> None:
    orders = [an_order(world, number).order_id for number in (1, 2, 3)]
    answers = [{"request_id": it, "group_id": 3, "valid": it != orders[2]} for it in orders]
    contradiction = {"request_id": orders[0], "group_id": 3, "valid": False}
    deliver(validations.handler, *answers, contradiction)
    told = [(line["level"], line.get("state"), ids_of(line)) for line in lines()[:-1]]
    assert told == [
        ("WARNING", "ACCEPTED", orders[0]),
        ("INFO", "ACCEPTED", orders[:2]),
        ("INFO", "REJECTED", orders[2:]),
    ]
