"""SQS in this process: queues that deliver late, twice and out of order, and their client.

It stands for boto3's client, so `lambdas.messaging.sqs` and `mqtt_bridge.aws` run unchanged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from botocore.exceptions import ClientError, ReadTimeoutError

from lambdas import names
from tests.simulation.kernel import START, Kernel, Refusal, Task, What

Entries = list[dict[str, Any]]
_MOST_AT_ONCE: Final = 10


@dataclass(eq=False)
class Message:
    """One copy of one message."""

    number: int
    body: str
    visible_at_s: float
    sent_at_s: float = 0.0
    reason: str | None = None
    receives: int = 0
    is_gone: bool = False


@dataclass(eq=False)
class Queue:
    """A queue. A message received more than `tries` times goes to its dead-letter queue."""

    name: str
    kernel: Kernel
    rng: Random
    visibility_s: float = 180.0
    tries: int = 5
    slowest_s: float = 2.0
    twice: float = 0.05
    messages: list[Message] = field(default_factory=list)
    dead_letters: "Queue | None" = None
    on_message: Callable[[], None] = lambda: None
    waiters: list[Task] = field(default_factory=list)
    sent: int = 0

    def put(self, body: str, reason: str | None = None, after_s: float = 0.0) -> None:
        """Add a message; it becomes visible a little later, and sometimes twice."""
        is_doubled = not self.kernel.is_calm and self.rng.random() < self.twice
        for _ in range(2 if is_doubled else 1):
            self.sent += 1
            late_s = 0.01 if self.kernel.is_calm else self.rng.random() ** 3 * self.slowest_s
            message = Message(self.sent, body, 0.0, self.kernel.now_s, reason)
            self.messages.append(message)
            self.hide(message, after_s + late_s)

    def receive(self, most: int, visibility_s: float | None = None) -> list[Message]:
        """Return some visible messages, in any order, and hide them for a while."""
        hidden_s = self.visibility_s if visibility_s is None else visibility_s
        seen = [m for m in self.messages if m.visible_at_s <= self.kernel.now_s]
        taken = self.rng.sample(seen, min(len(seen), most))
        found = []
        for message in taken:
            message.receives += 1
            if message.receives > self.tries:
                self._bury(message)
                continue
            self.hide(message, hidden_s)
            found.append(message)
        return found

    def hide(self, message: Message, delay_s: float) -> None:
        """Hide a message for that time."""
        message.visible_at_s = self.kernel.now_s + delay_s
        self.kernel.at(delay_s, self._shown)

    def delete(self, message: Message) -> None:
        """Delete a message."""
        if not message.is_gone:
            message.is_gone = True
            self.messages.remove(message)

    def redrive(self, target: "Queue") -> None:
        """Move the messages without a reason back to their queue, as an operator does."""
        for message in [m for m in self.messages if m.reason is None]:
            self.delete(message)
            target.put(message.body)

    def _bury(self, message: Message) -> None:
        self.kernel.say(f"queue {self.name}: message {message.number} was tried too often")
        self.delete(message)
        assert self.dead_letters is not None
        self.dead_letters.put(message.body)

    def _shown(self) -> None:
        for task in self.waiters:
            self.kernel.wake(task)
        self.on_message()


def dead_letters_of(name: str) -> str:
    """Return the name of a queue's dead-letter queue."""
    return f"{name}-dead-letters"


_LIMITS: Final = {names.Queue.OUTBOUND: (30.0, 20)}
"""Visibility and receives of the queues that differ from the others."""


def all_queues(kernel: Kernel, rng: Random) -> "dict[str, Queue]":
    """Make every queue of the system and its dead-letter queue, by name."""
    made: dict[str, Queue] = {}
    for queue in names.Queue:
        dead = Queue(dead_letters_of(queue), kernel, rng, twice=0.0, slowest_s=0.0)
        made[dead.name] = dead
        visibility_s, tries = _LIMITS.get(queue, (180.0, 5))
        made[queue.value] = Queue(
            queue.value, kernel, rng, visibility_s=visibility_s, tries=tries, dead_letters=dead
        )
    return made


class Client:
    """Stands for boto3's client of SQS."""

    def __init__(self, kernel: Kernel, queues: dict[str, Queue]) -> None:
        self._kernel = kernel
        self._queues = queues

    def close(self) -> None:
        """Do nothing: no connection is open."""

    def send_message(
        self, *, QueueUrl: str, MessageBody: str, MessageAttributes: dict[str, Any]
    ) -> dict[str, Any]:
        """Send one message with the reason why it is a dead letter."""
        queue = self._queues[QueueUrl]
        reason = MessageAttributes["reason"]["StringValue"]
        self._call("put aside", f"puts aside: {reason}", lambda: queue.put(MessageBody, reason))
        return {}

    def send_message_batch(self, *, QueueUrl: str, Entries: Entries) -> dict[str, Any]:
        """Send up to ten messages; when half of them fail, it is every second one."""
        assert 0 < len(Entries) <= _MOST_AT_ONCE, "SQS takes one to ten entries"
        queue = self._queues[QueueUrl]

        def send() -> dict[str, Any]:
            for entry in Entries:
                queue.put(entry["MessageBody"], after_s=entry.get("DelaySeconds", 0))
            return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

        label = f"sends {len(Entries)} to {queue.name}"
        try:
            answer: dict[str, Any] = self._kernel.effect(f"send {queue.name}", label, send)
        except Refusal as refusal:
            if refusal.what not in (What.CONFLICT, What.PARTLY):
                raise refused("SendMessageBatch", refusal.what) from None
            return self._half(queue, Entries)
        return answer

    def _half(self, queue: Queue, entries: Entries) -> dict[str, Any]:
        for entry in entries[1::2]:
            queue.put(entry["MessageBody"], after_s=entry.get("DelaySeconds", 0))
        failed = [
            {"Id": e["Id"], "SenderFault": False, "Code": "InternalError"} for e in entries[::2]
        ]
        return {"Successful": [{"Id": entry["Id"]} for entry in entries[1::2]], "Failed": failed}

    def receive_message(
        self,
        *,
        QueueUrl: str,
        MaxNumberOfMessages: int,
        WaitTimeSeconds: int,
        VisibilityTimeout: int | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        """Block until there is a message, at most that long."""
        queue = self._queues[QueueUrl]
        self._wait(queue, WaitTimeSeconds)
        label = f"looks into {queue.name}"
        got: list[Message] = self._call(
            "receive", label, lambda: queue.receive(MaxNumberOfMessages, VisibilityTimeout)
        )
        return {"Messages": [_as_received(message) for message in got]}

    def _wait(self, queue: Queue, timeout_s: float) -> None:
        task = self._kernel.current
        if (
            not timeout_s
            or task is None
            or any(m.visible_at_s <= self._kernel.now_s for m in queue.messages)
        ):
            return
        queue.waiters.append(task)
        try:
            self._kernel.sleep(timeout_s)
        finally:
            queue.waiters.remove(task)

    def delete_message_batch(self, *, QueueUrl: str, Entries: Entries) -> dict[str, Any]:
        """Delete by receipt; a message that is deleted already is no error."""
        queue = self._queues[QueueUrl]
        receipts = {entry["ReceiptHandle"] for entry in Entries}

        def delete() -> dict[str, Any]:
            for message in [m for m in queue.messages if str(m.number) in receipts]:
                queue.delete(message)
            return {"Failed": []}

        answer: dict[str, Any] = self._call(
            "delete", f"deletes {len(Entries)} from {queue.name}", delete
        )
        return answer

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: Entries) -> dict[str, Any]:
        """Hide each message for that time; with 0 it is visible at once."""
        queue = self._queues[QueueUrl]
        delays = {entry["ReceiptHandle"]: entry["VisibilityTimeout"] for entry in Entries}

        def hide() -> dict[str, Any]:
            for message in [m for m in queue.messages if str(m.number) in delays]:
                queue.hide(message, delays[str(message.number)])
            return {}

        label = f"changes the visibility of {len(Entries)} in {queue.name}"
        answer: dict[str, Any] = self._call("change visibility", label, hide)
        return answer

    def _call(self, kind: str, label: str, do: Callable[[], Any]) -> Any:
        try:
            return self._kernel.effect(kind, label, do)
        except Refusal as refusal:
            raise refused(kind, refusal.what) from None


def _as_received(message: Message) -> dict[str, Any]:
    sent_ms = START.timestamp() * 1000 + message.sent_at_s * 1000
    return {
        "Body": message.body,
        "ReceiptHandle": str(message.number),
        "Attributes": {"SentTimestamp": str(int(sent_ms))},
    }


def refused(operation: str, what: What) -> Exception:
    """Return the exception that botocore raises for a fault."""
    if what is What.LOSE:
        timeout: Exception = ReadTimeoutError(endpoint_url="https://sqs")
        return timeout
    answer: Any = {
        "Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    error: Exception = ClientError(answer, operation)
    return error
