"""Every contract test runs on all implementations of a port: in memory, and on AWS by moto.

With CONTRACT_CLOUD_URL set, it runs on that running local cloud instead;
`tests/e2e/test_contract_on_local_cloud.py` does so.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from pynamodb.connection import Connection

from lambdas.domain.live import Push
from lambdas.messaging.live import SqsPushQueue, parse_push
from lambdas.messaging.sqs import SqsDeadLetters, SqsJobQueue, SqsOutbox, sqs_client
from lambdas.names import Table
from lambdas.ports import (
    Accounts,
    ActivityLog,
    Connections,
    DeadLetters,
    Deposits,
    JobQueue,
    Jobs,
    Market,
    Orders,
    Outbox,
    Profiles,
    PushQueue,
    Receipts,
    Tickets,
)
from lambdas.storage.accounts import DynamoAccounts
from lambdas.storage.activity import DynamoActivityLog
from lambdas.storage.deposits import DynamoDeposits
from lambdas.storage.jobs import DynamoJobs
from lambdas.storage.live import DynamoConnections, DynamoTickets
from lambdas.storage.market import DynamoMarket
from lambdas.storage.models import MODELS
from lambdas.storage.orders import DynamoOrders
from lambdas.storage.profiles import DynamoProfiles
from lambdas.storage.receipts import DynamoReceipts
from tests.builders import ZONE
from tests.fakes.aws import moto
from tests.fakes.documents import MemoryReceipts
from tests.fakes.dynamo import REGION, cloud_tables, set_credentials, tables
from tests.fakes.jobs import MemoryJobQueue, MemoryJobs
from tests.fakes.live import MemoryConnections, MemoryPushQueue, MemoryTickets
from tests.fakes.memory import (
    MemoryAccounts,
    MemoryActivityLog,
    MemoryDeadLetters,
    MemoryMarket,
    MemoryOrders,
    MemoryOutbox,
    MemoryProfiles,
    MemoryStore,
)
from tests.fakes.payments import MemoryDeposits

CLOUD_URL = os.environ.get("CONTRACT_CLOUD_URL")
TABLE_FORMS = ["memory", "dynamodb"] if CLOUD_URL is None else ["local cloud"]
QUEUE_FORMS = ["memory", "sqs"] if CLOUD_URL is None else ["local cloud"]


@dataclass(frozen=True, kw_only=True)
class Ports:
    """One implementation of all ports over tables."""

    orders: Orders
    accounts: Accounts
    deposits: Deposits
    market: Market
    activity: ActivityLog
    jobs: Jobs
    profiles: Profiles
    receipts: Receipts
    tickets: Tickets
    connections: Connections
    store: MemoryStore | None = None
    """What lies behind them; None for DynamoDB."""
    connection: Connection | None = None
    """To the tables behind them; None in memory."""


@dataclass(frozen=True, kw_only=True)
class Queues:
    """What lies behind one implementation of the ports over queues; None in memory."""

    client: Any
    dead_url: str
    source_url: str


@dataclass(frozen=True, kw_only=True)
class QueuePorts:
    """One implementation of all ports over queues."""

    outbox: Outbox
    sent: Callable[[], Sequence[str]]
    """Bodies of the messages in the queue `outbound`."""
    job_queue: JobQueue
    queued_jobs: Callable[[], Sequence[str]]
    """Ids of the jobs in the queue `jobs`."""
    push_queue: PushQueue
    pushes: Callable[[], Sequence[Push]]
    """What is in the queue `pushes`."""
    dead_letters: DeadLetters
    queues: Queues | None = None


def memory_ports(store: MemoryStore) -> Ports:
    return Ports(
        orders=MemoryOrders(store),
        accounts=MemoryAccounts(store),
        deposits=MemoryDeposits(store),
        market=MemoryMarket(store),
        activity=MemoryActivityLog(store),
        jobs=MemoryJobs(store),
        profiles=MemoryProfiles(store),
        receipts=MemoryReceipts(store),
        tickets=MemoryTickets(),
        connections=MemoryConnections(),
        store=store,
    )


def dynamo_ports(connection: Connection) -> Ports:
    return Ports(
        orders=DynamoOrders(connection),
        accounts=DynamoAccounts(connection),
        deposits=DynamoDeposits(connection),
        market=DynamoMarket(connection, ZONE),
        activity=DynamoActivityLog(connection),
        jobs=DynamoJobs(connection),
        profiles=DynamoProfiles(connection),
        receipts=DynamoReceipts(connection),
        tickets=DynamoTickets(connection),
        connections=DynamoConnections(connection),
        connection=connection,
    )


@pytest.fixture(params=TABLE_FORMS)
def ports(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ports]:
    if request.param == "memory":
        yield memory_ports(MemoryStore())
        return
    made = tables(monkeypatch) if CLOUD_URL is None else cloud_tables(monkeypatch, CLOUD_URL)
    with made as connection:
        yield dynamo_ports(connection)


@pytest.fixture(params=QUEUE_FORMS)
def queue_ports(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[QueuePorts]:
    if request.param == "memory":
        yield memory_queues()
        return
    with sqs(monkeypatch) as client:
        name = uuid4().hex
        urls = {
            queue: client.create_queue(QueueName=f"{queue}-{name}")["QueueUrl"]
            for queue in ("outbound", "jobs", "pushes", "source", "dead")
        }
        yield QueuePorts(
            outbox=SqsOutbox(REGION, urls["outbound"]),
            sent=lambda: received(client, urls["outbound"]),
            job_queue=SqsJobQueue(REGION, urls["jobs"]),
            queued_jobs=lambda: [
                json.loads(body)["job_id"] for body in received(client, urls["jobs"])
            ],
            push_queue=SqsPushQueue(REGION, urls["pushes"]),
            pushes=lambda: [parse_push(body) for body in received(client, urls["pushes"])],
            dead_letters=SqsDeadLetters(REGION, urls["dead"]),
            queues=Queues(client=client, dead_url=urls["dead"], source_url=urls["source"]),
        )
        for url in urls.values():
            client.delete_queue(QueueUrl=url)


def memory_queues() -> QueuePorts:
    outbox, job_queue, push_queue = MemoryOutbox(), MemoryJobQueue(), MemoryPushQueue()
    return QueuePorts(
        outbox=outbox,
        sent=lambda: outbox.sent,
        job_queue=job_queue,
        queued_jobs=lambda: job_queue.sent,
        push_queue=push_queue,
        pushes=lambda: [push for push, _ in push_queue.sent],
        dead_letters=MemoryDeadLetters(),
    )


@contextmanager
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of moto's SQS, or of the running local cloud's."""
    set_credentials(monkeypatch)
    sqs_client.cache_clear()
    if CLOUD_URL is None:
        with moto():
            client = boto3.client("sqs", region_name=REGION)
            monkeypatch.setattr(client, "start_message_move_task", unsupported)
            yield client
    else:
        monkeypatch.setenv("AWS_ENDPOINT_URL", CLOUD_URL)
        yield boto3.client("sqs", region_name=REGION)
    sqs_client.cache_clear()


def unsupported(**_: str) -> None:
    """Answers as a cloud does that has no message move tasks; moto raises NotImplementedError."""
    code = "AWS.SimpleQueueService.UnsupportedOperation"
    raise ClientError({"Error": {"Code": code}}, "StartMessageMoveTask")


def received(client: Any, url: str) -> list[str]:
    """Every body in the queue, each once."""
    found: dict[str, str] = {}
    while True:
        messages = client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30
        ).get("Messages", [])
        if not messages:
            return list(found.values())
        found |= {message["MessageId"]: message["Body"] for message in messages}


def add_unknown_attribute(ports: Ports, table: Table, key: dict[str, Any]) -> None:
    """Adds an attribute to an item, as a newer version of the code might; nothing in memory."""
    if ports.connection is not None:
        _table(table).update_item(
            Key=key,
            UpdateExpression="SET from_the_future = :value",
            ExpressionAttributeValues={":value": "kept"},
        )


def has_unknown_attribute(ports: Ports, table: Table, key: dict[str, Any]) -> bool:
    """Whether the attribute is still in the item; always in memory."""
    if ports.connection is None:
        return True
    item = _table(table).get_item(Key=key, ConsistentRead=True)["Item"]
    return bool(item.get("from_the_future") == "kept")


def _table(table: Table) -> Any:
    return boto3.resource("dynamodb", region_name=REGION).Table(MODELS[table].Meta.table_name)
