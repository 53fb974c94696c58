"""The result of each message for everything SQS may answer, and the broker's login."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from mqtt_bridge.aws import (
    BrokerCredentials,
    CredentialsUnavailable,
    Queues,
    QueueUnavailable,
    SendResult,
    make_client,
    read_secret,
)
from mqtt_bridge.settings import Limits, Login

OK, REFUSED, FAILED = SendResult.ACCEPTED, SendResult.REFUSED, SendResult.FAILED


def fault(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "SendMessageBatch")


class Sqs:
    """Answers each call by looking at the bodies or receipts."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.calls = 0

    def send_message_batch(self, **request: Any) -> Any:
        return self._answer([entry["MessageBody"] for entry in request["Entries"]])

    def delete_message_batch(self, **request: Any) -> Any:
        return self._answer([entry["ReceiptHandle"] for entry in request["Entries"]])

    def receive_message(self, **_: Any) -> Any:
        return self._answer([])

    def _answer(self, contents: list[str]) -> Any:
        self.calls += 1
        answer = self.answer(contents)
        if isinstance(answer, Exception):
            raise answer
        return answer


def accept(bodies: list[str]) -> dict[str, Any]:
    return {"Successful": [{"Id": str(i)} for i in range(len(bodies))]}


def failing(code: str, *, sender: bool) -> dict[str, Any]:
    failed = {"Id": "0", "Code": code, "SenderFault": sender}
    return {"Successful": [{"Id": "1"}], "Failed": [failed]}


@pytest.mark.parametrize(
    ("answer", "results"),
    [
        (accept(["a", "b"]), [OK, OK]),
        (failing("InternalError", sender=False), [FAILED, OK]),
        (failing("InvalidMessageContents", sender=True), [REFUSED, OK]),
        (failing("AWS.SimpleQueueService.InvalidMessageContents", sender=True), [REFUSED, OK]),
        (failing("KmsAccessDenied", sender=True), [FAILED, OK]),  # may pass: never dropped
        ({"Successful": [{"Id": "1"}]}, [FAILED, OK]),  # an entry missing in the response
        (fault("AWS.SimpleQueueService.NonExistentQueue"), [FAILED, FAILED]),
        (fault("AccessDenied"), [FAILED, FAILED]),
        (ConnectTimeoutError(endpoint_url="http://sqs"), [FAILED, FAILED]),
    ],
)
def test_each_message_has_its_result(answer: Any, results: list[SendResult]) -> None:
    assert Queues(Sqs(lambda _: answer)).send("http://sqs/q", ["a", "b"]).results == results


@pytest.mark.parametrize("code", ["BatchRequestTooLong", "InvalidMessageContents"])
def test_one_bad_body_does_not_block_the_others(code: str) -> None:
    sqs = Sqs(lambda bodies: fault(code) if "bad" in bodies else accept(bodies))
    assert Queues(sqs).send("http://sqs/q", ["a", "bad", "b"]).results == [OK, REFUSED, OK]
    assert sqs.calls == 4


def test_receipts_that_may_still_be_deleted_are_returned() -> None:
    failed = [
        {"Id": "0", "Code": "ReceiptHandleIsInvalid", "SenderFault": True},
        {"Id": "2", "Code": "InternalError", "SenderFault": False},
    ]
    queues = Queues(Sqs(lambda _: {"Failed": failed}))
    assert queues.delete("http://sqs/q", ["x", "y", "z"]) == ["z"]


def test_an_unreachable_queue_is_reported_by_its_code() -> None:
    sqs = Sqs(lambda _: fault("AccessDenied"))
    with pytest.raises(QueueUnavailable, match=r"^AccessDenied$"):
        Queues(sqs).receive("http://sqs/q", poll_s=1, visibility_s=30)


def test_a_call_is_bounded_and_outlasts_the_long_poll() -> None:
    config = make_client("sqs", "us-east-1").meta.config
    assert config.read_timeout > Limits().poll_s
    assert Limits().visibility_s / 2 > 2 * Limits().poll_s, "extended between two polls"
    attempts = config.retries["total_max_attempts"]
    assert config.retries["mode"] == "standard"
    assert attempts * (config.connect_timeout + config.read_timeout) < Limits().stuck_s
    senders = 3 * Limits().senders_per_queue
    assert config.max_pool_connections >= senders + 2, "and the two threads of `outbound`"


class Secrets:
    """A Secrets Manager client with one secret."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.reads = 0

    def get_secret_value(self, **request: str) -> dict[str, Any]:
        assert request == {"SecretId": "broker"}
        self.reads += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"SecretString": self.answer}


def test_a_secret_is_read_once_and_again_when_refused() -> None:
    secrets = Secrets('{"username": "u", "password": "old"}')
    credentials = BrokerCredentials(fetch=lambda: read_secret(secrets, "broker"))
    assert credentials.current() == credentials.current() == Login(username="u", password="old")
    assert secrets.reads == 1
    secrets.answer = '{"username": "u", "password": "new"}'
    credentials.forget()
    assert credentials.current() == Login(username="u", password="new")


def test_a_login_from_the_url_stays() -> None:
    login = Login(username="u", password="p")
    credentials = BrokerCredentials(fixed=login)
    credentials.forget()
    assert credentials.current() == login
    assert BrokerCredentials().current() is None


@pytest.mark.parametrize(
    "answer",
    [
        "hunter2",
        '["hunter2"]',
        '{"username": "hunter2"}',
        ClientError({"Error": {"Code": "AccessDenied", "Message": "hunter2"}}, "GetSecretValue"),
        EndpointConnectionError(endpoint_url="http://hunter2"),
    ],
)
def test_an_unusable_secret_is_reported_without_its_text(answer: Any) -> None:
    with pytest.raises(CredentialsUnavailable) as caught:
        read_secret(Secrets(answer), "broker")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__
