"""How much lies in the queues (moto)."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ops.adapters.watch import depths_of
from ops.ports import Depth
from tests.fakes.dynamo import REGION


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.client("sqs", region_name=REGION)


def test_what_is_shown_and_what_is_not_shown_yet_waits_what_was_received_is_in_work(
    sqs: Any,
) -> None:
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("alive", "dead")}
    for delay_s in (0, 0, 0, 60, 600):
        sqs.send_message(QueueUrl=urls["alive"], MessageBody="m", DelaySeconds=delay_s)
    sqs.send_message(QueueUrl=urls["dead"], MessageBody="m")
    sqs.receive_message(QueueUrl=urls["alive"], MaxNumberOfMessages=1)
    found = depths_of(sqs, {"q": urls["alive"]}, {"q": urls["dead"], "relay": urls["dead"]})
    assert found == [
        Depth(queue="q", waiting=4, in_work=1, dead=1),
        Depth(queue="relay", waiting=None, in_work=None, dead=1),
    ]
