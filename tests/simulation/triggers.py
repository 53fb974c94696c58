"""Event sources of the functions: queues, the orders stream, the clock; unreliable as on AWS."""

from functools import partial
from typing import Any
from uuid import UUID

from lambdas.names import Function
from tests.simulation.expressions import Item
from tests.simulation.functions import Functions, sqs_record
from tests.simulation.sqs import Message, Queue


class QueueTrigger:
    """Event source of a queue: up to two batches at once; what failed is delivered again."""

    def __init__(self, functions: Functions, function: Function, queue: Queue) -> None:
        self._functions = functions
        self._function = function
        self._queue = queue
        self._running = 0
        queue.on_message = self.poll

    def poll(self) -> None:
        """Starts invocations while there are messages, two at the most."""
        rng = self._functions.rng
        while self._running < 2 and (batch := self._queue.receive(rng.choice([1, 1, 3, 10]))):
            self._running += 1
            event = {"Records": [sqs_record(message) for message in batch]}
            self._functions.invoke(self._function, event, partial(self._done, batch))

    def _done(self, batch: list[Message], answer: Any, ok: bool) -> None:
        self._running -= 1
        kernel, rng = self._functions.kernel, self._functions.rng
        failed = {f["itemIdentifier"] for f in answer["batchItemFailures"]} if ok else None
        for message in batch:
            if failed is None or message.is_gone:
                continue  # shown again when its time is over
            is_stubborn = not kernel.is_calm and rng.random() < 0.03
            if str(message.number) in failed or is_stubborn:
                self._queue.hide(message, 0.1 if kernel.is_calm else rng.choice([0.1, 5.0, 30.0]))
            else:
                self._queue.delete(message)
        kernel.at(0.0, self.poll)


class StreamTrigger:
    """The orders stream in two ordered shards; a failed batch is delivered again, in halves."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._shards: list[list[dict[str, Any]]] = [[], []]
        self._places = [0, 0]
        self._most = [10, 10]
        self._is_running = [False, False]
        self._sequence = 0

    def changed(self, before: Item | None, after: Item) -> None:
        """Adds a change of the table, if the event source's filter lets it through."""
        is_accepted = after["state"]["S"] == "ACCEPTED"
        if before is not None and after["attempts"]["N"] == "0" and not is_accepted:
            return
        self._sequence += 1
        images = {} if before is None else {"OldImage": before}
        change = {**images, "NewImage": after, "SequenceNumber": str(self._sequence)}
        shard = UUID(after["order_id"]["S"]).int % 2
        name = "INSERT" if before is None else "MODIFY"
        self._shards[shard].append({"eventName": name, "dynamodb": change})
        kernel = self._functions.kernel
        delay_s = 0.01 if kernel.is_calm else self._functions.rng.random()
        kernel.at(delay_s, lambda: self.poll(shard))

    @property
    def is_read(self) -> bool:
        """Whether every change has been delivered."""
        return all(p == len(s) for p, s in zip(self._places, self._shards, strict=True))

    def poll(self, shard: int) -> None:
        """Starts on the next batch of a shard, unless one is running."""
        place = self._places[shard]
        most = self._functions.rng.randint(1, self._most[shard])
        batch = self._shards[shard][place : place + most]
        if not batch or self._is_running[shard]:
            return
        self._is_running[shard] = True
        self._functions.invoke(
            Function.RELAY,
            {"Records": batch},
            lambda answer, ok: self._done(shard, batch, answer, ok),
        )

    def _done(self, shard: int, batch: list[dict[str, Any]], answer: Any, ok: bool) -> None:
        self._is_running[shard] = False
        kernel, rng = self._functions.kernel, self._functions.rng
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        delay_s = 0.1 if kernel.is_calm else rng.random() * 2
        if not ok:
            self._most[shard] = max(1, len(batch) // 2)
        elif failures := answer["batchItemFailures"]:
            failed = {failure["itemIdentifier"] for failure in failures}
            self._places[shard] += next(i for i, n in enumerate(numbers) if n in failed)
        elif kernel.is_calm or rng.random() > 0.05:  # else: delivered, and delivered again
            self._places[shard] += len(batch)
            self._most[shard] = 10
            delay_s = 0.0
        kernel.at(delay_s, lambda: self.poll(shard))


class SweepTrigger:
    """Runs the sweep every minute, and every five when the faults have stopped."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    def begin(self) -> None:
        """Schedules the next run, and that the one after it."""
        kernel = self._functions.kernel
        kernel.at(300.0 if kernel.is_calm else 60.0, self._tick)

    def _tick(self) -> None:
        self._functions.invoke(Function.SWEEP, {}, lambda _answer, _ok: None)
        self.begin()
