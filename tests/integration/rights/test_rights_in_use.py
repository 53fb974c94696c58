"""The rights of each function equal what it uses: its calls to DynamoDB, recorded while it does
everything that it can do, are exactly those that the stacks grant.

The functions are the real ones with their real dependencies, over moto.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import boto3
import pytest
from pynamodb.connection import Connection

from cdk.stacks.functions import RIGHTS
from lambdas.bootstrap import Dependencies
from lambdas.config import Config
from lambdas.domain.live import AccountPush, HeartbeatPush, Push
from lambdas.domain.orders import Order
from lambdas.handlers import (
    api,
    jobs,
    live,
    master,
    notify,
    prices,
    push,
    receipts,
    relay,
    requests,
    sweep,
    validations,
    worker,
)
from lambdas.messaging.live import serialize_push
from lambdas.messaging.sqs import sqs_client
from lambdas.names import CONNECTION_SHARDS, Function, Setting, Table
from lambdas.services.market import store_prices
from lambdas.storage.orders import order_item
from tests.builders import ALICE, NOW, a_deposit, a_tick
from tests.fakes import dependencies, events
from tests.fakes.aws import heard
from tests.fakes.dependencies import Context
from tests.fakes.documents import MemoryDocuments, MemoryUsers
from tests.fakes.dynamo import REGION, tables
from tests.fakes.jobs import MemoryWorkflow
from tests.fakes.live import MemoryBoardFile, MemorySockets
from tests.unit.handlers.conftest import deliver, sqs_record

Right = tuple[str, str]
MODULES = (
    *(api, prices, requests, validations, relay, sweep, jobs, master, worker),
    *(receipts, live, notify, push),
)


@dataclass
class Deployed:
    """The functions as deployed, and the rights that they used since `used` was cleared."""

    deps: Dependencies
    used: set[Right] = field(default_factory=set)

    def api(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] = {},
        query: str = "",
    ) -> Any:
        """One request of ALICE."""
        request = events.http(method, path, body, headers) | {"rawQueryString": query}
        answer = api.handler(request, Context())
        assert answer["statusCode"] < 400, answer
        return json.loads(answer["body"]) if answer["body"].startswith("{") else answer["body"]

    def place(self, key: UUID | None = None) -> Any:
        """An order of ALICE for one share of AAPL."""
        return self.api(
            "POST",
            "/orders",
            body={"symbol": "AAPL", "quantity": 1},
            headers={"Idempotency-Key": str(key or uuid4())},
        )


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with tables(monkeypatch) as connection:
        sqs_client.cache_clear()
        deployed = Deployed(deps=dependencies_of(connection))
        for module in MODULES:
            monkeypatch.setattr(module, "deps", deployed.deps)
        deployed.deps.accounts.commit_deposit(a_deposit())
        store_prices(deployed.deps.market, [a_tick()])
        with heard(lambda *call: deployed.used.update(rights_of(*call))):
            yield deployed
    sqs_client.cache_clear()


def dependencies_of(connection: Connection) -> Dependencies:
    """The real ports, over these tables and over new queues."""
    sqs = boto3.client("sqs", region_name=REGION)
    urls = {
        setting: sqs.create_queue(QueueName=setting.lower())["QueueUrl"]
        for setting in (
            Setting.OUTBOUND_QUEUE_URL,
            Setting.DEAD_LETTER_QUEUE_URL,
            Setting.JOBS_QUEUE_URL,
            Setting.RECEIPTS_QUEUE_URL,
            Setting.PUSHES_QUEUE_URL,
        )
    }
    names = {Setting(f"{table.name}_TABLE"): f"test-{table}" for table in Table}
    settings = dependencies.SETTINGS | urls | names | {"AWS_REGION": REGION}
    deps = Dependencies(Config(settings), now=lambda: NOW, new_key=uuid4)
    vars(deps)["_connection"] = connection  # whose tables exist already
    vars(deps)["workflow"] = MemoryWorkflow()  # moto runs none
    vars(deps)["documents"] = MemoryDocuments()
    vars(deps)["users"] = MemoryUsers()
    vars(deps)["sockets"] = MemorySockets(gone={"gone"})  # nor a gateway
    vars(deps)["board_file"] = MemoryBoardFile()
    return deps


def rights_of(operation: str, body: dict[str, Any]) -> set[Right]:
    """What IAM checks: the action and the table, or the table's index."""
    if "TransactItems" in body:
        return {
            (f"{kind}Item", table_of(item["TableName"]))
            for items in body["TransactItems"]
            for kind, item in items.items()
        }
    if "RequestItems" in body:
        return {(operation, table_of(name)) for name in body["RequestItems"]}
    index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
    return {(operation, table_of(body["TableName"]) + index)}


def table_of(name: str) -> str:
    return name.removeprefix("test-")


def granted(function: Function) -> set[Right]:
    return {
        right
        for table, access in RIGHTS[function].items()
        for right in (
            *((action, table.value) for action in access.actions),
            *(("Query", f"{table.value}/index/{index}") for index in access.queries),
        )
    }


def use_api(deployed: Deployed) -> None:
    bought = own_a_share(deployed)
    deployed.used.clear()
    order = deployed.place(key := uuid4())
    for path in (
        "/heartbeat",
        "/stocks",
        "/stocks/AAPL",
        "/stocks/AAPL/prices",
        "/stocks/AAPL/candles",
        "/stocks/AAPL/activity",
        "/activity",
        "/wallet",
        "/wallet/postings",
        "/orders",
        f"/orders/{order['order_id']}",
        f"/orders/{bought}/receipt",
        "/portfolio",
        "/jobs",
        f"/jobs/{submit(deployed, PROJECTION)}",
        "/me",
    ):
        deployed.api("GET", path)
    deployed.api("GET", "/orders", query=f"key={key}")
    deployed.api("PATCH", "/me", body={"settings": {"theme": "dark"}})
    for _ in range(2):  # the second call finds the first
        deployed.api(
            "POST",
            "/wallet/deposits",
            body={"amount": 1},
            headers={"Idempotency-Key": str(key)},
        )
    deployed.api("POST", "/live/tickets")


def use_prices(deployed: Deployed) -> None:
    batch = {"stocks": [{"symbol": "MSFT", "price": 1}, {"symbol": "?", "price": 1}]}
    deliver(prices.handler, batch, batch, "rubbish")


def use_requests(deployed: Deployed) -> None:
    order = deployed.place()
    deployed.used.clear()
    ours = {"request_id": order["order_id"], "group_id": 3, "symbol": "AAPL", "quantity": 1}
    theirs = ours | {"request_id": "x", "group_id": 13}
    assert deliver(requests.handler, ours, ours, theirs, "rubbish") == []


def use_validations(deployed: Deployed) -> None:
    ids = [deployed.place()["order_id"] for _ in range(2)]
    deployed.used.clear()
    answers = [
        {"request_id": order_id, "group_id": 3, "valid": valid}
        for order_id, valid in ((ids[0], True), (ids[1], False), (ids[0], False))
    ]
    theirs = {"request_id": "x", "group_id": 13, "valid": True}
    assert deliver(validations.handler, *answers, theirs, "rubbish") == []


def use_relay(deployed: Deployed) -> None:
    order = stored(deployed, deployed.place())
    deployed.used.clear()
    image = order_item(order).serialize()
    change = {"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": "1"}}
    assert relay.handler({"Records": [change]}, Context()) == {"batchItemFailures": []}


def use_sweep(deployed: Deployed) -> None:
    order_id = deployed.place()["order_id"]
    deployed.used.clear()
    deployed.deps.now = lambda: NOW + timedelta(minutes=5)
    sweep.handler({}, Context())
    assert deployed.deps.orders.get_many([order_id])[order_id].attempts == 1


PROJECTION = {"kind": "projection", "symbol": "AAPL", "days": 3, "quantity": "1"}
PORTFOLIO_HISTORY = {"kind": "portfolio_history", "range": "1w"}
STATEMENT = {"kind": "statement", "month": "2026-03"}
EVERY_KIND = (PROJECTION, PORTFOLIO_HISTORY, STATEMENT)


def submit(deployed: Deployed, body: Any) -> str:
    """The id of a job of ALICE."""
    job_id = deployed.api("POST", "/jobs", body=body)["job_id"]
    assert isinstance(job_id, str)
    return job_id


def step(name: str, **event: Any) -> Any:
    """One step of the master's."""
    return master.handler({"step": name, **event}, Context())


def own_a_share(deployed: Deployed) -> str:
    """The id of an accepted order of ALICE."""
    order_id: str = deployed.place()["order_id"]
    ours = {"request_id": order_id, "group_id": 3, "valid": True}
    assert deliver(validations.handler, ours) == []
    return order_id


def use_jobs(deployed: Deployed) -> None:
    job_id = submit(deployed, PORTFOLIO_HISTORY)
    step("fail", job_id=job_id, error={"Error": "Transient"})
    deployed.used.clear()
    jobs.handler({"Records": [{"body": json.dumps({"job_id": job_id})}]}, Context())


def use_master(deployed: Deployed) -> None:
    own_a_share(deployed)
    ids = [submit(deployed, body) for body in EVERY_KIND]
    deployed.used.clear()
    for job_id in ids:
        assert step("plan", job_id=job_id)["shards"]
    for job_id in ids[:2]:  # a statement has one partial result, never none
        step("join", job_id=job_id, partials=[])
    step("sweep")


def use_worker(deployed: Deployed) -> None:
    own_a_share(deployed)
    plans = [step("plan", job_id=submit(deployed, body)) for body in EVERY_KIND]
    deployed.used.clear()
    for plan in plans:
        for shard in plan.pop("shards"):
            worker.handler(plan | {"shard": shard}, Context())


def use_receipts(deployed: Deployed) -> None:
    order_id = own_a_share(deployed)
    deployed.used.clear()
    message = sqs_record(json.dumps({"order_id": order_id}))
    for _ in range(2):  # the second message finds the receipt of the first
        answer = receipts.handler({"Records": [message]}, Context())
        assert answer == {"batchItemFailures": []}


def ticket(deployed: Deployed) -> str:
    """A ticket of ALICE."""
    secret = deployed.api("POST", "/live/tickets")["ticket"]
    assert isinstance(secret, str)
    return secret


def connection_event(kind: str, connection_id: str, secret: str = "") -> dict[str, Any]:
    """What the WebSocket API gives to the function."""
    return {
        "requestContext": {"connectionId": connection_id, "eventType": kind},
        "queryStringParameters": {"ticket": secret},
    }


def connect(deployed: Deployed, connection_id: str) -> None:
    event = connection_event("CONNECT", connection_id, ticket(deployed))
    assert live.handler(event, Context()) == {"statusCode": 200}


def use_live(deployed: Deployed) -> None:
    secret = ticket(deployed)
    deployed.used.clear()
    for status in (200, 401):  # the second time it is used already
        event = connection_event("CONNECT", "one", secret)
        assert live.handler(event, Context()) == {"statusCode": status}
    live.handler(connection_event("DISCONNECT", "one"), Context())
    assert deployed.deps.connections.of_account(ALICE) == []


def use_notify(deployed: Deployed) -> None:
    order = stored(deployed, deployed.place())
    for connection_id in ("one", "gone"):
        connect(deployed, connection_id)
    deployed.used.clear()
    image = order_item(order).serialize()
    notify.handler({"Records": [{"dynamodb": {"NewImage": image}}]}, Context())


def use_push(deployed: Deployed) -> None:
    for connection_id in ("one", "gone"):
        connect(deployed, connection_id)
    deployed.used.clear()
    push.handler({}, Context())
    pushes: list[Push] = [HeartbeatPush(shard=n, board_version=1) for n in range(CONNECTION_SHARDS)]
    for made in (*pushes, AccountPush(account_id=ALICE, message="{}")):
        push.handler({"Records": [{"body": serialize_push(made)}]}, Context())


def stored(deployed: Deployed, order: Any) -> Order:
    found = deployed.deps.orders.get(order["order_id"])
    assert found is not None
    assert found.account_id == ALICE
    return found


EVERYTHING: dict[Function, Callable[[Deployed], None]] = {
    Function.API: use_api,
    Function.PRICES: use_prices,
    Function.REQUESTS: use_requests,
    Function.VALIDATIONS: use_validations,
    Function.RELAY: use_relay,
    Function.SWEEP: use_sweep,
    Function.JOBS: use_jobs,
    Function.MASTER: use_master,
    Function.WORKER: use_worker,
    Function.RECEIPTS: use_receipts,
    Function.LIVE: use_live,
    Function.NOTIFY: use_notify,
    Function.PUSH: use_push,
}


def test_every_function_is_used_here() -> None:
    assert set(EVERYTHING) == set(Function)


@pytest.mark.parametrize("function", list(Function))
def test_a_function_uses_all_its_rights_and_needs_no_other(
    deployed: Deployed, function: Function
) -> None:
    EVERYTHING[function](deployed)
    assert deployed.used == granted(function)
