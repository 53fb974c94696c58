"""SQS in whole batches with one result per message, and the broker's login in Secrets Manager.

Each client is made once per process. boto3 clients may be shared between threads.
"""

import json
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from mqtt_bridge.settings import Login

# SQS accepts 1 MiB per message and per batch since August 2025, 256 KiB before. The older limit
# still holds for queues made with the old default, for emulators and in some partitions, and the
# exchange's messages are a hundred times smaller.
MAX_BYTES: Final = 256 * 1024
MAX_ENTRIES: Final = 10  # per batch

# Errors of the content itself: a retry never succeeds and would block the messages behind.
# InvalidParameterValue is how SQS rejects a body above this queue's own MaximumMessageSize.
# Everything else (throttling, keys, permissions, a missing queue) may pass, so it is retried.
_CONTENT_ERRORS: Final = frozenset(
    {"BatchRequestTooLong", "InvalidMessageContents", "InvalidParameterValue"}
)
_CONNECTIONS: Final = 32  # one for each sender of three queues, and for `outbound`


def make_client(service: str, region: str | None) -> Any:
    """Make a client whose calls end in 27 s, retry included; our own loops retry further."""
    config = Config(
        connect_timeout=3,
        read_timeout=10,  # above the long poll of `outbound`
        retries={"mode": "standard", "total_max_attempts": 2},
        max_pool_connections=_CONNECTIONS,
    )
    return boto3.client(service, region_name=region, config=config)


class SendResult(StrEnum):
    """Outcome of one message in a batch."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # for its content: never retried
    FAILED = "failed"  # retried


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """Results in the order of the bodies, and the last error code of AWS."""

    results: list[SendResult]
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    """A message received from the queue `outbound`."""

    body: str
    receipt: str


class QueueUnavailable(Exception):
    """SQS did not answer, or answered with an error; the text is its code."""


class Queues:
    """Batched calls to SQS."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, url: str, bodies: Sequence[str]) -> BatchResult:
        """Send up to ten messages; never raises for an answer of AWS."""
        entries = [{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies)]
        try:
            response = self._client.send_message_batch(QueueUrl=url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            return self._send_one_by_one(url, bodies, _code(error))
        results = [SendResult.FAILED] * len(bodies)  # an entry missing in the response has failed
        code = ""
        for entry in response.get("Successful", ()):
            results[int(entry["Id"])] = SendResult.ACCEPTED
        for entry in response.get("Failed", ()):
            code = _without_prefix(entry.get("Code", ""))
            if entry.get("SenderFault") and code in _CONTENT_ERRORS:
                results[int(entry["Id"])] = SendResult.REFUSED
        return BatchResult(results=results, code=code)

    def _send_one_by_one(self, url: str, bodies: Sequence[str], code: str) -> BatchResult:
        """After the whole call failed: one bad body must not block the nine good ones."""
        if code not in _CONTENT_ERRORS:
            return BatchResult(results=[SendResult.FAILED] * len(bodies), code=code)
        if len(bodies) == 1:
            return BatchResult(results=[SendResult.REFUSED], code=code)
        results = [self.send(url, [body]).results[0] for body in bodies]
        return BatchResult(results=results, code=code)

    def receive(self, url: str, *, poll_s: int, visibility_s: int) -> list[ReceivedMessage]:
        """Long-poll for up to ten messages; raises QueueUnavailable."""
        response = _call(
            self._client.receive_message,
            QueueUrl=url,
            MaxNumberOfMessages=MAX_ENTRIES,
            WaitTimeSeconds=poll_s,
            VisibilityTimeout=visibility_s,
        )
        return [
            ReceivedMessage(body=message["Body"], receipt=message["ReceiptHandle"])
            for message in response.get("Messages", ())
        ]

    def delete(self, url: str, receipts: Sequence[str]) -> list[str]:
        """Delete up to ten messages; returns the receipts to retry. Raises QueueUnavailable."""
        entries = [{"Id": str(i), "ReceiptHandle": r} for i, r in enumerate(receipts)]
        response = _call(self._client.delete_message_batch, QueueUrl=url, Entries=entries)
        # A sender's fault (an expired receipt) never passes: the message is received again.
        return [receipts[int(e["Id"])] for e in response.get("Failed", ()) if not e["SenderFault"]]

    def change_visibility(self, url: str, receipts: Sequence[str], visibility_s: int) -> None:
        """Hide up to ten messages for so long from now; 0 returns them to the queue at once.

        Raises QueueUnavailable.
        """
        entries = [
            {"Id": str(i), "ReceiptHandle": r, "VisibilityTimeout": visibility_s}
            for i, r in enumerate(receipts)
        ]
        _call(self._client.change_message_visibility_batch, QueueUrl=url, Entries=entries)


def _call(method: Callable[..., dict[str, Any]], **request: Any) -> dict[str, Any]:
    try:
        return method(**request)
    except (BotoCoreError, ClientError) as error:
        raise QueueUnavailable(_code(error)) from None


def _code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return _without_prefix(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def _without_prefix(code: str) -> str:
    """Shorten `AWS.SimpleQueueService.BatchRequestTooLong` and `com.amazonaws.sqs#…`."""
    return code.rsplit(".", 1)[-1].rsplit("#", 1)[-1]


class CredentialsUnavailable(Exception):
    """The secret cannot be read now; the text holds no part of it."""


class BrokerCredentials:
    """The login for the broker: from the URL during development, else from Secrets Manager.

    The secret is read when it is first needed and again after the broker has refused it, so that a
    rotated password needs no restart.
    """

    def __init__(
        self, *, fixed: Login | None = None, fetch: Callable[[], Login] | None = None
    ) -> None:
        self._fetch = fetch
        self._login = None if fetch else fixed
        self._lock = threading.Lock()

    def current(self) -> Login | None:
        """Return the login, None for an anonymous broker; raises CredentialsUnavailable."""
        with self._lock:
            if self._login is None and self._fetch:
                self._login = self._fetch()
            return self._login

    def forget(self) -> None:
        """Read the secret again next time, because the broker has refused it."""
        with self._lock:
            if self._fetch:
                self._login = None


def read_secret(client: Any, secret_id: str) -> Login:
    """Read a secret with the JSON `{"username": …, "password": …}`, and perhaps `"ca"` with the
    certificates of the broker's own authority. Raises CredentialsUnavailable.
    """
    try:
        text = client.get_secret_value(SecretId=secret_id)["SecretString"]
    except (BotoCoreError, ClientError, KeyError) as error:
        raise CredentialsUnavailable(_code(error)) from None
    try:
        content = json.loads(text)
        login = Login(
            username=str(content["username"]),
            password=str(content["password"]),
            ca=content.get("ca") or None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CredentialsUnavailable("the secret is no JSON with username and password") from None
    if login.ca is not None:
        try:
            ssl.create_default_context(cadata=login.ca)
        except (ssl.SSLError, TypeError, ValueError):
            raise CredentialsUnavailable("ca of the secret is no certificate in PEM") from None
    return login
