"""SQS in the process (moto)."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from lambdas.adapters import queues
from tests.fakes.aws import moto

REGION = "us-east-1"


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client for the tests; our adapters make their own, to the same queues."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto():
        queues.connect.cache_clear()
        yield boto3.client("sqs", region_name=REGION)
    queues.connect.cache_clear()
