"""The outbox, the job queue and the dead letters over SQS."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from lambdas.domain.errors import Transient
from lambdas.messaging.sqs import SqsDeadLetters, SqsJobQueue, SqsOutbox, sqs_client
from tests.fakes.dynamo import set_credentials
from tests.integration.sqs.conftest import REGION

URL = "https://sqs.us-east-1.amazonaws.com/123456789012/queue"
FAILED = {"Id": "11", "SenderFault": False, "Code": "InternalError"}
SENT = {"Successful": [], "Failed": []}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Our client's answers, which a test sets; requests must fit SQS's model."""
    set_credentials(monkeypatch)
    sqs_client.cache_clear()
    with Stubber(sqs_client(REGION)) as stub:
        yield stub
        stub.assert_no_pending_responses()
    sqs_client.cache_clear()


def received(sqs: Any, url: str) -> list[Any]:
    found: list[Any] = []
    while True:
        messages = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])
        if not messages:
            return found
        found += messages


def test_any_number_of_requests_is_queued_byte_for_byte(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="outbound")["QueueUrl"]
    requests = [f'{{"quantity":{number},"name":"ñ"}}' for number in range(23)]
    assert SqsOutbox(REGION, url).send(requests) == []
    assert sorted(m["Body"] for m in received(sqs, url)) == sorted(requests)


def test_a_request_that_the_queue_refuses_is_named_and_the_others_are_queued(
    stub: Stubber,
) -> None:
    for answer in (SENT, SENT | {"Failed": [FAILED]}, SENT):
        stub.add_response("send_message_batch", answer, {"QueueUrl": URL, "Entries": ANY})
    assert SqsOutbox(REGION, URL).send(["{}"] * 23) == [11]


def test_a_job_that_the_queue_refuses_is_transient(stub: Stubber) -> None:
    stub.add_response("send_message_batch", SENT | {"Failed": [FAILED | {"Id": "0"}]})
    with pytest.raises(Transient):
        SqsJobQueue(REGION, URL).send(["job"])


def test_a_letter_is_put_aside_whole_with_its_reason(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    SqsDeadLetters(REGION, url).put("what came", "x" * 999)
    (message,) = received(sqs, url)
    assert message["Body"] == "what came"
    assert message["MessageAttributes"]["reason"]["StringValue"] == "x" * 256


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ThrottlingException", 400, Transient),
        ("RequestThrottled", 403, Transient),
        ("InternalError", 500, Transient),
        ("ServiceUnavailable", 503, Transient),
        ("AWS.SimpleQueueService.NonExistentQueue", 400, ClientError),
        ("AccessDenied", 403, ClientError),
    ],
)
def test_what_may_succeed_later_is_transient_and_a_bug_stays_what_it_is(
    stub: Stubber, code: str, status: int, expected: type[Exception]
) -> None:
    stub.add_client_error("send_message", code, http_status_code=status)
    with pytest.raises(expected):
        SqsDeadLetters(REGION, URL).put("body", "reason")


def test_an_unreachable_queue_is_transient(monkeypatch: pytest.MonkeyPatch) -> None:
    set_credentials(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9")
    sqs_client.cache_clear()
    try:
        with pytest.raises(Transient):
            SqsOutbox(REGION, "http://127.0.0.1:9/0/q").send(["{}"])
    finally:
        sqs_client.cache_clear()
