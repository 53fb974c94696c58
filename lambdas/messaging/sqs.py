"""Queues in SQS."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from lambdas.domain.errors import Transient

MAX_BATCH: Final = 10  # SQS's limit
_MAX_REASON: Final = 256
_BUSY: Final = ("Throttl", "TooManyRequests", "RequestThrottled", "SlowDown")
_CONFIG: Final = Config(
    connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}
)


@cache
def sqs_client(region: str) -> Any:
    """The SQS client of this process."""
    return boto3.client("sqs", region_name=region, config=_CONFIG)


class SqsOutbox:
    """The port `Outbox` over the queue `outbound`."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._client = sqs_client(region)
        self._queue_url = queue_url

    def send(self, requests: Sequence[str]) -> Sequence[int]:
        """One SendMessageBatch for each ten requests."""
        return send_batches(self._client, self._queue_url, requests)


class SqsJobQueue:
    """The port `JobQueue` over the queue `jobs`."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._client = sqs_client(region)
        self._queue_url = queue_url

    def send(self, job_ids: Sequence[str]) -> None:
        """One SendMessageBatch for each ten jobs."""
        bodies = [json.dumps({"job_id": job_id}) for job_id in job_ids]
        if send_batches(self._client, self._queue_url, bodies):
            raise Transient


class SqsReceiptQueue:
    """The port `ReceiptQueue` over the queue `receipts`."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._client = sqs_client(region)
        self._queue_url = queue_url

    def send(self, order_ids: Sequence[str]) -> Sequence[int]:
        """One SendMessageBatch for each ten orders."""
        bodies = [json.dumps({"order_id": order_id}) for order_id in order_ids]
        return send_batches(self._client, self._queue_url, bodies)


class SqsDeadLetters:
    """The port `DeadLetters` over a dead-letter queue. Rarely used: the client is made then."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._region = region
        self._queue_url = queue_url

    def put(self, body: str, reason: str) -> None:
        """One SendMessage; the reason is the message attribute `reason`."""
        attribute = {"DataType": "String", "StringValue": reason[:_MAX_REASON]}
        with translated_errors():
            sqs_client(self._region).send_message(
                QueueUrl=self._queue_url,
                MessageBody=body,
                MessageAttributes={"reason": attribute},
            )


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raises Transient for what may succeed later; leaves bugs as they are."""
    try:
        yield
    except (BotocoreConnectionError, HTTPClientError) as error:
        raise Transient from error
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        code = str(error.response.get("Error", {}).get("Code"))
        if status >= 500 or code.startswith(_BUSY):
            raise Transient from error
        raise


def send_batches(
    client: Any, queue_url: str, bodies: Sequence[str], *, delay_s: int = 0
) -> list[int]:
    """Positions of the bodies that SQS did not accept; the others come after `delay_s`."""
    delay = {"DelaySeconds": delay_s} if delay_s else {}
    failed: list[int] = []
    for start in range(0, len(bodies), MAX_BATCH):
        entries = [
            {"Id": str(start + offset), "MessageBody": body, **delay}
            for offset, body in enumerate(bodies[start : start + MAX_BATCH])
        ]
        with translated_errors():
            answer = client.send_message_batch(QueueUrl=queue_url, Entries=entries)
        failed += [int(entry["Id"]) for entry in answer.get("Failed", [])]
    return failed
