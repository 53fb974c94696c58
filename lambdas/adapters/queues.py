"""SQS: the way to the bridge, and the place for what nobody understands."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from awsjson.client import Client
from awsjson.connections import Timeouts
from awsjson.services import SQS
from lambdas.domain.errors import Transient

_MOST_AT_ONCE: Final = 10  # SQS's limit of a batch
_LONGEST_REASON: Final = 256


@cache
def connect(region: str) -> Client:
    """A client of SQS."""
    return Client(SQS, region=region, attempts=3, timeouts=Timeouts(connect_s=2, read_s=5))


def send_batch(region: str, queue_url: str, entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """One SendMessageBatch of at most ten entries; the ids of those that SQS did not take."""
    with translated():
        answer = connect(region).call(
            "SendMessageBatch", {"QueueUrl": queue_url, "Entries": entries}
        )
    return [entry["Id"] for entry in answer.get("Failed", [])]


class SqsOutbox:
    """The port `Outbox` over the queue `outbound`."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._region = region
        self._queue_url = queue_url

    def send(self, requests: Sequence[str]) -> Sequence[int]:
        """One SendMessageBatch for each ten requests."""
        failed: list[int] = []
        for start in range(0, len(requests), _MOST_AT_ONCE):
            entries = [
                {"Id": str(start + offset), "MessageBody": body}
                for offset, body in enumerate(requests[start : start + _MOST_AT_ONCE])
            ]
            failed += map(int, send_batch(self._region, self._queue_url, entries))
        return failed


class SqsDeadLetters:
    """The port `DeadLetters` over a dead-letter queue."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._region = region
        self._queue_url = queue_url

    def put(self, body: str, reason: str) -> None:
        """One SendMessage, the reason beside the body."""
        attribute = {"DataType": "String", "StringValue": reason[:_LONGEST_REASON]}
        with translated():
            connect(self._region).call(
                "SendMessage",
                {
                    "QueueUrl": self._queue_url,
                    "MessageBody": body,
                    "MessageAttributes": {"reason": attribute},
                },
            )


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQS raises into Transient; leave bugs as they are."""
    try:
        yield
    except (NoConnection, HTTPClientError) as error:
        raise Transient from error
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if status >= 500 or "Throttl" in str(error.response.get("Error", {}).get("Code")):
            raise Transient from error
        raise
