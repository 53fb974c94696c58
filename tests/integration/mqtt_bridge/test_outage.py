"""An outage of the broker for an hour: ECS must find the container healthy all the while.

The clock is fast: every time limit of the bridge is divided, and so are the health check's.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cdk.stacks.bridge import BridgeTask
from mqtt_bridge import health, paho_transport
from mqtt_bridge.__main__ import _watch
from mqtt_bridge.bridge import Bridge
from mqtt_bridge.settings import Limits, Settings
from tests.fakes.sqs import Sqs
from tests.integration.mqtt_bridge.world import environment

FASTER = 240
OUTAGE_S = 3600
INTERVAL_S, RETRIES, START_S = 30, 3, 60
"""As in the task's health check; a test below compares them."""

FAST = replace(
    Limits(poll_s=1),
    **{
        field.name: getattr(Limits(), field.name) / FASTER
        for field in fields(Limits)
        if field.name.endswith("_s") and isinstance(getattr(Limits(), field.name), float)
    },
)


@contextmanager
def refusing() -> Iterator[int]:
    """A port at which nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
    yield port


@contextmanager
def silent() -> Iterator[int]:
    """A broker that accepts connections and answers nothing."""
    server = socket.create_server(("127.0.0.1", 0))
    held = []

    def accept() -> None:
        while True:
            try:
                held.append(server.accept()[0])
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    yield server.getsockname()[1]
    server.close()
    for connection in held:
        connection.close()


def failed_checks(file: Path) -> int:
    """The most health checks in a row that fail in an hour, as ECS counts them."""
    time.sleep(START_S / FASTER)
    row = most = 0
    deadline = time.monotonic() + OUTAGE_S / FASTER
    while time.monotonic() < deadline:
        real = datetime.now(UTC)
        try:
            age_s = (real.timestamp() - file.stat().st_mtime) * FASTER
        except OSError:
            age_s = float("inf")
        # The health command's own judgement, at a time at which the file is as old as it would be.
        passed = age_s < float("inf") and health.is_fresh(
            file, datetime.fromtimestamp(file.stat().st_mtime, UTC) + timedelta(seconds=age_s)
        )
        row = 0 if passed else row + 1
        most = max(most, row)
        time.sleep(INTERVAL_S / FASTER)
    return most


@pytest.mark.parametrize("broker", [refusing, silent])
def test_an_outage_of_an_hour_does_not_make_the_platform_kill_the_task(
    broker: Callable[[], AbstractContextManager[int]],
    sqs: Sqs,
    client_id: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paho_transport, "_TURN_S", paho_transport._TURN_S / FASTER)
    file = tmp_path / "alive"
    with broker() as port:
        settings = Settings.load(environment(port, sqs, client_id, tmp_path))
        bridge = Bridge(settings, clock=lambda: datetime.now(UTC), limits=FAST)
        bridge.start()
        stop = threading.Event()
        watch = threading.Thread(target=_watch, args=(bridge, file, FAST, stop))
        watch.start()
        try:
            assert failed_checks(file) < RETRIES
            assert file.read_text() == health.NOT_CONNECTED
            assert not bridge.is_connected()
        finally:
            stop.set()
            watch.join()
            bridge.drain()


def test_the_check_here_is_the_tasks() -> None:
    source = Path(BridgeTask.__module__.replace(".", "/") + ".py").read_text()
    for setting in (
        f"interval=Duration.seconds({INTERVAL_S})",
        f"retries={RETRIES}",
        f"start_period=Duration.seconds({START_S})",
    ):
        assert setting in source
