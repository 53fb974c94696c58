"""SQS in this process: queues that deliver late, twice and out of order, and two clients of them.

It stands for our client of it, so `lambdas.adapters.queues` and `mqtt_bridge.queues` run as they
are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from botocore import xform_name
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
    """A queue and what lies beside it. `tries` receipts, then the message is a dead letter."""

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
        """Take a message in; it shows itself a little later, and once in a while as two."""
        is_doubled = not self.kernel.is_calm and self.rng.random() < self.twice
        for _ in range(2 if is_doubled else 1):
            self.sent += 1
            late_s = 0.01 if self.kernel.is_calm else self.rng.random() ** 3 * self.slowest_s
            message = Message(self.sent, body, 0.0, self.kernel.now_s, reason)
            self.messages.append(message)
            self.hide(message, after_s + late_s)

    def receive(self, most: int) -> list[Message]:
        """Some of the visible messages, in any order, hidden for a while."""
        seen = [m for m in self.messages if m.visible_at_s <= self.kernel.now_s]
        taken = self.rng.sample(seen, min(len(seen), most))
        found = []
        for message in taken:
            message.receives += 1
            if message.receives > self.tries:
                self._bury(message)
                continue
            self.hide(message, self.visibility_s)
            found.append(message)
        return found

    def hide(self, message: Message, delay_s: float) -> None:
        """Show it again after that time, if it is still there."""
        message.visible_at_s = self.kernel.now_s + delay_s
        self.kernel.at(delay_s, self._shown)

    def delete(self, message: Message) -> None:
        """Done with it."""
        if not message.is_gone:
            message.is_gone = True
            self.messages.remove(message)

    def redrive(self, target: "Queue") -> None:
        """As an operator does: what nobody gave a reason for goes back to where it came from."""
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
    """What the dead-letter queue of a queue is called."""
    return f"{name}-dead-letters"


_LIMITS: Final = {names.Queue.OUTBOUND: (30.0, 20)}
"""Visibility time-out and number of receipts where they are not the usual ones."""


def all_queues(kernel: Kernel, rng: Random) -> "dict[str, Queue]":
    """Every queue of the system with its dead letters, by name."""
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
    """Stands for the client of SQS that the adapters and the bridge call."""

    def __init__(self, kernel: Kernel, queues: dict[str, Queue]) -> None:
        self._kernel = kernel
        self._queues = queues

    def close(self) -> None:
        """Nothing is open."""

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """One call, to the method of that name."""
        answer: dict[str, Any] = getattr(self, xform_name(operation))(**request)
        return answer

    def send_message(
        self, *, QueueUrl: str, MessageBody: str, MessageAttributes: dict[str, Any]
    ) -> dict[str, Any]:
        """One message with the reason why it is put aside."""
        queue = self._queues[QueueUrl]
        reason = MessageAttributes["reason"]["StringValue"]
        self._call("put aside", f"puts aside: {reason}", lambda: queue.put(MessageBody, reason))
        return {}

    def send_message_batch(self, *, QueueUrl: str, Entries: Entries) -> dict[str, Any]:
        """Up to ten; when half of them fail, it is every second one."""
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
            if refusal.what is not What.CONFLICT:
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
        self, *, QueueUrl: str, MaxNumberOfMessages: int, WaitTimeSeconds: int, **_: Any
    ) -> dict[str, Any]:
        """Blocks until there is something, at most that long."""
        queue = self._queues[QueueUrl]
        self._wait(queue, WaitTimeSeconds)
        label = f"looks into {queue.name}"
        got: list[Message] = self._call(
            "receive", label, lambda: queue.receive(MaxNumberOfMessages)
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
        """By receipt; what has gone already is no error."""
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
        """Shows them again now."""
        queue = self._queues[QueueUrl]
        receipts = {entry["ReceiptHandle"] for entry in Entries}

        def show() -> dict[str, Any]:
            for message in [m for m in queue.messages if str(m.number) in receipts]:
                queue.hide(message, 0.0)
            return {}

        answer: dict[str, Any] = self._call(
            "release", f"gives {len(Entries)} back to {queue.name}", show
        )
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
    """How botocore tells of it."""
    if what is What.LOSE:
        timeout: Exception = ReadTimeoutError(endpoint_url="https://sqs")
        return timeout
    answer: Any = {
        "Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    error: Exception = ClientError(answer, operation)
    return error
