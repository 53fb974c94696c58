"""Each function may do what it does and nothing else: what it asks of DynamoDB, recorded over its
whole repertoire, equals what the stacks let it do. In both directions.

The functions are the real ones, wired by the real runtime, over moto.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from cdk.stacks.rights import RIGHTS
from lambdas import runtime
from lambdas.adapters import dynamodb, queues
from lambdas.adapters.items import order_item
from lambdas.domain.orders import Order
from lambdas.handlers import (
    api,
    jobs,
    master,
    prices,
    relay,
    requests,
    sweep,
    validations,
    worker,
)
from lambdas.names import Function, Setting, Table
from lambdas.usecases.update_market import update_market
from tests.builders import ALICE, NOW, a_deposit, a_tick
from tests.fakes.aws import heard
from tests.fakes.dynamo import REGION, tables
from tests.unit.handlers.conftest import deliver
from tests.unit.http.gateway import Context, event

Right = tuple[str, str]
SETTINGS = {
    Setting.STAGE: "test",
    Setting.GROUP_ID: "3",
    Setting.CURRENCY: "USD",
    Setting.MAX_PRICE_AGE_S: "3600",
    Setting.MAX_DEPOSIT_MINOR: "10000000",
    Setting.OVERDUE_AFTER_S: "900",
    Setting.ASK_AGAIN: "on",
    Setting.FIRST_ASK_AFTER_S: "120",
    Setting.LONGEST_ASK_INTERVAL_S: "3600",
    Setting.LINK_SILENT_AFTER_S: "900",
    Setting.WORKFLOW_ARN: "arn:aws:states:us-east-1:123456789012:stateMachine:none",
}


@dataclass
class Deployed:
    """The functions as deployed, and what has been asked of DynamoDB since `asked` was cleared."""

    asked: set[Right] = field(default_factory=set)

    def api(self, method: str, path: str, **asked: Any) -> Any:
        """One request of ALICE."""
        answer = api.handler(event(method, path, **asked), Context())
        assert answer["statusCode"] < 400, answer
        return json.loads(answer["body"]) if answer["body"].startswith("{") else answer["body"]

    def place(self, key: UUID | None = None) -> Any:
        """An order of ALICE for one share of AAPL."""
        return self.api(
            "POST",
            "/orders",
            body=json.dumps({"symbol": "AAPL", "quantity": 1}),
            headers={"Idempotency-Key": str(key or uuid4())},
        )


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    deployed = Deployed()
    monkeypatch.setenv("AWS_REGION", REGION)
    for setting, value in SETTINGS.items():
        monkeypatch.setenv(setting, value)
    for table in Table:
        monkeypatch.setenv(f"{table.upper()}_TABLE", f"test-{table}")
    with tables(monkeypatch) as connection:
        sqs = boto3.client("sqs", region_name=REGION)
        for setting in (
            Setting.OUTBOUND_QUEUE_URL,
            Setting.DEAD_LETTER_QUEUE_URL,
            Setting.JOBS_QUEUE_URL,
            Setting.REMINDERS_QUEUE_URL,
        ):
            url = sqs.create_queue(QueueName=setting.lower())["QueueUrl"]
            monkeypatch.setenv(setting, url)
        monkeypatch.setattr(dynamodb, "connect", lambda *_: connection)
        monkeypatch.setattr(runtime, "now", lambda: NOW)
        monkeypatch.setattr(api, "handler", api.build_handler(runtime.api, lambda: NOW, uuid4))
        forget()
        runtime.api().wallets.deposit(a_deposit())
        update_market(runtime.api().market, [a_tick()])
        with heard(lambda *call: deployed.asked.update(rights_of(*call))):
            yield deployed
    forget()


def forget() -> None:
    """Builders remember what they built with an environment that is no more."""
    for build in (
        runtime.api,
        runtime.prices,
        runtime.exchange,
        runtime.relay,
        runtime.sweep,
        runtime.jobs,
        runtime.master,
        runtime.worker,
    ):
        build.cache_clear()
    queues.connect.cache_clear()


def rights_of(operation: str, body: dict[str, Any]) -> set[Right]:
    """What IAM would look at: the action and the table, or the table's index."""
    if operation == "TransactWriteItems":
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
        "/portfolio",
        "/jobs",
        f"/jobs/{asked_for(deployed, PROJECTION)}",
        "/me",
    ):
        deployed.api("GET", path)
    deployed.api("GET", "/orders", query={"key": str(key)})
    for _ in range(2):  # the second one finds the first
        deployed.api(
            "POST",
            "/wallet/deposits",
            body=json.dumps({"amount": 1}),
            headers={"Idempotency-Key": str(key)},
        )


def use_prices(deployed: Deployed) -> None:
    batch = {"stocks": [{"symbol": "MSFT", "price": 1}, {"symbol": "?", "price": 1}]}
    deliver(prices.handler, batch, batch, "rubbish")


def use_requests(deployed: Deployed) -> None:
    order = deployed.place()
    deployed.asked.clear()
    ours = {"request_id": order["order_id"], "group_id": 3, "symbol": "AAPL", "quantity": 1}
    theirs = ours | {"request_id": "x", "group_id": 13}
    assert deliver(requests.handler, ours, ours, theirs, "rubbish") == []


def use_validations(deployed: Deployed) -> None:
    ids = [deployed.place()["order_id"] for _ in range(2)]
    late = {"request_id": deployed.place()["order_id"], "group_id": 3, "valid": True}
    deployed.asked.clear()
    answers = [
        {"request_id": order_id, "group_id": 3, "valid": valid}
        for order_id, valid in ((ids[0], True), (ids[1], False), (ids[0], False))
    ]
    theirs = {"request_id": "x", "group_id": 13, "valid": True}
    assert deliver(validations.handler, *answers, theirs, "rubbish") == []
    runtime.now = lambda: NOW + timedelta(hours=1)  # put back by the fixture's monkeypatch
    assert deliver(validations.handler, late) == []


def use_relay(deployed: Deployed) -> None:
    order = stored(deployed.place())
    deployed.asked.clear()
    image = order_item(order).serialize()
    change = {"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": "1"}}
    assert relay.handler({"Records": [change]}, LambdaContext()) == {"batchItemFailures": []}


def use_sweep(deployed: Deployed) -> None:
    order_id = deployed.place()["order_id"]
    runtime.sweep().reminders.send([order_id, "of nobody"], timedelta(0))
    deployed.asked.clear()
    runtime.now = lambda: NOW + timedelta(minutes=5)  # put back by the fixture's monkeypatch
    sweep.handler({}, LambdaContext())
    assert runtime.api().orders.read([order_id])[order_id].asks == 1


PROJECTION = {"kind": "projection", "symbol": "AAPL", "days": 3, "quantity": "1"}
PORTFOLIO_HISTORY = {"kind": "portfolio_history", "days": 3}


def asked_for(deployed: Deployed, body: Any) -> str:
    """The id of a job of ALICE."""
    job_id = deployed.api("POST", "/jobs", body=json.dumps(body))["job_id"]
    assert isinstance(job_id, str)
    return job_id


def step(name: str, **event: Any) -> Any:
    """One step of the master's."""
    return master.handler({"step": name, **event}, LambdaContext())


def own_a_share(deployed: Deployed) -> None:
    ours = {"request_id": deployed.place()["order_id"], "group_id": 3, "valid": True}
    assert deliver(validations.handler, ours) == []


def use_jobs(deployed: Deployed) -> None:
    job_id = asked_for(deployed, PORTFOLIO_HISTORY)
    step("fail", job_id=job_id, error={"Error": "Transient"})
    deployed.asked.clear()
    jobs.handler({"Records": [{"body": json.dumps({"job_id": job_id})}]}, LambdaContext())


def use_master(deployed: Deployed) -> None:
    own_a_share(deployed)
    ids = [asked_for(deployed, body) for body in (PROJECTION, PORTFOLIO_HISTORY)]
    deployed.asked.clear()
    for job_id in ids:
        assert step("plan", job_id=job_id)["parts"]
        step("join", job_id=job_id, partials=[])
    step("sweep")


def use_worker(deployed: Deployed) -> None:
    own_a_share(deployed)
    plans = [
        step("plan", job_id=asked_for(deployed, body)) for body in (PROJECTION, PORTFOLIO_HISTORY)
    ]
    deployed.asked.clear()
    for plan in plans:
        for part in plan.pop("parts"):
            worker.handler(plan | {"part": part}, LambdaContext())


def stored(order: Any) -> Order:
    found = runtime.api().orders.get(order["order_id"])
    assert found is not None
    assert found.account_id == ALICE
    return found


REPERTOIRE: dict[Function, Callable[[Deployed], None]] = {
    Function.API: use_api,
    Function.PRICES: use_prices,
    Function.REQUESTS: use_requests,
    Function.VALIDATIONS: use_validations,
    Function.RELAY: use_relay,
    Function.SWEEP: use_sweep,
    Function.JOBS: use_jobs,
    Function.MASTER: use_master,
    Function.WORKER: use_worker,
}


def test_every_function_has_a_repertoire() -> None:
    assert set(REPERTOIRE) == set(Function)


@pytest.mark.parametrize("function", list(Function))
def test_a_function_uses_all_its_rights_and_needs_no_other(
    deployed: Deployed, function: Function
) -> None:
    REPERTOIRE[function](deployed)
    assert deployed.asked == granted(function)
