"""SQS as the memory of what to look at again: one message for each order, which stays until the
order has ended. It is received again and again, and hidden in between.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lambdas.adapters import queues
from lambdas.ports import Reminder

_MOST_AT_ONCE: Final = 10  # SQS's limit of a batch
_LONGEST_DELAY_S: Final = 900  # SQS's limit
_LOOKS: Final = 3
"""A short look asks some of SQS's servers only, so that nothing may be found where something is."""


class SqsReminders:
    """The port `Reminders` over the queue `reminders`."""

    def __init__(self, region: str, queue_url: str) -> None:
        self._client = queues.connect(region)
        self._queue_url = queue_url

    def send(self, order_ids: Sequence[str], after: timedelta) -> Sequence[int]:
        """One SendMessageBatch for each ten."""
        delay_s = min(int(after.total_seconds()), _LONGEST_DELAY_S)
        failed: list[int] = []
        for start in range(0, len(order_ids), _MOST_AT_ONCE):
            entries = [
                {"Id": str(place), "MessageBody": order_ids[place], "DelaySeconds": delay_s}
                for place in range(start, min(start + _MOST_AT_ONCE, len(order_ids)))
            ]
            with queues.translated():
                answer = self._call("SendMessageBatch", Entries=entries)
            failed += [int(entry["Id"]) for entry in answer.get("Failed", [])]
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
        return self._client.call(operation, {"QueueUrl": self._queue_url, **request})


def _reminder(message: Any) -> Reminder:
    sent_ms = int(message["Attributes"]["SentTimestamp"])
    return Reminder(
        order_id=message["Body"],
        sent_at=datetime.fromtimestamp(sent_ms / 1000, UTC),
        handle=message["ReceiptHandle"],
    )
