"""A real broker with an account, and exchange processes that end with their test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from iotcore import Broker

from tests.integration.exchange.actors import CONFIG, URL, ExchangeProcess, Listener

Start = Callable[..., ExchangeProcess]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    config = tmp_path / "broker.toml"
    config.write_text(CONFIG)
    with Broker(config_path=str(config)) as running:
        yield running


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    with Listener() as listening:
        yield listening


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts exchanges, and ends those that a test has left running."""
    with ExitStack() as started:

        def begin(*options: str, url: str = URL) -> ExchangeProcess:
            process = ExchangeProcess(tmp_path / "exchange.log", *options, url=url)
            started.callback(process.end)
            return process

        yield begin
