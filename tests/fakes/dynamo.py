"""Our tables in an empty DynamoDB: moto's, in this process, or a running local cloud's.

moto's transactions are not isolated from each other, so nothing concurrent may be judged by it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from pynamodb.connection import Connection

from lambdas.names import Table
from lambdas.storage import client
from lambdas.storage.client import connect
from lambdas.storage.models import MODELS
from tests.fakes.aws import moto

REGION = "us-east-1"


@contextmanager
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A connection to empty tables in moto, named `test-<table>`."""
    set_credentials(monkeypatch)
    # moto copies whole tables in a transaction: on a busy machine that takes longer than DynamoDB
    # may, and the client would repeat a write that was done.
    monkeypatch.setattr(client, "READ_TIMEOUT_S", 30)
    with moto():
        yield _create_tables("test")


@contextmanager
def cloud_tables(monkeypatch: pytest.MonkeyPatch, url: str) -> Iterator[Connection]:
    """A connection to empty tables with names of their own on a running local cloud, whose DynamoDB
    isolates transactions; they are removed afterwards.
    """
    set_credentials(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    connection = _create_tables(f"contract-{uuid4()}")
    try:
        yield connection
    finally:
        for model in MODELS.values():
            model.delete_table()
        forget_tables()


def set_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets the credentials without which botocore signs nothing."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")


def forget_tables() -> None:
    """Detaches the models from their tables: `connect` attaches them to others."""
    for model in MODELS.values():
        model._connection = None


def _create_tables(prefix: str) -> Connection:
    forget_tables()
    connection = connect({table: f"{prefix}-{table}" for table in Table}, REGION)
    for model in MODELS.values():
        model.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    return connection
