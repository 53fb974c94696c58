"""SQS as the bridge needs it: whole batches, one verdict per entry. Makes all AWS clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

# Faults of the content itself: sending the same again never works and would block what is behind.
# InvalidParameterValue is how SQS says 'longer than this queue's own MaximumMessageSize'.
# Everything else (throttling, keys, rights, a missing queue) may heal, so it is tried again.
_CONTENT_FAULTS: Final = frozenset(
    {"BatchRequestTooLong", "InvalidMessageContents", "InvalidParameterValue"}
)


class Verdict(StrEnum):
    """What became of one entry."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # for ever, for its content
    FAILED = "failed"  # this time


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Verdicts in the order of the bodies, and the last code that AWS gave for a bad one."""

    verdicts: list[Verdict]
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A message of `outbound`."""

    body: str
    receipt: str


class QueueUnavailable(Exception):
    """SQS did not answer, or answered with an error; the text is its code."""


def make_client(service: str, *, connections: int = 4) -> Any:
    """Make an AWS client whose calls end soon and are not retried behind our back."""
    config = Config(
        connect_timeout=3,
        read_timeout=10,  # above the long poll of `outbound`
        retries={"total_max_attempts": 1},  # retrying is ours: it must stop at SIGTERM
        max_pool_connections=connections,
        tcp_keepalive=True,
    )
    return botocore.session.get_session().create_client(service, config=config)


class Queues:
    """Batched calls to SQS; safe to share between threads."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, url: str, bodies: Sequence[str]) -> Sent:
        """Send up to ten bodies; never raises for what AWS answers."""
        entries = [{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies)]
        try:
            answer = self._client.send_message_batch(QueueUrl=url, Entries=entries)
        except (BotoCoreError, ClientError, HTTPClientError) as error:
            return self._send_again(url, bodies, _code(error))
        verdicts = [Verdict.FAILED] * len(
            bodies
        )  # an entry that the answer forgets is not accepted
        code = ""
        for entry in answer.get("Successful", ()):
            verdicts[int(entry["Id"])] = Verdict.ACCEPTED
        for entry in answer.get("Failed", ()):
            code = _short(entry.get("Code", ""))
            if entry.get("SenderFault") and code in _CONTENT_FAULTS:
                verdicts[int(entry["Id"])] = Verdict.REFUSED
        return Sent(verdicts=verdicts, code=code)

    def _send_again(self, url: str, bodies: Sequence[str], code: str) -> Sent:
        """After the whole call failed: one bad body must not take nine good ones with it."""
        if code not in _CONTENT_FAULTS:
            return Sent(verdicts=[Verdict.FAILED] * len(bodies), code=code)
        if len(bodies) == 1:
            return Sent(verdicts=[Verdict.REFUSED], code=code)
        single = [self.send(url, [body]).verdicts[0] for body in bodies]
        return Sent(verdicts=single, code=code)

    def receive(self, url: str, *, poll_s: int, visibility_s: int) -> list[Pulled]:
        """Long-poll up to ten messages; raises QueueUnavailable."""
        try:
            answer = self._client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=poll_s,
                VisibilityTimeout=visibility_s,
            )
        except (BotoCoreError, ClientError, HTTPClientError) as error:
            raise QueueUnavailable(_code(error)) from None
        return [
            Pulled(body=message["Body"], receipt=message["ReceiptHandle"])
            for message in answer.get("Messages", ())
        ]

    def delete(self, url: str, receipts: Sequence[str]) -> list[str]:
        """Delete up to ten messages; returns the receipts that are to be tried again."""
        entries = [{"Id": str(i), "ReceiptHandle": r} for i, r in enumerate(receipts)]
        try:
            answer = self._client.delete_message_batch(QueueUrl=url, Entries=entries)
        except (BotoCoreError, ClientError, HTTPClientError) as error:
            raise QueueUnavailable(_code(error)) from None
        # A sender's fault (an expired receipt) never heals: the message comes again instead.
        return [receipts[int(e["Id"])] for e in answer.get("Failed", ()) if not e["SenderFault"]]

    def release(self, url: str, receipts: Sequence[str]) -> None:
        """Give up to ten messages back at once, instead of when their visibility lapses."""
        entries = [
            {"Id": str(i), "ReceiptHandle": r, "VisibilityTimeout": 0}
            for i, r in enumerate(receipts)
        ]
        try:
            self._client.change_message_visibility_batch(QueueUrl=url, Entries=entries)
        except (BotoCoreError, ClientError, HTTPClientError) as error:
            raise QueueUnavailable(_code(error)) from None


def _code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return _short(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def _short(code: str) -> str:
    """Strip the prefixes: `AWS.SimpleQueueService.BatchRequestTooLong`, `com.amazonaws.sqs#…`."""
    return code.rsplit(".", 1)[-1].rsplit("#", 1)[-1]
