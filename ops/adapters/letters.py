"""A dead-letter queue, as an operator looks at it, empties it back, or forgets one message.

SQS has no way to look without receiving. What is looked at is hidden for a moment and then shown
again; a dead-letter queue counts receipts, but nothing follows from the count.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from lambdas.adapters.queues import translated
from ops.ports import Letter, Moved

_BATCH: Final = 10
_HIDDEN_S: Final = 120
_WAIT_S: Final = 1  # long polling asks all of SQS's servers; without it, some letters are missed
_ATTRIBUTES: Final = {
    "MessageAttributeNames": ["All"],
    "MessageSystemAttributeNames": ["SentTimestamp"],
    "MaxNumberOfMessages": _BATCH,
}
_NO_MOVE_TASKS: Final = frozenset(
    {
        "AWS.SimpleQueueService.UnsupportedOperation",
        "InvalidAction",
        "UnknownOperationException",
        "UnsupportedOperation",
    }
)
_TASK_POLLS: Final = 120
_TASK_POLL_S: Final = 2.0


class SqsLetters:
    """The port `Letters`. `source_url` is where letters go back to; None where nothing can."""

    def __init__(self, client: Any, url: str, source_url: str | None) -> None:
        self._client = client
        self._url = url
        self._source_url = source_url

    def look(self, most: int) -> Sequence[Letter]:
        """Receives them all, then shows them again."""
        found: dict[str, Any] = {}
        for messages in self._batches(most):
            found |= {message["MessageId"]: message for message in messages}
        self._show(list(found.values()))
        letters = sorted(map(_letter, found.values()), key=lambda letter: letter.sent_at)
        return letters[:most]

    def move(self, letters: Sequence[Letter]) -> Moved:
        """By SQS itself where it can (AWS), else one by one: sent first, deleted afterwards.

        A crash between the two leaves a message in both places, which is harmless; the other way
        round it would be lost. SQS moves everything that lies there, also what has just come.
        """
        assert self._source_url is not None, "these letters have no queue to go back to"
        with translated():
            dead, source = self._arn(self._url), self._arn(self._source_url)
            is_moving = self._start_task(dead, source)
        if is_moving:
            return self._await_task(dead)
        return self._move_by_hand({letter.letter_id for letter in letters})

    def drop(self, letter_id: str) -> bool:
        """Receives until it is found, deletes it, shows the others again."""
        others: list[Any] = []
        wanted: list[Any] = []
        for messages in self._batches(None):
            others += [it for it in messages if it["MessageId"] != letter_id]
            wanted = [it for it in messages if it["MessageId"] == letter_id]
            if wanted:
                break
        self._show(others)
        for message in wanted:
            self._delete(message)
        return bool(wanted)

    def _batches(self, most: int | None) -> Iterator[list[Any]]:
        """Each message once, some at a time, until there is nothing new or enough."""
        seen: set[str] = set()
        while most is None or len(seen) < most:
            with translated():
                messages = self._client.receive_message(
                    QueueUrl=self._url,
                    VisibilityTimeout=_HIDDEN_S,
                    WaitTimeSeconds=_WAIT_S,
                    **_ATTRIBUTES,
                ).get("Messages", [])
            new = [message for message in messages if message["MessageId"] not in seen]
            if not new:
                return
            seen |= {message["MessageId"] for message in new}
            yield new

    def _show(self, messages: Sequence[Any]) -> None:
        for start in range(0, len(messages), _BATCH):
            entries = [
                {"Id": str(place), "ReceiptHandle": it["ReceiptHandle"], "VisibilityTimeout": 0}
                for place, it in enumerate(messages[start : start + _BATCH])
            ]
            with translated():
                self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _start_task(self, dead: str, source: str) -> bool:
        """The destination is named: SQS does not know it for what our functions put aside."""
        try:
            self._client.start_message_move_task(SourceArn=dead, DestinationArn=source)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NO_MOVE_TASKS:
                return False
            raise
        return True

    def _await_task(self, dead: str) -> Moved:
        """A queue has one task at a time, and the newest is named first."""
        moved = 0
        for _ in range(_TASK_POLLS):
            with translated():
                answer = self._client.list_message_move_tasks(SourceArn=dead, MaxResults=1)
            latest = answer["Results"][0]
            moved = int(latest.get("ApproximateNumberOfMessagesMoved", 0))
            if latest["Status"] != "RUNNING":
                return Moved(letters=moved, finished=latest["Status"] == "COMPLETED")
            time.sleep(_TASK_POLL_S)
        return Moved(letters=moved, finished=False)

    def _move_by_hand(self, wanted: set[str]) -> Moved:
        others: list[Any] = []
        moved = 0
        for messages in self._batches(None):
            for message in messages:
                if message["MessageId"] in wanted:
                    self._move_one(message)
                    moved += 1
                else:
                    others.append(message)
        self._show(others)
        return Moved(letters=moved)

    def _move_one(self, message: Any) -> None:
        attributes = message.get("MessageAttributes", {})
        with translated():
            self._client.send_message(
                QueueUrl=self._source_url,
                MessageBody=message["Body"],
                MessageAttributes=attributes,
            )
        self._delete(message)

    def _delete(self, message: Any) -> None:
        with translated():
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

    def _arn(self, url: str) -> str:
        answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(answer["Attributes"]["QueueArn"])


def _letter(message: Any) -> Letter:
    reason = message.get("MessageAttributes", {}).get("reason", {}).get("StringValue")
    sent_ms = int(message["Attributes"]["SentTimestamp"])
    return Letter(
        letter_id=message["MessageId"],
        body=message["Body"],
        reason=reason,
        sent_at=datetime.fromtimestamp(sent_ms / 1000, UTC),
    )
