"""Brokers and the stub SQS, one of each per test module: sessions are kept apart by client ids."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.sqs import ENVIRONMENT, SqsStub
from tests.integration.mqtt_bridge.world import (
    IOTCORE_V5_PORT,
    STUB_PORT,
    Iotcore,
    Mosquitto,
    Process,
    mosquitto_path,
)

_numbers = itertools.count()
needs_mosquitto = pytest.mark.skipif(
    mosquitto_path() is None, reason="mosquitto is not on the PATH (CI installs it)"
)
BOTH = ["iotcore", pytest.param("mosquitto", marks=needs_mosquitto)]


@pytest.fixture(autouse=True)
def no_process_survives_its_test() -> Iterator[None]:
    """One that did would take the messages of the next test."""
    yield
    while Process.started:
        Process.started.pop().kill()


@pytest.fixture
def client_id() -> str:
    """A session of its own for every test."""
    return f"bridge-{next(_numbers)}"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[SqsStub]:
    """SQS, empty and well."""
    with SqsStub(STUB_PORT) as stub:
        for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": stub.url}.items():
            monkeypatch.setenv(name, value)
        yield stub


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """mosquitto, or the test is skipped."""
    if mosquitto_path() is None:
        pytest.skip("mosquitto is not on the PATH (CI installs it)")
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def iotcore(tmp_path: Path) -> Iterator[Iotcore]:
    """rumqttd speaking MQTT 3.1.1."""
    broker = Iotcore(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def iotcore_v5(tmp_path: Path) -> Iterator[Iotcore]:
    """rumqttd speaking MQTT 5; it has a listener for each version."""
    broker = Iotcore(tmp_path, IOTCORE_V5_PORT, protocol=5)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(params=BOTH)
def broker(request: pytest.FixtureRequest) -> Iotcore | Mosquitto:
    """Each broker that an ordinary deployment may meet."""
    started: Iotcore | Mosquitto = request.getfixturevalue(request.param)
    return started
