"""Batches of a DynamoDB stream that a function gave up on: replayed from the stream itself.

Lambda puts a description of the batch (shard and sequence numbers) into the queue, not its records.
SQS moves only messages of a dead-letter queue of another queue, so `StartMessageMoveTask` answers
InvalidParameterValue for this one.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from ops.adapters.sqs import SqsDeadLetterQueue
from ops.ports import DeadLetter, Moved

_GONE: Final = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException"})
"""The records are older than the day for which a stream keeps them, or their shard has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDeadLetterQueue:
    """The port `DeadLetterQueue` for the failed batches of a stream's function."""

    letters: SqsDeadLetterQueue
    streams: Any
    functions: Any
    function_name: str

    def peek(self, limit: int) -> Sequence[DeadLetter]:
        """As they came: each describes one batch."""
        return self.letters.peek(limit)

    def drop(self, letter_id: str) -> bool:
        """Deletes the description; the orders are stored in any case."""
        return self.letters.drop(letter_id)

    def move(self, letters: Sequence[DeadLetter]) -> Moved:
        """Invokes the function again with the records of each batch, and then drops its letter.

        A batch whose records are gone, or that fails again, stays.
        """
        done = [letter for letter in letters if self._replay(letter)]
        for letter in done:
            self.letters.drop(letter.letter_id)
        return Moved(letters=len(done), left=len(letters) - len(done))

    def _replay(self, letter: DeadLetter) -> bool:
        batch = json.loads(letter.body)["DDBStreamBatchInfo"]
        try:
            records = list(self._records(batch))
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return False
            raise
        answer = self.functions.invoke(
            FunctionName=self.function_name,
            Payload=json.dumps({"Records": records}, default=_timestamp).encode(),
        )
        if "FunctionError" in answer:
            return False
        return not json.loads(answer["Payload"].read())["batchItemFailures"]

    def _records(self, batch: dict[str, str]) -> Iterator[dict[str, Any]]:
        """From the first to the last sequence number of the batch."""
        last = int(batch["endSequenceNumber"])
        iterator: str | None = self.streams.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        )["ShardIterator"]
        while iterator:
            page = self.streams.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                number = int(record["dynamodb"]["SequenceNumber"])
                if number <= last:
                    yield record
                if number >= last:
                    return
            iterator = page.get("NextShardIterator")


def _timestamp(value: Any) -> float:
    """Lambda gives times of a stream as seconds."""
    return float(value.timestamp())
