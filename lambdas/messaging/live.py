"""Live connections in API Gateway, and the queue of what to push to them."""

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any, Final

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from lambdas.domain.errors import Transient
from lambdas.domain.live import (
    AccountPush,
    HeartbeatPush,
    HeartbeatRound,
    Push,
    RetryPush,
    ShardPush,
)
from lambdas.messaging.sqs import send_batches, sqs_client
from lambdas.ports import Delivery

MAX_POSTS_AT_ONCE: Final = 16
"""Connections of the client to the gateway: as many posts may wait for it at the same time."""

_CONFIG: Final = Config(
    connect_timeout=1,
    read_timeout=2,
    max_pool_connections=MAX_POSTS_AT_ONCE,
    retries={"mode": "standard", "total_max_attempts": 2},
)
_KINDS: Final[dict[str, type[Push]]] = {
    "shard": ShardPush,
    "heartbeat": HeartbeatPush,
    "account": AccountPush,
    "retry": RetryPush,
    "heartbeats": HeartbeatRound,
}
_NAMES: Final = {push: name for name, push in _KINDS.items()}


@cache
def gateway_client(region: str, endpoint_url: str) -> Any:
    """The client of one WebSocket API's connections."""
    return boto3.client(
        "apigatewaymanagementapi", region_name=region, endpoint_url=endpoint_url, config=_CONFIG
    )


class GatewaySockets:
    """The port `Sockets` over API Gateway's PostToConnection."""

    def __init__(self, region: str, endpoint_url: str) -> None:
        self._client = gateway_client(region, endpoint_url)

    def post(self, connection_id: str, message: str) -> Delivery:
        """One PostToConnection; a second one after a time-out, a 5xx or a throttle."""
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=message.encode())
        except (BotocoreConnectionError, HTTPClientError):
            return Delivery.FAILED
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
            if status == 410:
                return Delivery.GONE
            if status == 429 or status >= 500:
                return Delivery.FAILED
            raise
        return Delivery.SENT


class SqsPushQueue:
    """The port `PushQueue` over the queue `pushes`."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._client = sqs_client(region)
        self._queue_url = queue_url

    def send(self, pushes: Sequence[Push], *, delay_s: int = 0) -> None:
        """One SendMessageBatch for each ten pushes."""
        bodies = [serialize_push(push) for push in pushes]
        if send_batches(self._client, self._queue_url, bodies, delay_s=delay_s):
            raise Transient


def serialize_push(push: Push) -> str:
    """A push as a message of the queue."""
    values = {field.name: getattr(push, field.name) for field in fields(push)}
    return msgspec.json.encode({"kind": _NAMES[type(push)], **values}).decode()


def parse_push(body: str) -> Push:
    """The push in a message of the queue."""
    values = msgspec.json.decode(body, type=dict[str, Any])
    push: Push = msgspec.convert(values, type=_KINDS[values.pop("kind")])
    return push
