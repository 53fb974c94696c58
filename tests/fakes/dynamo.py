"""DynamoDB in the process (moto), with our tables in it. For shapes and quick tests: its
transactions are not isolated from each other, so nothing concurrent may be judged by it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto import mock_aws
from pynamodb.connection import Connection

from lambdas.adapters import dynamodb
from lambdas.adapters.tables import MODELS
from lambdas.names import Table

REGION = "us-east-1"


@contextmanager
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A connection to empty tables, named after what they hold."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        for model in MODELS.values():
            model._connection = None  # a client made outside of this moto would call AWS itself
        connection = dynamodb.connect({table: f"test-{table}" for table in Table}, REGION)
        for model in MODELS.values():
            model.create_table(billing_mode="PAY_PER_REQUEST")
        yield connection
