"""SQS in the process (moto)."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from lambdas.adapters import queues

REGION = "us-east-1"


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The client of our adapters, over queues of its own."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        queues.connect.cache_clear()
        yield queues.connect(REGION)
    queues.connect.cache_clear()
