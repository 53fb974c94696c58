"""SQS as the bridge needs it: whole batches, one verdict per entry. Makes all AWS clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from awsjson.client import Client
from awsjson.connections import Timeouts
from awsjson.services import Service

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


class Calls(Protocol):
    """What is asked of a client of AWS."""

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Raises ClientError, BotoCoreError or HTTPClientError."""

    def close(self) -> None:
        """Close its connections."""


def make_client(service: Service) -> Client:
    """Make an AWS client whose calls end soon and are not retried behind our back."""
    return Client(
        service,
        attempts=1,  # retrying is the bridge's: it must stop at SIGTERM
        timeouts=Timeouts(connect_s=3, read_s=10),  # above the long poll of `outbound`
    )


class Queues:
    """Batched calls to SQS; safe to share between threads."""

    def __init__(self, client: Calls) -> None:
        self._client = client

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, url: str, bodies: Sequence[str]) -> Sent:
        """Send up to ten bodies; never raises for what AWS answers."""
        entries = [{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies)]
        try:
            answer = self._client.call("SendMessageBatch", {"QueueUrl": url, "Entries": entries})
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
            answer = self._client.call(
                "ReceiveMessage",
                {
                    "QueueUrl": url,
                    "MaxNumberOfMessages": 10,
                    "WaitTimeSeconds": poll_s,
                    "VisibilityTimeout": visibility_s,
                },
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
            answer = self._client.call("DeleteMessageBatch", {"QueueUrl": url, "Entries": entries})
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
            request = {"QueueUrl": url, "Entries": entries}
            self._client.call("ChangeMessageVisibilityBatch", request)
        except (BotoCoreError, ClientError, HTTPClientError) as error:
            raise QueueUnavailable(_code(error)) from None


def _code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return _short(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def _short(code: str) -> str:
    """Strip the prefixes: `AWS.SimpleQueueService.BatchRequestTooLong`, `com.amazonaws.sqs#…`."""
    return code.rsplit(".", 1)[-1].rsplit("#", 1)[-1]
