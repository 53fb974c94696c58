"""The composition root: where the commands' ports meet AWS or the cloud on this machine.

On AWS the operator's own credentials are used, however the AWS tools find them. On a laptop the
local cloud's are, whatever else the machine may have: nobody's profile is ever sent there.
"""

import os
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config

from lambdas import runtime
from lambdas.adapters import dynamodb
from lambdas.adapters.market import DynamoMarket
from lambdas.adapters.orders import DynamoOrders
from lambdas.adapters.reminders import SqsReminders
from lambdas.adapters.wallets import DynamoWallets
from lambdas.names import BRIDGE, Queue
from ops.adapters.books import DynamoBooks
from ops.adapters.letters import SqsLetters
from ops.adapters.logs import PartsLogs, log_groups
from ops.adapters.settings import settings_of
from ops.adapters.watch import alarms_of, depths_of
from ops.errors import CannotRun
from ops.ports import Letters, Logs, Settings, Tools
from ops.whereabouts import Whereabouts

_LOCAL_KEY: Final = "test"  # every key is the operator's in the local cloud, which is on loopback
_CALLS: Final = Config(
    connect_timeout=5, read_timeout=30, retries={"mode": "standard", "max_attempts": 5}
)


def to_stage(stage: str) -> Tools:
    """A stage on AWS. Raises CannotRun where it is not to be found."""
    region = boto3.session.Session().region_name
    if region is None:
        raise CannotRun("Which region? Set AWS_REGION, or a region in your AWS profile.")
    return _tools(Whereabouts.of_stage(stage, region, _client("cloudformation", region)), {})


def to_laptop(state: Path) -> Tools:
    """A `make up` of this machine. Raises CannotRun where none is ready."""
    where = Whereabouts.of_laptop(state)
    assert where.endpoint_url is not None, "a laptop's system has an address"
    _speak_to(where.endpoint_url)
    return _tools(where, {BRIDGE: state / "logs" / "bridge.log"})


def _speak_to(endpoint_url: str) -> None:
    """Every AWS client of this process from here on, those inside of libraries as well."""
    machine = os.environ  # noqa: TID251 - this process's own, and the only way to reach pynamodb's client
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"):
        machine.pop(name, None)
    machine.update(
        AWS_ENDPOINT_URL=endpoint_url,
        AWS_ACCESS_KEY_ID=_LOCAL_KEY,
        AWS_SECRET_ACCESS_KEY=_LOCAL_KEY,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost",
    )


def _tools(where: Whereabouts, log_files: Mapping[str, Path]) -> Tools:
    connection = dynamodb.connect(where.tables, where.region)
    sqs = _client("sqs", where.region)

    def letters(name: str) -> Letters:
        return SqsLetters(sqs, where.dead_letters[name], where.queues.get(name))

    @cache
    def settings() -> Settings:
        clients = (_client(service, where.region) for service in ("cloudformation", "lambda"))
        return settings_of(where.backend_stack, *clients)

    @cache
    def logs() -> Logs:
        cloudformation = _client("cloudformation", where.region)
        return PartsLogs(
            client=_client("logs", where.region),
            groups=log_groups(cloudformation, where.backend_stack, where.bridge_stack),
            files=log_files,
            queues={url.rsplit("/", 1)[-1]: name for name, url in where.queues.items()},
        )

    return Tools(
        orders=DynamoOrders(connection),
        wallets=DynamoWallets(connection),
        market=DynamoMarket(connection),
        books=DynamoBooks(connection),
        letters=letters,
        reminders=lambda: SqsReminders(where.region, where.queues[Queue.REMINDERS]),
        settings=settings,
        logs=logs,
        alarms=lambda: alarms_of(_client("cloudwatch", where.region), f"fintech-{where.stage}-"),
        depths=lambda: depths_of(sqs, where.queues, where.dead_letters),
        now=runtime.now,
        pause=time.sleep,
    )


def _client(service: str, region: str) -> Any:
    """boto3 makes its clients from data at run time: they have no static type."""
    return boto3.session.Session().client(service, region_name=region, config=_CALLS)
