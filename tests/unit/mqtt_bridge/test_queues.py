"""The verdict on each entry, for everything that SQS may answer."""

from collections.abc import Mapping
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from mqtt_bridge.queues import Queues, QueueUnavailable, Verdict

OK, REFUSED, FAILED = Verdict.ACCEPTED, Verdict.REFUSED, Verdict.FAILED


def fault(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "SendMessageBatch")


class Sqs:
    """Answers each call by looking at the bodies."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.calls = 0

    def call(self, operation: str, request: Mapping[str, Any]) -> Any:
        self.calls += 1
        key = "MessageBody" if operation == "SendMessageBatch" else "ReceiptHandle"
        answer = self.answer([entry[key] for entry in request["Entries"]])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Nothing is open."""


def accept(bodies: list[str]) -> dict[str, Any]:
    return {"Successful": [{"Id": str(i)} for i in range(len(bodies))]}


def failing(code: str, *, sender: bool) -> dict[str, Any]:
    failed = {"Id": "0", "Code": code, "SenderFault": sender}
    return {"Successful": [{"Id": "1"}], "Failed": [failed]}


@pytest.mark.parametrize(
    ("answer", "verdicts"),
    [
        (accept(["a", "b"]), [OK, OK]),
        (failing("InternalError", sender=False), [FAILED, OK]),
        (failing("InvalidMessageContents", sender=True), [REFUSED, OK]),
        (failing("AWS.SimpleQueueService.InvalidMessageContents", sender=True), [REFUSED, OK]),
        (failing("KmsAccessDenied", sender=True), [FAILED, OK]),  # may heal: never dropped
        ({"Successful": [{"Id": "1"}]}, [FAILED, OK]),  # an entry that the answer forgets
        (fault("AWS.SimpleQueueService.NonExistentQueue"), [FAILED, FAILED]),
        (fault("AccessDenied"), [FAILED, FAILED]),
        (ConnectTimeoutError(endpoint_url="http://sqs"), [FAILED, FAILED]),
    ],
)
def test_each_entry_has_its_verdict(answer: Any, verdicts: list[Verdict]) -> None:
    assert Queues(Sqs(lambda _: answer)).send("http://sqs/q", ["a", "b"]).verdicts == verdicts


@pytest.mark.parametrize("code", ["BatchRequestTooLong", "InvalidMessageContents"])
def test_one_bad_body_does_not_take_the_others_with_it(code: str) -> None:
    sqs = Sqs(lambda bodies: fault(code) if "bad" in bodies else accept(bodies))
    assert Queues(sqs).send("http://sqs/q", ["a", "bad", "b"]).verdicts == [OK, REFUSED, OK]
    assert sqs.calls == 4


def test_receipts_that_may_still_be_deleted_are_given_back() -> None:
    failed = [
        {"Id": "0", "Code": "ReceiptHandleIsInvalid", "SenderFault": True},
        {"Id": "2", "Code": "InternalError", "SenderFault": False},
    ]
    queues = Queues(Sqs(lambda _: {"Failed": failed}))
    assert queues.delete("http://sqs/q", ["x", "y", "z"]) == ["z"]


def test_an_unreachable_queue_is_said_by_its_code() -> None:
    sqs = Sqs(lambda _: None)
    sqs.call = Mock(side_effect=fault("AccessDenied"))  # type: ignore[method-assign]
    with pytest.raises(QueueUnavailable, match=r"^AccessDenied$"):
        Queues(sqs).receive("http://sqs/q", poll_s=1, visibility_s=30)
