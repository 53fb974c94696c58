"""Failed batches of a stream: replayed from the stream itself, with AWS's answers written down."""

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from lambdas.names import Function, Queue
from ops.adapters.sqs import SqsDeadLetterQueue
from ops.adapters.stream_batches import StreamDeadLetterQueue
from ops.endpoints import DEAD_LETTERS
from ops.ports import DeadLetter, Moved

KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
STREAM = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026"
AT = datetime(2026, 11, 24, 8, tzinfo=UTC)

SHARD = "shardId-00000001764000000000-abcdef01"


def number_of(position: int) -> str:
    """A sequence number, as long as AWS's."""
    return f"{position:025}"


LETTER = DeadLetter(
    letter_id="letter",
    # As Lambda writes it: a description of the batch, without its records.
    body=json.dumps(
        {
            "requestContext": {"condition": "RetryAttemptsExhausted"},
            "DDBStreamBatchInfo": {
                "shardId": SHARD,
                "startSequenceNumber": number_of(100),
                "endSequenceNumber": number_of(300),
                "batchSize": 2,
                "streamArn": STREAM,
            },
        }
    ),
    reason=None,
    sent_at=AT,
)


def record(number: int) -> dict[str, Any]:
    return {
        "eventName": "INSERT",
        "dynamodb": {
            "ApproximateCreationDateTime": AT,
            "Keys": {"order_id": {"S": f"order-{number}"}},
            "NewImage": {"order_id": {"S": f"order-{number}"}},
            "SequenceNumber": number_of(number),
        },
    }


class Letters:
    """Stands for the dead-letter queue itself."""

    def __init__(self) -> None:
        self.dropped: list[str] = []

    def drop(self, letter_id: str) -> bool:
        self.dropped.append(letter_id)
        return True


class World:
    def __init__(self) -> None:
        self.letters: Any = Letters()
        streams, functions = (
            boto3.client(name, **KEYS)  # type: ignore[call-overload]
            for name in ("dynamodbstreams", "lambda")
        )
        self.streams, self.functions = Stubber(streams), Stubber(functions)
        self.queue = StreamDeadLetterQueue(
            letters=self.letters, streams=streams, functions=functions, function_name="relay-1"
        )

    def iterator(self) -> None:
        self.streams.add_response(
            "get_shard_iterator",
            {"ShardIterator": "one"},
            {
                "StreamArn": STREAM,
                "ShardId": SHARD,
                "ShardIteratorType": "AT_SEQUENCE_NUMBER",
                "SequenceNumber": number_of(100),
            },
        )

    def pages(self) -> None:
        self.iterator()
        for iterator, following, numbers in (("one", "two", [100]), ("two", "three", [300, 400])):
            self.streams.add_response(
                "get_records",
                {"Records": [record(n) for n in numbers], "NextShardIterator": following},
                {"ShardIterator": iterator},
            )

    def invoked(self, **answer: Any) -> None:
        payload = json.dumps(answer.pop("payload", {"batchItemFailures": []})).encode()
        records = [record(100), record(300)]
        for one in records:
            one["dynamodb"]["ApproximateCreationDateTime"] = AT.timestamp()
        self.functions.add_response(
            "invoke",
            {"StatusCode": 200, "Payload": StreamingBody(BytesIO(payload), len(payload)), **answer},
            {"FunctionName": "relay-1", "Payload": json.dumps({"Records": records}).encode()},
        )

    def move(self) -> Moved:
        with self.streams, self.functions:
            moved = self.queue.move([LETTER])
        self.streams.assert_no_pending_responses()
        self.functions.assert_no_pending_responses()
        return moved


def test_the_records_of_the_batch_go_through_the_function_again_and_no_others() -> None:
    world = World()
    world.pages()
    world.invoked()
    assert world.move() == Moved(letters=1)
    assert world.letters.dropped == ["letter"]


@pytest.mark.parametrize(
    "answer",
    [
        {"FunctionError": "Unhandled", "payload": {"errorType": "Transient"}},
        {"payload": {"batchItemFailures": [{"itemIdentifier": number_of(100)}]}},
    ],
)
def test_a_batch_that_fails_again_stays(answer: dict[str, Any]) -> None:
    world = World()
    world.pages()
    world.invoked(**answer)
    assert world.move() == Moved(letters=0, left=1)
    assert world.letters.dropped == []


def test_records_older_than_a_day_are_gone_and_their_letter_stays() -> None:
    world = World()
    world.iterator()
    world.streams.add_client_error("get_records", "TrimmedDataAccessException")
    assert world.move() == Moved(letters=0, left=1)


def test_a_missing_right_is_reported() -> None:
    world = World()
    world.streams.add_client_error("get_shard_iterator", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        world.move()


def refusing(sqs: Any) -> None:
    """AWS's answer for a queue that is no dead-letter queue of another queue."""
    words = "Source queue must be configured as a Dead Letter Queue."
    error = {"Error": {"Code": "InvalidParameterValue", "Message": words}}

    def refuse(**_: str) -> None:
        raise ClientError(error, "StartMessageMoveTask")  # type: ignore[arg-type]

    sqs.start_message_move_task = refuse


@pytest.mark.parametrize("name", DEAD_LETTERS)
def test_every_dead_letter_queue_can_be_replayed_without_a_move_task(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each by what `ops.connect` makes for it: a queue of its own to go back to, or a stream."""
    from moto import mock_aws

    if name not in set(Queue):
        assert Function(name)  # whose stream is read again: the tests above
        return
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "test")
    with mock_aws():
        sqs = boto3.client("sqs", region_name="us-east-1")
        dead, source = (
            sqs.create_queue(QueueName=f"{name}-{kind}")["QueueUrl"] for kind in ("dead", "source")
        )
        sqs.send_message(QueueUrl=dead, MessageBody="body")
        refusing(sqs)
        queue = SqsDeadLetterQueue(sqs, dead, source)
        assert queue.move(queue.peek(10)) == Moved(letters=1)
        assert sqs.receive_message(QueueUrl=source)["Messages"][0]["Body"] == "body"
