"""DynamoDB for measurements, as a process: `python -m bench.aws` prints where it is.

It is filled by the functions themselves, over moto, and then frozen: reads answer what was stored,
from memory, and writes answer well and change nothing, so that every request is like the first.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import boto3
from moto import mock_aws

from bench import packages
from lambdas import names
from tests.fakes import events
from tests.fakes.aws import REGION, Answer, AwsServer, Call, Carry, send
from tests.fakes.functions import Functions, environment, functions

COMPANIES, TREND_HOURS = 25, 24
ORDERS: Final = 50
"""Open orders, of each side."""

PEER_TABLES: Final = "peer-"
"""What the names of the peers' tables begin with: their items have attributes of their own."""

READS: Final = ("GetItem", "Query", "BatchGetItem", "TransactGetItems")


@contextmanager
def aws() -> Iterator[tuple[str, list[str]]]:
    """In a process of its own: its address, and the ids of the open orders in our tables."""
    command = [sys.executable, "-m", "bench.aws"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def frozen() -> Carry:
    """Answers each read as the first time, and each write without writing."""
    known: dict[bytes, Answer] = {}

    def carry(call: Call) -> Answer:
        if call.service != "dynamodb" or call.request.get("ReturnValues", "NONE") != "NONE":
            return send(call)
        if call.operation not in READS:
            return Answer(200, b"{}")
        if call.body not in known:
            known[call.body] = send(call)
        return known[call.body]

    return carry


def order_key(number: int) -> str:
    """The idempotency key of a seeded order."""
    return str(UUID(int=number + 1))


def make_tables(client: Any, prefix: str) -> None:
    """Keys only: no measured request reads an index."""
    numbers = names.NUMBER_KEYS
    for table, keys in names.TABLE_KEYS.items():
        types = {key: "N" if key in numbers else "S" for key in keys if key}
        roles = zip(types, ("HASH", "RANGE"), strict=False)
        client.create_table(
            TableName=prefix + table.value,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": key, "KeyType": role} for key, role in roles],
            AttributeDefinitions=[
                {"AttributeName": key, "AttributeType": kind} for key, kind in types.items()
            ],
        )


def fill_ours(running: Functions, now: datetime) -> list[str]:
    """A day of prices, a deposit, open orders; the ids of these."""
    hours = [now - timedelta(hours=hour) for hour in range(TREND_HOURS, -1, -1)]
    for prices in (events.prices(COMPANIES, hour) for hour in hours):
        running.deliver("lambdas.handlers.prices:handler", events.queue(prices))
    deposit = events.http("POST", "/wallet/deposits", {"amount": "100000.00"})
    running.request("lambdas.handlers.api:handler", deposit)
    placed = [running.request("lambdas.handlers.api:handler", new_order(n)) for n in range(ORDERS)]
    return [order["order_id"] for order in placed]


def new_order(number: int) -> events.Event:
    """A purchase under the key of that number."""
    body = {"symbol": "AAPL", "quantity": "0.5"}
    return events.http("POST", "/orders", body, {"idempotency-key": order_key(number)})


def fill_peers(now: datetime) -> None:
    """The same as items of the peers' own form."""
    at = now.isoformat()
    account: dict[str, Any] = {"account_id": events.ACCOUNT, "version": 51}
    account |= {"available_minor": 9_000_000, "held_minor": 1_000_000}
    closes = " ".join(f"{hour}:{190 + hour / 100:g}" for hour in range(TREND_HOURS))
    quote: dict[str, Any] = {
        "board": "ALL",
        "price": Decimal("190.24"),
        "currency": "USD",
        "closes": closes,
    }
    quote |= {"source": "Nasdaq Real Time Price", "previous_price": Decimal("189.5")}
    quote |= {"observed_at": at, "received_at": at, "previous_at": at}
    order: dict[str, Any] = {"account_id": events.ACCOUNT, "symbol": "AAPL", "currency": "USD"}
    order |= {"quantity": Decimal("0.5"), "price": Decimal("190.24"), "cost_minor": 9512}
    order |= {"created_at": at, "sent_at": at, "attempts": 0, "state": "SENT"}
    symbols = [events.symbol(number) for number in range(COMPANIES)]
    items: dict[str, list[Any]] = {
        "quotes": [quote | {"symbol": s, "name": f"Company {s}, Inc."} for s in symbols],
        "accounts": [account],
        "orders": [order | {"order_id": order_key(number)} for number in range(ORDERS)],
    }
    resource: Any = boto3.resource("dynamodb", REGION)
    for table, rows in items.items():
        for item in rows:
            resource.Table(PEER_TABLES + table).put_item(Item=item)


def main() -> None:
    """Fill, freeze, serve until the process is ended."""
    now = datetime.now(UTC)
    with mock_aws(), AwsServer(keep_alive=True).running() as server:
        client: Any = boto3.client("dynamodb", REGION)
        make_tables(client, "")
        make_tables(client, PEER_TABLES)
        with functions(environment(server.url), packages.ours(), packages.python()) as running:
            order_ids = fill_ours(running, now)
        fill_peers(now)
        server.carry = frozen()
        print(json.dumps([server.url, order_ids]), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
