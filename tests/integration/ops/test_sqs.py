"""Dead letters that SQS moves itself, as on AWS, or refuses to move; depths of queues.

Neither moto nor the local cloud has message move tasks: AWS's answers are written down here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from ops.adapters import sqs as adapter
from ops.adapters.sqs import SqsDeadLetterQueue, queue_depths
from ops.ports import DeadLetter, Moved, QueueDepth

DEAD, SOURCE = "https://sqs/1/dead", "https://sqs/1/source"
LETTER = DeadLetter(letter_id="l", body="b", reason=None, sent_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(adapter, "_TASK_POLL_S", 0)
    return boto3.client(
        "sqs", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )


@pytest.fixture
def aws(sqs: Any) -> Iterator[Stubber]:
    """Answers in this order, and no other question."""
    with Stubber(sqs) as stubber:
        for name, url in (("dead", DEAD), ("source", SOURCE)):
            stubber.add_response(
                "get_queue_attributes",
                {"Attributes": {"QueueArn": f"arn:{name}"}},
                {"QueueUrl": url, "AttributeNames": ["QueueArn"]},
            )
        yield stubber
        stubber.assert_no_pending_responses()


def add_poll(aws: Stubber, status: str, moved: int) -> None:
    task: dict[str, object] = {"Status": status, "ApproximateNumberOfMessagesMoved": moved}
    if status == "RUNNING":
        task["TaskHandle"] = "handle"  # AWS names only those that still run
    aws.add_response(
        "list_message_move_tasks", {"Results": [task]}, {"SourceArn": "arn:dead", "MaxResults": 1}
    )


def start(aws: Stubber) -> None:
    aws.add_response(
        "start_message_move_task",
        {"TaskHandle": "handle"},
        {"SourceArn": "arn:dead", "DestinationArn": "arn:source"},
    )


def test_sqs_moves_them_itself_to_the_queue_that_is_named(sqs: Any, aws: Stubber) -> None:
    start(aws)
    add_poll(aws, "RUNNING", 3)
    add_poll(aws, "COMPLETED", 7)
    assert SqsDeadLetterQueue(sqs, DEAD, SOURCE).move([LETTER]) == Moved(letters=7)


def test_a_move_that_failed_on_the_way_is_not_finished(sqs: Any, aws: Stubber) -> None:
    start(aws)
    add_poll(aws, "FAILED", 2)
    assert SqsDeadLetterQueue(sqs, DEAD, SOURCE).move([LETTER]) == Moved(letters=2, finished=False)


def test_a_move_that_takes_long_is_left_to_sqs(
    sqs: Any, aws: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "_TASK_POLLS", 2)
    start(aws)
    add_poll(aws, "RUNNING", 1)
    add_poll(aws, "RUNNING", 2)
    assert SqsDeadLetterQueue(sqs, DEAD, SOURCE).move([LETTER]) == Moved(letters=2, finished=False)


def test_a_missing_right_is_no_reason_to_move_one_by_one(sqs: Any, aws: Stubber) -> None:
    aws.add_client_error("start_message_move_task", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        SqsDeadLetterQueue(sqs, DEAD, SOURCE).move([LETTER])


@pytest.mark.parametrize(
    "code",
    ["AWS.SimpleQueueService.UnsupportedOperation", "InvalidParameterValue", "InvalidAction"],
)
def test_without_a_move_task_each_is_sent_and_then_deleted(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def refused(**_: str) -> None:
        raise ClientError({"Error": {"Code": code}}, "StartMessageMoveTask")

    with moto_sqs(monkeypatch) as client:
        urls = [client.create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "source")]
        monkeypatch.setattr(client, "start_message_move_task", refused)
        for body in ("first", "second"):
            client.send_message(QueueUrl=urls[0], MessageBody=body)
        queue = SqsDeadLetterQueue(client, *urls)
        first, second = queue.peek(10)
        assert queue.move([first]) == Moved(letters=1)
        assert [letter.body for letter in queue.peek(10)] == [second.body]
        (message,) = client.receive_message(QueueUrl=urls[1])["Messages"]
        assert message["Body"] == first.body


def test_delayed_messages_count_as_waiting_and_received_ones_as_in_flight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with moto_sqs(monkeypatch) as client:
        urls = {it: client.create_queue(QueueName=it)["QueueUrl"] for it in ("alive", "dead")}
        for delay_s in (0, 0, 0, 60, 600):
            client.send_message(QueueUrl=urls["alive"], MessageBody="m", DelaySeconds=delay_s)
        client.send_message(QueueUrl=urls["dead"], MessageBody="m")
        client.receive_message(QueueUrl=urls["alive"], MaxNumberOfMessages=1)
        dead = {"q": urls["dead"], "relay": urls["dead"]}
        assert queue_depths(client, {"q": urls["alive"]}, dead) == [
            QueueDepth(queue="q", waiting=4, in_flight=1, dead_letters=1),
            QueueDepth(queue="relay", waiting=None, in_flight=None, dead_letters=1),
        ]


@contextmanager
def moto_sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of moto's SQS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield boto3.client("sqs", region_name="us-east-1")
