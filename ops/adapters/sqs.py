"""Dead-letter queues and queue depths in SQS.

SQS has no way to look without receiving: a message that is looked at is hidden for a moment and
then made visible again. Nothing follows from a dead-letter queue's receive count.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from ops.ports import DeadLetter, Moved, QueueDepth

_BATCH: Final = 10
_HIDDEN_S: Final = 120
_WAIT_S: Final = 1  # long polling asks all of SQS's servers; without it, some messages are missed
_ATTRIBUTES: Final = {
    "MessageAttributeNames": ["All"],
    "MessageSystemAttributeNames": ["SentTimestamp"],
    "MaxNumberOfMessages": _BATCH,
}
_NO_MOVE_TASK: Final = frozenset(
    {
        "AWS.SimpleQueueService.UnsupportedOperation",
        "InvalidAction",
        # No redrive policy names the queue, for example.
        "InvalidParameterValue",
        "UnknownOperationException",
        "UnsupportedOperation",
    }
)
"""Error codes of a cloud that has no message move tasks, or none between these two queues."""

_TASK_POLLS: Final = 120
_TASK_POLL_S: Final = 2.0


class SqsDeadLetterQueue:
    """The port `DeadLetterQueue`. `source_url` is None where there is no queue to go back to."""

    def __init__(self, client: Any, url: str, source_url: str | None) -> None:
        self._client = client
        self._url = url
        self._source_url = source_url

    def peek(self, limit: int) -> Sequence[DeadLetter]:
        """Receives them, then makes them visible again."""
        found: dict[str, Any] = {}
        for messages in self._batches(limit):
            found |= {message["MessageId"]: message for message in messages}
        self._release(list(found.values()))
        letters = sorted(map(_letter, found.values()), key=lambda letter: letter.sent_at)
        return letters[:limit]

    def move(self, letters: Sequence[DeadLetter]) -> Moved:
        """By a message move task of SQS where there is one, else by sending and deleting each.

        A crash between sending and deleting leaves a message in both queues, which is harmless. A
        move task moves everything in the queue, also what has just arrived.
        """
        assert self._source_url is not None, "these dead letters have no queue to go back to"
        dead, source = self._arn(self._url), self._arn(self._source_url)
        if self._start_task(dead, source):
            return self._await_task(dead)
        return self._move_each({letter.letter_id for letter in letters})

    def drop(self, letter_id: str) -> bool:
        """Receives until it is found, deletes it, makes the others visible again."""
        others: list[Any] = []
        wanted: list[Any] = []
        for messages in self._batches(None):
            others += [it for it in messages if it["MessageId"] != letter_id]
            wanted = [it for it in messages if it["MessageId"] == letter_id]
            if wanted:
                break
        self._release(others)
        for message in wanted:
            self._delete(message)
        return bool(wanted)

    def _batches(self, limit: int | None) -> Iterator[list[Any]]:
        """Each message once, some at a time, until there is no new one or there are enough."""
        seen: set[str] = set()
        while limit is None or len(seen) < limit:
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

    def _release(self, messages: Sequence[Any]) -> None:
        for start in range(0, len(messages), _BATCH):
            entries = [
                {"Id": str(place), "ReceiptHandle": it["ReceiptHandle"], "VisibilityTimeout": 0}
                for place, it in enumerate(messages[start : start + _BATCH])
            ]
            self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _start_task(self, dead: str, source: str) -> bool:
        """Names the destination: SQS does not know it for what our functions put aside."""
        try:
            self._client.start_message_move_task(SourceArn=dead, DestinationArn=source)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NO_MOVE_TASK:
                return False
            raise
        return True

    def _await_task(self, dead: str) -> Moved:
        """A queue has one task at a time, and SQS lists the newest first."""
        moved = 0
        for _ in range(_TASK_POLLS):
            answer = self._client.list_message_move_tasks(SourceArn=dead, MaxResults=1)
            latest = answer["Results"][0]
            moved = int(latest.get("ApproximateNumberOfMessagesMoved", 0))
            if latest["Status"] != "RUNNING":
                return Moved(letters=moved, finished=latest["Status"] == "COMPLETED")
            time.sleep(_TASK_POLL_S)
        return Moved(letters=moved, finished=False)

    def _move_each(self, wanted: set[str]) -> Moved:
        others: list[Any] = []
        moved = 0
        for messages in self._batches(None):
            for message in messages:
                if message["MessageId"] in wanted:
                    self._move_one(message)
                    moved += 1
                else:
                    others.append(message)
        self._release(others)
        return Moved(letters=moved)

    def _move_one(self, message: Any) -> None:
        self._client.send_message(
            QueueUrl=self._source_url,
            MessageBody=message["Body"],
            MessageAttributes=message.get("MessageAttributes", {}),
        )
        self._delete(message)

    def _delete(self, message: Any) -> None:
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

    def _arn(self, url: str) -> str:
        answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(answer["Attributes"]["QueueArn"])


def _letter(message: Any) -> DeadLetter:
    reason = message.get("MessageAttributes", {}).get("reason", {}).get("StringValue")
    sent_ms = int(message["Attributes"]["SentTimestamp"])
    return DeadLetter(
        letter_id=message["MessageId"],
        body=message["Body"],
        reason=reason,
        sent_at=datetime.fromtimestamp(sent_ms / 1000, UTC),
    )


_WAITING: Final = "ApproximateNumberOfMessages"
_DELAYED: Final = "ApproximateNumberOfMessagesDelayed"
_IN_FLIGHT: Final = "ApproximateNumberOfMessagesNotVisible"


def queue_depths(
    client: Any, queues: Mapping[str, str], dead_letters: Mapping[str, str]
) -> Sequence[QueueDepth]:
    """Depth of every queue, by name. Two calls each. Delayed messages count as waiting."""
    found = []
    for name, dead_url in dead_letters.items():
        counts = _counts(client, queues[name]) if name in queues else None
        found.append(
            QueueDepth(
                queue=name,
                waiting=None if counts is None else counts[_WAITING] + counts[_DELAYED],
                in_flight=None if counts is None else counts[_IN_FLIGHT],
                dead_letters=_counts(client, dead_url)[_WAITING],
            )
        )
    return found


def _counts(client: Any, url: str) -> dict[str, int]:
    names = [_WAITING, _DELAYED, _IN_FLIGHT]
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return {name: int(count) for name, count in answer["Attributes"].items()}
