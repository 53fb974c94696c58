"""Every line about an order carries one id, from the request to the settlement: the order's own."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.domain.errors import Transient
from lambdas.domain.trading import Decision
from lambdas.handlers import relay, requests, sweep, validations
from lambdas.names import Function
from tests.builders import POLICY
from tests.fakes.memory import MemoryOrders
from tests.unit.handlers.conftest import World, deliver
from tests.unit.handlers.test_relay_and_sweep import an_order, change

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the functions have logged so far, metrics left out."""
    stream = io.StringIO()
    with ExitStack() as undo:
        for function in Function:
            for handler in logging.getLogger(function.value).handlers:
                if isinstance(
                    handler, logging.StreamHandler
                ):  # a library named `requests` has none
                    undo.callback(handler.setStream, handler.setStream(stream))
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_the_way_of_an_order_is_told_under_its_own_id(world: World, lines: Lines) -> None:
    order = an_order(world, age_s=1200)
    relay.handler({"Records": [change(None, order)]}, LambdaContext())
    world.now += POLICY.first_ask_after
    sweep.handler({}, LambdaContext())
    echo = {"request_id": order.order_id, "group_id": 3, "symbol": "AAPL", "quantity": 2}
    deliver(requests.handler, echo)
    deliver(validations.handler, echo | {"valid": True})
    told = [(line["service"], line["message"], line.get("correlation_id")) for line in lines()]
    assert told == [
        ("relay", "request relayed", order.order_id),
        ("sweep", "swept", None),
        ("sweep", "asked again", order.order_id),
        ("requests", "request seen", order.order_id),
        ("validations", "answer applied", order.order_id),
    ]


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
