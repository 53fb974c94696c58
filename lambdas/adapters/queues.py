"""SQS: the way to the bridge, and the place for what nobody understands."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from lambdas.domain.errors import Transient

_MOST_AT_ONCE: Final = 10  # SQS's limit of a batch
_LONGEST_REASON: Final = 256


@cache
def connect(region: str) -> Any:
    """A client of SQS. (botocore's clients are made at run time and have no static type.)"""
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"})
    return botocore.session.get_session().create_client("sqs", region_name=region, config=config)


class SqsOutbox:
    """The port `Outbox` over the queue `outbound`."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._client = connect(region)
        self._queue_url = queue_url

    def send(self, requests: Sequence[str]) -> Sequence[int]:
        """One SendMessageBatch for each ten requests."""
        failed: list[int] = []
        for start in range(0, len(requests), _MOST_AT_ONCE):
            entries = [
                {"Id": str(start + offset), "MessageBody": body}
                for offset, body in enumerate(requests[start : start + _MOST_AT_ONCE])
            ]
            with translated():
                answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
            failed += [int(entry["Id"]) for entry in answer.get("Failed", [])]
        return failed


class SqsDeadLetters:
    """The port `DeadLetters` over a dead-letter queue.

    Its client is made when it is first needed: most starts never put anything aside.
    """

    def __init__(self, region: str, queue_url: str) -> None:
        self._region = region
        self._queue_url = queue_url

    def put(self, body: str, reason: str) -> None:
        """One SendMessage, the reason beside the body."""
        attribute = {"DataType": "String", "StringValue": reason[:_LONGEST_REASON]}
        with translated():
            connect(self._region).send_message(
                QueueUrl=self._queue_url,
                MessageBody=body,
                MessageAttributes={"reason": attribute},
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
