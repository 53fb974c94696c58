"""DynamoDB in the process (moto), with our tables in it. For shapes and quick tests: its
transactions are not isolated from each other, so nothing concurrent may be judged by it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from pynamodb.connection import Connection

from lambdas.adapters import dynamodb
from lambdas.adapters.tables import MODELS
from lambdas.names import Table
from tests.fakes.aws import moto

REGION = "us-east-1"


@contextmanager
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A connection to empty tables, named after what they hold."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto():
        yield _made("test")


@contextmanager
def cloud_tables(monkeypatch: pytest.MonkeyPatch, url: str) -> Iterator[Connection]:
    """A connection to empty tables of names of their own on a running local cloud, whose DynamoDB
    isolates transactions; they are removed afterwards.
    """
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    connection = _made(f"contract-{uuid4()}")
    try:
        yield connection
    finally:
        for model in MODELS.values():
            model.delete_table()
            model._connection = None  # nobody after us may speak to that cloud by accident


def _made(prefix: str) -> Connection:
    for model in MODELS.values():
        model._connection = None  # a client made before would call another cloud
    connection = dynamodb.connect({table: f"{prefix}-{table}" for table in Table}, REGION)
    for model in MODELS.values():
        model.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    return connection
