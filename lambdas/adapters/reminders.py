"""SQS as the memory of what to look at again: a message names some orders, and stays until all of
them have ended. It is received again and again, and hidden in between.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lambdas.adapters import queues
from lambdas.ports import Reminder

MOST_ORDERS: Final = 10
"""In one message: those that were placed together end together, and share what a message costs."""

_MOST_AT_ONCE: Final = 10  # SQS's limit of a batch
_LONGEST_DELAY_S: Final = 900  # SQS's limit
_LOOKS: Final = 3
"""A short look asks some of SQS's servers only, so that nothing may be found where something is."""


class SqsReminders:
    """The port `Reminders` over the queue `reminders`. A body is the ids, one a line."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._region = region
        self._queue_url = queue_url

    def send(self, order_ids: Sequence[str], after: timedelta) -> Sequence[int]:
        """One SendMessageBatch for each hundred."""
        delay_s = min(int(after.total_seconds()), _LONGEST_DELAY_S)
        failed: list[int] = []
        for entries in _batches(order_ids, delay_s):
            for start in map(int, queues.send_batch(self._region, self._queue_url, entries)):
                failed += range(start, min(start + MOST_ORDERS, len(order_ids)))
        return failed

    def due(self) -> Sequence[Reminder]:
        """One ReceiveMessage, and some more before it believes that there is nothing."""
        for _ in range(_LOOKS):
            with queues.translated():
                answer = self._call(
                    "ReceiveMessage",
                    MaxNumberOfMessages=_MOST_AT_ONCE,
                    WaitTimeSeconds=0,
                    MessageSystemAttributeNames=["SentTimestamp"],
                )
            if messages := answer.get("Messages"):
                return [_reminder(message) for message in messages]
        return []

    def done(self, reminders: Sequence[Reminder]) -> None:
        """One DeleteMessageBatch for each ten; what it leaves comes again."""
        for start in range(0, len(reminders), _MOST_AT_ONCE):
            entries = [
                {"Id": str(place), "ReceiptHandle": reminder.handle}
                for place, reminder in enumerate(reminders[start : start + _MOST_AT_ONCE])
            ]
            with queues.translated():
                self._call("DeleteMessageBatch", Entries=entries)

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:
        return queues.connect(self._region).call(
            operation, {"QueueUrl": self._queue_url, **request}
        )


def _batches(order_ids: Sequence[str], delay_s: int) -> Iterator[list[dict[str, Any]]]:
    """Messages by the place of their first order, ten of them at once."""
    entries = [
        {
            "Id": str(start),
            "MessageBody": "\n".join(order_ids[start : start + MOST_ORDERS]),
            "DelaySeconds": delay_s,
        }
        for start in range(0, len(order_ids), MOST_ORDERS)
    ]
    for start in range(0, len(entries), _MOST_AT_ONCE):
        yield entries[start : start + _MOST_AT_ONCE]


def _reminder(message: Any) -> Reminder:
    sent_ms = int(message["Attributes"]["SentTimestamp"])
    return Reminder(
        order_ids=tuple(filter(None, message["Body"].split("\n"))),
        sent_at=datetime.fromtimestamp(sent_ms / 1000, UTC),
        handle=message["ReceiptHandle"],
    )
