"""SQS in this process (moto)."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from lambdas.messaging.sqs import sqs_client
from tests.fakes.aws import moto
from tests.fakes.dynamo import set_credentials

REGION = "us-east-1"


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client for the tests; the ports make their own, to the same queues."""
    set_credentials(monkeypatch)
    with moto():
        sqs_client.cache_clear()
        yield boto3.client("sqs", region_name=REGION)
    sqs_client.cache_clear()
