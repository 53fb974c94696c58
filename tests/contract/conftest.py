"""Every contract test runs on all forms of each port: in memory, and AWS's, which moto plays.

With CONTRACT_CLOUD_URL set it is a running local cloud that plays AWS, and only that form runs;
`tests/e2e/test_contract_on_local_cloud.py` does so.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.adapters import queues
from lambdas.adapters.activity import DynamoActivityLog
from lambdas.adapters.jobs import DynamoJobs
from lambdas.adapters.market import DynamoMarket
from lambdas.adapters.orders import DynamoOrders
from lambdas.adapters.queues import SqsDeadLetters, SqsOutbox
from lambdas.adapters.reminders import SqsReminders
from lambdas.adapters.wallets import DynamoWallets
from lambdas.adapters.workflow import SqsJobQueue
from lambdas.ports import (
    ActivityLog,
    DeadLetters,
    JobQueue,
    Jobs,
    Market,
    Orders,
    Outbox,
    Reminders,
    Wallets,
)
from ops.adapters.books import DynamoBooks
from ops.adapters.letters import SqsLetters
from ops.ports import Books, Letters
from tests.builders import NOW
from tests.fakes.aws import moto
from tests.fakes.dynamo import REGION, cloud_tables, tables
from tests.fakes.jobs import MemoryJobQueue, MemoryJobs
from tests.fakes.memory import (
    MemoryActivityLog,
    MemoryDeadLetters,
    MemoryMarket,
    MemoryOrders,
    MemoryOutbox,
    MemoryStore,
    MemoryWallets,
)
from tests.fakes.operations import MemoryBooks, MemoryLetters
from tests.fakes.reminders import MemoryReminders

CLOUD_URL = os.environ.get("CONTRACT_CLOUD_URL")
TABLE_FORMS = ["memory", "dynamodb"] if CLOUD_URL is None else ["local cloud"]
QUEUE_FORMS = ["memory", "sqs"] if CLOUD_URL is None else ["local cloud"]


@dataclass(frozen=True, kw_only=True)
class Ports:
    """One form of all ports over one store."""

    orders: Orders
    wallets: Wallets
    market: Market
    activity: ActivityLog
    jobs: Jobs
    books: Books


@dataclass(frozen=True, kw_only=True)
class QueuePorts:
    """One form of all ports over queues: an outbound queue, and one with its dead letters."""

    outbox: Outbox
    sent: Callable[[], Sequence[str]]
    """The bodies that lie in the outbound queue."""
    job_queue: JobQueue
    asked: Callable[[], Sequence[str]]
    """The ids of the jobs that lie in the queue of jobs."""
    reminders: Reminders
    dead_letters: DeadLetters
    letters: Letters
    returned: Callable[[], Sequence[str]]
    """The bodies that lie in the queue before the dead letters."""


@pytest.fixture(params=TABLE_FORMS)
def ports(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ports]:
    if request.param == "memory":
        store = MemoryStore()
        yield Ports(
            orders=MemoryOrders(store),
            wallets=MemoryWallets(store),
            market=MemoryMarket(store),
            activity=MemoryActivityLog(store),
            jobs=MemoryJobs(store),
            books=MemoryBooks(store),
        )
        return
    made = tables(monkeypatch) if CLOUD_URL is None else cloud_tables(monkeypatch, CLOUD_URL)
    with made as connection:
        yield Ports(
            orders=DynamoOrders(connection),
            wallets=DynamoWallets(connection),
            market=DynamoMarket(connection),
            activity=DynamoActivityLog(),
            jobs=DynamoJobs(connection),
            books=DynamoBooks(connection),
        )


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
            for queue in ("outbound", "jobs", "reminders", "source", "dead")
        }
        yield QueuePorts(
            outbox=SqsOutbox(REGION, urls["outbound"]),
            sent=lambda: received(client, urls["outbound"]),
            job_queue=SqsJobQueue(REGION, urls["jobs"]),
            asked=lambda: [json.loads(body)["job_id"] for body in received(client, urls["jobs"])],
            reminders=SqsReminders(REGION, urls["reminders"]),
            dead_letters=SqsDeadLetters(REGION, urls["dead"]),
            letters=SqsLetters(client, urls["dead"], urls["source"]),
            returned=lambda: received(client, urls["source"]),
        )
        for url in urls.values():
            client.delete_queue(QueueUrl=url)


def memory_queues() -> QueuePorts:
    outbox, job_queue, dead_letters = MemoryOutbox(), MemoryJobQueue(), MemoryDeadLetters()
    letters = MemoryLetters(dead_letters, NOW)
    return QueuePorts(
        outbox=outbox,
        sent=lambda: outbox.sent,
        job_queue=job_queue,
        asked=lambda: job_queue.sent,
        reminders=MemoryReminders(lambda: datetime.now(UTC)),
        dead_letters=dead_letters,
        letters=letters,
        returned=lambda: letters.source,
    )


@contextmanager
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the cloud in the process, or of the one that runs."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    queues.connect.cache_clear()
    if CLOUD_URL is None:
        with moto():
            client = boto3.client("sqs", region_name=REGION)
            monkeypatch.setattr(client, "start_message_move_task", unsupported)
            yield client
    else:
        monkeypatch.setenv("AWS_ENDPOINT_URL", CLOUD_URL)
        yield boto3.client("sqs", region_name=REGION)
    queues.connect.cache_clear()


def unsupported(**_: str) -> None:
    """What moto answers with a NotImplementedError, as a cloud says it."""
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
