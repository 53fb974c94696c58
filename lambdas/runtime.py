"""The composition root: the only reader of the environment and the clock, and where adapters meet
ports. Each function has one frozen class of what it needs (see `lambdas.needs`), built once per
process.

Adapters and what only some need are imported inside the builders, so that no function pays for
another one's imports.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from lambdas import names
from lambdas.names import METRICS_NAMESPACE, Setting, Table
from lambdas.needs import Api, Exchange, Master, Prices, Relay, RunJobs, Sweep

if TYPE_CHECKING:
    from lambdas.domain.trading import Policy
    from lambdas.ports import DeadLetters, JobQueue, Reminders, Workflow
    from lambdas.usecases.job_sources import Sources

__all__ = [
    "Api",
    "Exchange",
    "Master",
    "Prices",
    "Relay",
    "RunJobs",
    "Sources",
    "Sweep",
    "api",
    "exchange",
    "jobs",
    "master",
    "metrics_namespace",
    "new_key",
    "now",
    "prepare",
    "prices",
    "relay",
    "sweep",
    "worker",
]

_TABLES = {
    Table.QUOTES: Setting.QUOTES_TABLE,
    Table.PRICES: Setting.PRICES_TABLE,
    Table.CANDLES: Setting.CANDLES_TABLE,
    Table.ORDERS: Setting.ORDERS_TABLE,
    Table.ACCOUNTS: Setting.ACCOUNTS_TABLE,
    Table.POSTINGS: Setting.POSTINGS_TABLE,
    Table.ACTIVITY: Setting.ACTIVITY_TABLE,
    Table.JOBS: Setting.JOBS_TABLE,
}


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def new_key() -> UUID:
    """A key for a request whose client named none."""
    return uuid4()


def metrics_namespace() -> str:
    """Where this function's metrics go. Outside of Lambda nobody collects them."""
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        return names.metrics_namespace(_setting(Setting.STAGE))
    return METRICS_NAMESPACE


def prepare(build: Callable[[], object]) -> None:
    """Build what a function needs while Lambda starts it, not when somebody waits for an answer.

    The start has a whole CPU whatever the function's size, and a missing setting shows at once.
    Outside of Lambda nothing is built: importing a handler reads no environment. What is there by
    now stays: the collector, off since the first import, need never look at it.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        build()
        gc.freeze()
    gc.enable()


@cache
def api() -> Api:
    """Built once per process."""
    from lambdas.adapters.activity import DynamoActivityLog
    from lambdas.adapters.jobs import DynamoJobs
    from lambdas.adapters.market import DynamoMarket
    from lambdas.adapters.orders import DynamoOrders
    from lambdas.adapters.wallets import DynamoWallets

    connection = _connection()
    return Api(
        orders=DynamoOrders(connection),
        wallets=DynamoWallets(connection),
        market=DynamoMarket(connection),
        activity=DynamoActivityLog(),
        jobs=DynamoJobs(connection),
        job_queue=_job_queue(),
        workflow=_workflow(),
        policy=_policy(),
        max_deposit_minor=int(_setting(Setting.MAX_DEPOSIT_MINOR)),
        currency=_setting(Setting.CURRENCY),
        group_id=_setting(Setting.GROUP_ID),
        stage=_setting(Setting.STAGE),
        link_silent_after=_seconds(Setting.LINK_SILENT_AFTER_S),
    )


@cache
def prices() -> Prices:
    """Built once per process."""
    from lambdas.adapters.market import DynamoMarket

    return Prices(
        market=DynamoMarket(_connection()),
        dead_letters=_dead_letters(),
        currency=_setting(Setting.CURRENCY),
    )


@cache
def exchange() -> Exchange:
    """Built once per process."""
    from lambdas.adapters.activity import DynamoActivityLog
    from lambdas.adapters.orders import DynamoOrders

    return Exchange(
        orders=DynamoOrders(_connection()),
        activity=DynamoActivityLog(),
        dead_letters=_dead_letters(),
        group_id=_setting(Setting.GROUP_ID),
    )


@cache
def relay() -> Relay:
    """Built once per process."""
    from lambdas.adapters import queues
    from lambdas.adapters.orders_stream import to_publish

    return Relay(
        outbox=queues.SqsOutbox(_region(), _setting(Setting.OUTBOUND_QUEUE_URL)),
        reminders=_reminders(),
        to_publish=to_publish,
        group_id=_setting(Setting.GROUP_ID),
        first_ask_after=_seconds(Setting.FIRST_ASK_AFTER_S),
    )


@cache
def sweep() -> Sweep:
    """Built once per process."""
    from lambdas.adapters.market import DynamoMarket
    from lambdas.adapters.orders import DynamoOrders

    connection = _connection()
    return Sweep(
        orders=DynamoOrders(connection),
        reminders=_reminders(),
        dead_letters=_dead_letters(),
        market=DynamoMarket(connection),
        policy=_policy(),
    )


@cache
def jobs() -> RunJobs:
    """Built once per process."""
    from lambdas.adapters.jobs import DynamoJobs

    return RunJobs(jobs=DynamoJobs(_connection()), workflow=_workflow())


@cache
def master() -> Master:
    """Built once per process."""
    from lambdas.adapters.jobs import DynamoJobs

    connection = _connection()
    return Master(
        jobs=DynamoJobs(connection),
        queue=_job_queue(),
        sources=_sources(connection),
        currency=_setting(Setting.CURRENCY),
    )


@cache
def worker() -> Sources:
    """Built once per process."""
    return _sources(_connection())


def _sources(connection: Any) -> Sources:
    from lambdas.adapters.activity import DynamoActivityLog
    from lambdas.adapters.market import DynamoMarket
    from lambdas.adapters.orders import DynamoOrders
    from lambdas.adapters.wallets import DynamoWallets
    from lambdas.usecases.job_sources import Sources

    return Sources(
        market=DynamoMarket(connection),
        activity=DynamoActivityLog(),
        orders=DynamoOrders(connection),
        wallets=DynamoWallets(connection),
    )


def _connection() -> Any:
    from lambdas.adapters import dynamodb

    named = {
        table: os.environ[setting] for table, setting in _TABLES.items() if setting in os.environ
    }
    return dynamodb.connect(named, _region())


def _dead_letters() -> DeadLetters:
    from lambdas.adapters import queues

    return queues.SqsDeadLetters(_region(), _setting(Setting.DEAD_LETTER_QUEUE_URL))


def _reminders() -> Reminders:
    from lambdas.adapters.reminders import SqsReminders

    return SqsReminders(_region(), _setting(Setting.REMINDERS_QUEUE_URL))


def _job_queue() -> JobQueue:
    from lambdas.adapters.workflow import SqsJobQueue

    return SqsJobQueue(_region(), _setting(Setting.JOBS_QUEUE_URL))


def _workflow() -> Workflow:
    from lambdas.adapters.workflow import StepFunctionsWorkflow

    return StepFunctionsWorkflow(_region(), _setting(Setting.WORKFLOW_ARN))


def _policy() -> Policy:
    from lambdas.domain.trading import Policy

    return Policy(
        max_price_age=_seconds(Setting.MAX_PRICE_AGE_S),
        first_ask_after=_seconds(Setting.FIRST_ASK_AFTER_S),
        longest_ask_interval=_seconds(Setting.LONGEST_ASK_INTERVAL_S),
        overdue_after=_seconds(Setting.OVERDUE_AFTER_S),
        ask_again=_setting(Setting.ASK_AGAIN) == "on",
    )


def _setting(name: Setting) -> str:
    """Raises KeyError, with the name, for a setting that the stack has not given."""
    return os.environ[name]


def _seconds(name: Setting) -> timedelta:
    return timedelta(seconds=int(_setting(name)))


def _region() -> str:
    return os.environ["AWS_REGION"]
