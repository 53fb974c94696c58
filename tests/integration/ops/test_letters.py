"""Dead letters where SQS moves them itself, as on AWS. Neither moto nor the local cloud can do it:
AWS's answers are written down here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from ops.adapters import letters
from ops.adapters.letters import SqsLetters
from ops.ports import Letter, Moved

DEAD, SOURCE = "https://sqs/1/dead", "https://sqs/1/source"
LETTER = Letter(letter_id="l", body="b", reason=None, sent_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(letters, "_TASK_POLL_S", 0)
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
    assert SqsLetters(sqs, DEAD, SOURCE).move([LETTER]) == Moved(letters=7)


def test_a_move_that_failed_on_the_way_is_not_finished(sqs: Any, aws: Stubber) -> None:
    start(aws)
    add_poll(aws, "FAILED", 2)
    assert SqsLetters(sqs, DEAD, SOURCE).move([LETTER]) == Moved(letters=2, finished=False)


def test_a_move_that_takes_long_is_left_to_sqs(
    sqs: Any, aws: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "_TASK_POLLS", 2)
    start(aws)
    add_poll(aws, "RUNNING", 1)
    add_poll(aws, "RUNNING", 2)
    assert SqsLetters(sqs, DEAD, SOURCE).move([LETTER]) == Moved(letters=2, finished=False)


def test_a_refusal_is_no_reason_to_move_by_hand(sqs: Any, aws: Stubber) -> None:
    aws.add_client_error("start_message_move_task", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        SqsLetters(sqs, DEAD, SOURCE).move([LETTER])
