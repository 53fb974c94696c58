"""Measures what each operation of the deployed functions costs, against moto on loopback."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import boto3
import pytest

from tests.fakes import events
from tests.fakes.aws import REGION, AwsServer
from tests.fakes.capacity import Meter
from tests.fakes.dynamo import tables
from tests.fakes.functions import QUEUES, ROOT, Functions, environment, functions

COMPANIES: Final = 25
TREND_POINTS: Final = 8  # of 24: moto copies whole tables in each transaction
API, PRICES = "lambdas.handlers.api:handler", "lambdas.handlers.prices:handler"
REQUESTS, VALIDATIONS = (
    "lambdas.handlers.requests:handler",
    "lambdas.handlers.validations:handler",
)
RELAY, SWEEP = "lambdas.handlers.relay:handler", "lambdas.handlers.sweep:handler"

FILLED_ORDER: Final = ("order placed", "order relayed", "order sent", "order accepted")
"""The operations of an order from the POST to ACCEPTED."""

SCREENS: Final = {
    "board": "/stocks",
    "one company": "/stocks/AAPL",
    "a page of candles": "/stocks/AAPL/candles",
    "wallet": "/wallet",
    "a page of the ledger": "/wallet/postings",
    "a page of orders": "/orders",
    "portfolio of 5 companies": "/portfolio",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one operation uses: the names of its calls, and DynamoDB's units."""

    calls: str
    read_units: float
    write_units: int


@contextmanager
def operations(prefix: str) -> Iterator["Operations"]:
    """The functions over the tables `prefix` + name, which moto has; with queues of their own."""
    sqs = boto3.client("sqs", REGION, endpoint_url=f"https://sqs.{REGION}.amazonaws.com")
    for queue in QUEUES:
        sqs.create_queue(QueueName=queue)
    server = AwsServer()
    server.carry = meter = Meter()
    with (
        server.running(),
        functions(environment(server.url, prefix), [ROOT]) as running,
    ):
        yield Operations(running, meter, prefix)


class Operations:
    """What people and the exchange do, one operation at a time."""

    def __init__(self, running: Functions, meter: Meter, prefix: str) -> None:
        self._functions = running
        self._meter = meter
        self._prefix = prefix
        self._now = datetime.now(UTC)
        self.costs: dict[str, Cost] = {}

    def note(self, name: str) -> None:
        """Keep what was used since the last time under this name."""
        usage = self._meter.take()
        calls = sorted(usage.calls.items())
        self.costs[name] = Cost(
            calls=", ".join(f"{n} {call}" if n > 1 else call for call, n in calls),
            read_units=usage.read,
            write_units=usage.written.total(),
        )

    def forget(self) -> None:
        """Preparation is not measured."""
        self._meter.take()

    def ask(self, method: str, path: str, body: object = None, key: int | None = None) -> Any:
        """The body of a good answer of the API."""
        headers = {} if key is None else {"idempotency-key": str(UUID(int=key))}
        return self._functions.request(API, events.http(method, path, body, headers))

    def market(self) -> None:
        """Prices over the last 24 hours, so that every quote has a price of the day before at any
        time of the day; then prices of now.
        """
        step = timedelta(days=1) / TREND_POINTS
        for number in range(TREND_POINTS, 0, -1):
            batch = events.queue(events.prices(COMPANIES, self._now - number * step))
            self._functions.deliver(PRICES, batch)
        self.forget()
        batch = events.queue(events.prices(COMPANIES, self._now, "191.5"))
        self._functions.deliver(PRICES, batch)
        self.note("prices of 25 companies")
        self._functions.deliver(PRICES, batch)
        self.note("the same prices again")

    def money(self) -> None:
        """Deposits."""
        for name in ("deposit", "the same deposit again"):
            self.ask("POST", "/wallet/deposits", {"amount": "100000.00"}, key=1)
            self.note(name)

    def orders(self) -> None:
        """An order of somebody who has bought before, to its end, and one that is rejected."""
        for number in range(5):
            self._answer(self._place(10 + number, events.symbol(number)))
        self.forget()
        order_id = self._place(20)
        self.note("order placed")
        self._relay(order_id)
        self.note("order relayed")
        self._see(order_id)
        self.note("order sent")
        self._answer(order_id)
        self.note("order accepted")
        self._answer(order_id)
        self.note("the same answer again")
        self._see(order_id)
        self.note("order seen at the broker after its answer")
        self._place(20)
        self.note("the same order again")
        rejected = self._place(21)
        self.forget()
        self._answer(rejected, valid=False)
        self.note("order rejected")

    def sweep(self) -> None:
        """The sweep with nothing to do, and with one order whose retry is due."""
        self._functions.call(SWEEP, {})
        self.forget()
        self._functions.call(SWEEP, {})
        self.note("sweep without open orders")
        self._relay(self._place(22))
        time.sleep(1.5)  # FIRST_RETRY_AFTER_S is 1
        self.forget()
        self._functions.call(SWEEP, {})
        self.note("sweep retries an order")

    def others(self) -> None:
        """A purchase of another group."""
        self._functions.deliver(REQUESTS, events.queue(events.request("other-1", "13")))
        self.note("another group's request")
        message = events.validation("other-1", group_id=13)
        self._functions.deliver(VALIDATIONS, events.queue(message))
        self.note("another group's answer")

    def screens(self) -> None:
        """What the web app reads."""
        for name, path in SCREENS.items():
            self.ask("GET", path)
            self.note(name)
        order_id = self.ask("GET", "/orders")["items"][0]["order_id"]
        self.forget()
        self.ask("GET", f"/orders/{order_id}")
        self.note("one order")
        self.ask(
            "POST", "/jobs", {"kind": "projection", "symbol": "AAPL", "days": 30, "quantity": "1"}
        )
        self.note("projection asked for")

    def _place(self, number: int, symbol: str = "AAPL") -> str:
        body = {"symbol": symbol, "quantity": "0.5"}
        order_id: str = self.ask("POST", "/orders", body, key=number)["order_id"]
        return order_id

    def _relay(self, order_id: str) -> None:
        client = boto3.client(
            "dynamodb", REGION, endpoint_url=f"https://dynamodb.{REGION}.amazonaws.com"
        )
        key = {"order_id": {"S": order_id}}
        item = client.get_item(TableName=f"{self._prefix}orders", Key=key)["Item"]
        self._functions.deliver(RELAY, events.inserted(item))

    def _see(self, order_id: str) -> None:
        self._functions.deliver(REQUESTS, events.queue(events.request(order_id)))

    def _answer(self, order_id: str, *, valid: bool = True) -> None:
        message = events.validation(order_id, valid=valid)
        self._functions.deliver(VALIDATIONS, events.queue(message))


def measure() -> dict[str, Cost]:
    """Every operation, in an order in which they can happen."""
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        tables(monkeypatch),
        operations("test-") as operation,
    ):
        operation.market()
        operation.money()
        operation.orders()
        operation.sweep()
        operation.others()
        operation.screens()
        return operation.costs
