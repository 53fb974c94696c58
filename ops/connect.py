"""Composition root: builds the commands' ports, on AWS or on the local cloud of this machine.

On AWS the operator's own credentials are used, as the AWS tools find them. On a laptop only the
local cloud's are: an operator's profile is never sent there.
"""

import os
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import boto3
from botocore.config import Config

from lambdas.bootstrap import utc_now
from lambdas.domain.activity import normalise_group_id
from lambdas.messaging.public_api import HttpPublicApi
from lambdas.names import BRIDGE, Function, Setting
from lambdas.ports import PublicApi
from lambdas.storage.accounts import DynamoAccounts
from lambdas.storage.client import connect
from lambdas.storage.market import DynamoMarket
from lambdas.storage.orders import DynamoOrders
from ops.adapters.audit_store import DynamoAuditStore
from ops.adapters.backups import DynamoBackups
from ops.adapters.canary_user import CognitoCanaryUser
from ops.adapters.cloudwatch import CloudWatchLogs, list_alarms, log_groups
from ops.adapters.sqs import SqsDeadLetterQueue, queue_depths
from ops.adapters.stream_batches import StreamDeadLetterQueue
from ops.endpoints import Endpoints, function_name, stack_outputs
from ops.ports import CanaryUser, CannotRun, DeadLetterQueue, Logs, StageSettings, Tools

_LOCAL_KEY: Final = "test"  # the local cloud takes this key for an operator's
_CONFIG: Final = Config(
    connect_timeout=5, read_timeout=30, retries={"mode": "standard", "max_attempts": 5}
)


def to_stage(stage: str) -> Tools:
    """Ports of a stage on AWS. Raises CannotRun where it is not deployed."""
    region = boto3.session.Session().region_name
    if region is None:
        raise CannotRun("Which region? Set AWS_REGION, or a region in your AWS profile.")
    return _tools(Endpoints.of_stage(stage, region, _client("cloudformation", region)), {})


def to_laptop(state: Path) -> Tools:
    """Ports of a `make up` of this machine. Raises CannotRun where none is running."""
    endpoints = Endpoints.of_laptop(state)
    assert endpoints.endpoint_url is not None, "a local cloud has an address"
    _use_local_cloud(endpoints.endpoint_url)
    return _tools(endpoints, {BRIDGE: state / "logs" / "bridge.log"})


def _use_local_cloud(endpoint_url: str) -> None:
    """Points every AWS client of this process to the local cloud, pynamodb's included."""
    environment = os.environ  # noqa: TID251 - the only way to configure clients inside libraries
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"):
        environment.pop(name, None)
    environment.update(
        AWS_ENDPOINT_URL=endpoint_url,
        AWS_ACCESS_KEY_ID=_LOCAL_KEY,
        AWS_SECRET_ACCESS_KEY=_LOCAL_KEY,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost",
    )


def _tools(endpoints: Endpoints, log_files: Mapping[str, Path]) -> Tools:
    region = endpoints.region
    connection = connect(endpoints.tables, region)
    sqs = _client("sqs", region)

    def dead_letters(name: str) -> DeadLetterQueue:
        letters = SqsDeadLetterQueue(sqs, endpoints.dead_letters[name], endpoints.queues.get(name))
        if name in endpoints.queues:
            return letters
        # No queue to go back to: failed batches of a stream, named after its function.
        cloudformation = _client("cloudformation", region)
        return StreamDeadLetterQueue(
            letters=letters,
            streams=_client("dynamodbstreams", region),
            functions=_client("lambda", region),
            function_name=function_name(cloudformation, endpoints.backend_stack, Function(name)),
        )

    @cache
    def settings() -> StageSettings:
        name = function_name(
            _client("cloudformation", region), endpoints.backend_stack, Function.API
        )
        return _settings(_client("lambda", region), name)

    @cache
    def logs() -> Logs:
        cloudformation = _client("cloudformation", region)
        return CloudWatchLogs(
            client=_client("logs", region),
            groups=log_groups(cloudformation, endpoints.backend_stack, endpoints.bridge_stack),
            files=log_files,
            queues={url.rsplit("/", 1)[-1]: name for name, url in endpoints.queues.items()},
        )

    def outputs() -> Mapping[str, str]:
        return stack_outputs(_client("cloudformation", region), endpoints.stage)

    def public_api() -> PublicApi:
        found = outputs()
        return HttpPublicApi(
            api_url=found["ApiUrl"],
            user_pool_id=found["UserPoolId"],
            client_id=found["CanaryClientId"],
            secret_id=found["CanarySecretArn"],
            region=region,
        )

    def canary_user() -> CanaryUser:
        found = outputs()
        return CognitoCanaryUser(
            cognito=_client("cognito-idp", region),
            secrets_manager=_client("secretsmanager", region),
            user_pool_id=found["UserPoolId"],
            secret_id=found["CanarySecretArn"],
        )

    return Tools(
        public_api=public_api,
        canary_user=canary_user,
        orders=DynamoOrders(connection),
        accounts=DynamoAccounts(connection),
        market=lambda: DynamoMarket(connection, settings().market_zone),
        audit_store=DynamoAuditStore(connection),
        dead_letters=dead_letters,
        settings=settings,
        logs=logs,
        alarms=lambda: list_alarms(_client("cloudwatch", region), f"fintech-{endpoints.stage}-"),
        queue_depths=lambda: queue_depths(sqs, endpoints.queues, endpoints.dead_letters),
        backups=lambda: DynamoBackups(_client("dynamodb", region), endpoints.tables),
        now=utc_now,
        sleep=time.sleep,
    )


def _settings(functions: Any, name: str) -> StageSettings:
    """Reads the stage's settings from the API function's environment, which holds no secrets."""
    configuration = functions.get_function_configuration(FunctionName=name)
    variables = configuration["Environment"]["Variables"]
    return StageSettings(
        group_id=normalise_group_id(variables[Setting.GROUP_ID]),
        overdue_after=timedelta(seconds=int(variables[Setting.OVERDUE_AFTER_S])),
        market_zone=ZoneInfo(variables[Setting.MARKET_ZONE]),
    )


def _client(service: str, region: str) -> Any:
    """A boto3 client; boto3 makes them at run time, so they have no static type."""
    return boto3.session.Session().client(service, region_name=region, config=_CONFIG)
