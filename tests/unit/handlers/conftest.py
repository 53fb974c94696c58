"""The deployed functions over in-memory ports, called as Lambda calls them."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lambdas.domain.orders import Order
from lambdas.handlers import (
    live,
    notify,
    prices,
    push,
    receipts,
    relay,
    requests,
    sweep,
    validations,
)
from lambdas.services.orders import place_order
from tests.builders import ALICE, NOW, POLICY, a_deposit, a_purchase, a_quote
from tests.fakes.dependencies import Context, MemoryDependencies
from tests.fakes.log import Lines, captured_lines

World = MemoryDependencies
"""What the functions see, and what they leave behind."""

Handler = Callable[[dict[str, Any], Any], Any]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = MemoryDependencies()
    for module in (prices, receipts, requests, validations, relay, sweep, live, notify, push):
        monkeypatch.setattr(module, "deps", world)
    return world


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """What the functions have logged and counted so far."""
    with captured_lines(capsys) as lines:
        yield lines


@pytest.fixture
def order(world: World) -> Order:
    return an_order(world)


def an_order(world: World, number: int = 1, age_s: int = 0) -> Order:
    world.store.quotes["AAPL"] = a_quote()
    account = world.store.account(ALICE)
    world.store.deposit(a_deposit(amount_minor=1_000_00, number=number, account=account))
    placed = place_order(
        world.orders,
        account_id=ALICE,
        key=UUID(int=number),
        purchase=a_purchase(),
        policy=POLICY,
        now=NOW - timedelta(seconds=age_s),
    )
    return placed.order


def deliver(handler: Handler, *payloads: bytes | str | dict[str, Any]) -> list[str]:
    """Gives a batch of MQTT payloads to a queue's function; the ids of those to be retried."""
    texts = [json.dumps(it) if isinstance(it, dict) else it for it in payloads]
    records = [sqs_record(envelope(text)) for text in texts]
    return failures(handler({"Records": records}, Context()))


def failures(response: Any) -> list[str]:
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def envelope(payload: bytes | str) -> str:
    """The envelope that the bridge makes of a payload."""
    body: dict[str, Any] = {"v": 1, "topic": "t", "received_at": NOW.isoformat()}
    if isinstance(payload, bytes):
        try:
            body["payload"] = payload.decode()
        except UnicodeDecodeError:
            body["payload_b64"] = b64encode(payload).decode()
    else:
        body["payload"] = payload
    return json.dumps(body)


def sqs_record(body: str) -> dict[str, Any]:
    """A record as SQS gives it to a function."""
    return {
        "messageId": str(uuid4()),
        "receiptHandle": "r",
        "body": body,
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q",
        "awsRegion": "us-east-1",
    }
