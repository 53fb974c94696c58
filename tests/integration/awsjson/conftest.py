"""Our client of AWS against a server that does everything wrong, on loopback."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from awsjson import client
from awsjson.client import Client
from awsjson.connections import Timeouts
from awsjson.services import DYNAMODB, Service
from tests.integration.awsjson.server import Server

REGION = "eu-west-1"
TOKEN = "the-token-of-a-session"

Connect = Callable[..., Client]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client would have waited before each repetition."""
    waited: list[float] = []
    monkeypatch.setattr(client, "time", SimpleNamespace(sleep=waited.append))
    return waited


@pytest.fixture
def connect(
    server: Server, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connect]:
    """Makes clients that call the server, with a function's credentials, and close at the end."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-secret-of-a-key")
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    with ExitStack() as stack:

        def make(service: Service = DYNAMODB, *, attempts: int = 4, **more: Any) -> Client:
            timeouts = Timeouts(connect_s=1, read_s=0.2)
            made = Client(service, region=REGION, attempts=attempts, timeouts=timeouts, **more)
            stack.callback(made.close)
            return made

        yield make
