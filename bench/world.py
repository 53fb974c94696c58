"""The functions over DynamoDB and SQS in the process (moto), with every call taken note of."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from io import StringIO
from typing import Any, Final
from uuid import UUID

import boto3
from pynamodb.connection import Connection

from bench import events
from bench.events import Context
from bench.in_process import moto
from bench.sqs_stub import ENVIRONMENT
from bench.units import Recorder, Usage
from lambdas import runtime
from lambdas.adapters import dynamodb, queues, workflow
from lambdas.adapters.tables import MODELS
from lambdas.names import Function, Setting, Table

REGION: Final = "us-east-1"
CONTEXT: Final = Context()
NOW: Final = datetime(2026, 3, 4, 15, 7, 31, 123456, tzinfo=UTC)
"""The time in there: what a projection reads depends on it."""

Handler = Callable[[dict[str, Any], Any], Any]

SETTINGS: Final = {
    Setting.STAGE: "measured",
    Setting.GROUP_ID: events.GROUP,
    Setting.CURRENCY: "USD",
    Setting.MAX_PRICE_AGE_S: "3600",
    Setting.MAX_DEPOSIT_MINOR: "10000000",
    Setting.OVERDUE_AFTER_S: "900",
    Setting.ASK_AGAIN: "on",
    Setting.FIRST_ASK_AFTER_S: "120",
    Setting.LONGEST_ASK_INTERVAL_S: "3600",
    Setting.LINK_SILENT_AFTER_S: "900",
    Setting.WORKFLOW_ARN: "arn:aws:states:us-east-1:000000000000:stateMachine:measured",
} | {Setting(f"{table.name}_TABLE"): table.value for table in Table}
"""Of every function at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that happens, and what it has used."""

    name: str
    usage: Usage
    logged_bytes: int
    batch_bytes: int
    """Of these, what a call writes once, however many messages it has."""

    @property
    def write_units(self) -> int:
        """In all tables and indexes."""
        return sum(self.usage.written.values())

    def as_json(self) -> dict[str, Any]:
        """For the data beside the page."""
        return {
            "calls": dict(sorted(self.usage.calls.items())),
            "read_units": self.usage.read,
            "write_units": self.write_units,
            "written": dict(sorted(self.usage.written.items())),
            "logged_bytes": self.logged_bytes,
            "batch_bytes": self.batch_bytes,
        }


class World:
    """The functions over DynamoDB and SQS in the process; the workflow's steps run as they come."""

    def __init__(self, recorder: Recorder, log: StringIO) -> None:
        self._recorder = recorder
        self._log = log
        from lambdas.handlers.api import build_handler

        self.api = build_handler(runtime.api, lambda: NOW, runtime.new_key)
        self._client = boto3.client("dynamodb", region_name=REGION)
        self.operations: list[Operation] = []

    def ask(self, method: str, path: str, body: object = None, key: UUID | None = None) -> Any:
        """The body of a good answer of the API."""
        headers = {} if key is None else {"idempotency-key": str(key)}
        answer = self.api(events.http(method, path, body, headers), CONTEXT)
        assert answer["statusCode"] < 300, answer["body"]
        return json.loads(answer["body"])

    def note(self, name: str) -> None:
        """Keep what was used since the last time under this name."""
        lines = self._log.getvalue().encode().splitlines()
        self.operations.append(
            Operation(
                name=name,
                usage=self._recorder.take(),
                logged_bytes=sum(map(len, lines)),
                batch_bytes=sum(map(_of_batch, lines)),
            )
        )
        self.forget()

    def remind(self, order_id: str) -> None:
        """As SQS would, of an order whose time has come."""
        boto3.client("sqs", region_name=REGION).send_message(
            QueueUrl=os.environ[Setting.REMINDERS_QUEUE_URL], MessageBody=order_id
        )

    def forget(self) -> None:
        """What only prepares does not count."""
        self._recorder.take()
        self._log.seek(0)
        self._log.truncate()

    def order_item(self, order_id: str) -> dict[str, Any]:
        """As the stream would show it."""
        item: dict[str, Any] = self._client.get_item(
            TableName=Table.ORDERS.value, Key={"order_id": {"S": order_id}}, ConsistentRead=True
        )["Item"]
        return item


def _of_batch(line: bytes) -> int:
    """How much of a line does not grow with the messages: of one with their ids, all but an id."""
    if b'"correlation_ids"' in line:
        return len(line) - len(f'"{events.ACCOUNT}"')
    return len(line) if b'"_aws"' in line else 0


@contextmanager
def new_world() -> Iterator[World]:
    recorder = Recorder()
    with moto(), _captured() as log, recorder.recording():
        before = dict(os.environ)
        os.environ |= ENVIRONMENT | {name.value: value for name, value in SETTINGS.items()}
        _forget_clients()
        try:
            _make_tables()
            _make_queues()
            workflow.connect = lambda *_: Steps()  # type: ignore[assignment,misc]  # stands in for it
            runtime.now = lambda: NOW
            world = World(recorder, log)
            world.forget()
            yield world
        finally:
            os.environ.clear()
            os.environ |= before
            workflow.connect, runtime.now = _real_states, _real_clock
            _forget_clients()


_real_states, _real_clock = workflow.connect, runtime.now


@contextmanager
def _captured() -> Iterator[StringIO]:
    """What the functions log, instead of on their standard output."""
    log = StringIO()
    with ExitStack() as undo:
        for function in Function:
            import_module(f"lambdas.handlers.{function.value}")
            for handler in logging.getLogger(function.value).handlers:
                if isinstance(handler, logging.StreamHandler):
                    undo.callback(handler.setStream, handler.setStream(log))
        yield log


def _forget_clients() -> None:
    """Clients made before would call somebody else, and unheard."""
    for model in MODELS.values():
        model._connection = None
    queues.connect.cache_clear()
    for build in (runtime.api, runtime.prices, runtime.exchange, runtime.relay, runtime.jobs):
        build.cache_clear()
    runtime.sweep.cache_clear()
    runtime.master.cache_clear()
    runtime.worker.cache_clear()


def _make_tables() -> Connection:
    connection = dynamodb.connect({table: table.value for table in Table}, REGION)
    for model in MODELS.values():
        model.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    return connection


def _make_queues() -> None:
    sqs = boto3.client("sqs", region_name=REGION)
    for setting in (
        Setting.OUTBOUND_QUEUE_URL,
        Setting.JOBS_QUEUE_URL,
        Setting.REMINDERS_QUEUE_URL,
        Setting.DEAD_LETTER_QUEUE_URL,
    ):
        name = setting.value.lower().replace("_", "-")
        os.environ[setting.value] = sqs.create_queue(QueueName=name)["QueueUrl"]


class Steps:
    """Step Functions, as far as the system needs it: runs the steps of a job, here and now."""

    def call(self, _: str, asked: Any) -> dict[str, str]:
        """plan, a worker for each part, join."""
        from lambdas.handlers import master, worker

        job_id = json.loads(asked["input"])["job_id"]
        planned = master.handler({"step": "plan", "job_id": job_id}, CONTEXT)
        own = {"job_id": job_id, "kind": planned["kind"], "task": planned["task"]}
        partials = [worker.handler(own | {"part": part}, CONTEXT) for part in planned["parts"]]
        master.handler({"step": "join", "job_id": job_id, "partials": partials}, CONTEXT)
        return {"status": "SUCCEEDED"}
