"""The outbox and the dead letters over SQS (moto)."""

from typing import Any

import pytest

from lambdas.adapters import queues
from lambdas.adapters.queues import SqsDeadLetters, SqsOutbox
from lambdas.domain.errors import Transient
from tests.integration.sqs.conftest import REGION


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
    sqs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqs.create_queue(QueueName="outbound")["QueueUrl"]
    refused = {"Failed": [{"Id": "11", "SenderFault": False, "Code": "InternalError"}]}
    answers = iter([{}, refused, {}])
    monkeypatch.setattr(queues.connect(REGION), "call", lambda *_: next(answers))
    assert SqsOutbox(REGION, url).send(["{}"] * 23) == [11]


def test_a_letter_is_put_aside_whole_with_its_reason(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    SqsDeadLetters(REGION, url).put("what came", "x" * 999)
    (message,) = received(sqs, url)
    assert message["Body"] == "what came"
    assert message["MessageAttributes"]["reason"]["StringValue"] == "x" * 256


def test_nobody_there_is_transient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9")
    queues.connect.cache_clear()
    try:
        with pytest.raises(Transient):
            SqsOutbox(REGION, "http://127.0.0.1:9/0/q").send(["{}"])
    finally:
        queues.connect.cache_clear()
