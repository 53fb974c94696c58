"""Fixtures: brokers, the SQS sqs, and a client id, and thereby an MQTT session, per test."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.sqs import ENVIRONMENT, Sqs, local_cloud
from tests.integration.mqtt_bridge.world import (
    IOTCORE_V5_PORT,
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
    """Kill leftover processes, which would take the messages of the next test."""
    yield
    while Process.started:
        Process.started.pop().kill()


@pytest.fixture
def client_id() -> str:
    """Return a client id that no other test uses."""
    return f"bridge-{next(_numbers)}"


@pytest.fixture(scope="session")
def local_cloud_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The local cloud, for its queues."""
    with local_cloud(tmp_path_factory.mktemp("ministack")) as url:
        yield url


@pytest.fixture
def sqs(local_cloud_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sqs]:
    """An empty SQS sqs without faults, to which boto3 is directed."""
    with Sqs(local_cloud_url).running() as sqs:
        for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": sqs.url}.items():
            monkeypatch.setenv(name, value)
        yield sqs


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running mosquitto; skips the test where it is not installed."""
    if mosquitto_path() is None:
        pytest.skip("mosquitto is not on the PATH (CI installs it)")
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def iotcore(tmp_path: Path) -> Iterator[Iotcore]:
    """A running rumqttd for MQTT 3.1.1."""
    broker = Iotcore(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def iotcore_v5(tmp_path: Path) -> Iterator[Iotcore]:
    """A running rumqttd for MQTT 5, for which it needs a listener of its own."""
    broker = Iotcore(tmp_path, IOTCORE_V5_PORT, protocol=5)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(params=BOTH)
def broker(request: pytest.FixtureRequest) -> Iotcore | Mosquitto:
    """Run the test against both brokers."""
    started: Iotcore | Mosquitto = request.getfixturevalue(request.param)
    return started
