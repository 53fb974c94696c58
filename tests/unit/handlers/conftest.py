"""The deployed functions over in-memory ports, called as Lambda calls them."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.adapters.orders_stream import to_publish
from tests.builders import NOW, POLICY
from tests.fakes.memory import (
    MemoryActivityLog,
    MemoryDeadLetters,
    MemoryMarket,
    MemoryOrders,
    MemoryOutbox,
    MemoryStore,
)
from tests.fakes.reminders import MemoryReminders


@dataclass
class World:
    """What the functions see, and what they leave behind."""

    store: MemoryStore = field(default_factory=MemoryStore)
    dead_letters: MemoryDeadLetters = field(default_factory=MemoryDeadLetters)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.reminders = MemoryReminders(lambda: self.now)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    orders = MemoryOrders(world.store)
    market = MemoryMarket(world.store)
    monkeypatch.setattr(runtime, "now", lambda: world.now)
    monkeypatch.setattr(
        runtime,
        "prices",
        lambda: runtime.Prices(market=market, dead_letters=world.dead_letters, currency="USD"),
    )
    monkeypatch.setattr(
        runtime,
        "exchange",
        lambda: runtime.Exchange(
            orders=orders,
            activity=MemoryActivityLog(world.store),
            dead_letters=world.dead_letters,
            group_id="3",
        ),
    )
    monkeypatch.setattr(
        runtime,
        "relay",
        lambda: runtime.Relay(
            outbox=world.outbox,
            reminders=world.reminders,
            to_publish=to_publish,
            group_id="3",
            first_ask_after=POLICY.first_ask_after,
        ),
    )
    monkeypatch.setattr(
        runtime,
        "sweep",
        lambda: runtime.Sweep(
            orders=orders,
            reminders=world.reminders,
            dead_letters=world.dead_letters,
            market=market,
            policy=POLICY,
        ),
    )
    return world


Handler = Callable[[dict[str, Any], LambdaContext], Any]


def deliver(handler: Handler, *payloads: bytes | str | dict[str, Any]) -> list[str]:
    """Give a batch of MQTT payloads to a queue's function; the ids of those that come again."""
    records = []
    for payload in payloads:
        text = json.dumps(payload) if isinstance(payload, dict) else payload
        records.append(sqs_record(envelope(text)))
    answer = handler({"Records": records}, LambdaContext())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


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
