"""The whole system as `make up` starts it, for as long as it is measured."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local.deploy import Outputs
from local.options import Options

CLOUD_PORT, MQTT_PORT = 5006, 2306
STATE: Final = Path(".local-bench/state")
LIVELY: Final = "EXCHANGE_OPTIONS=--interval 3 --delay 0.1 --groups 0"
STARTS_WITHIN_S: Final = 240
STOPS_WITHIN_S: Final = 60


@contextmanager
def local_cloud() -> Iterator[Outputs]:
    """A run of its own, with fresh prices; Ctrl-C at the end."""
    shutil.rmtree(STATE, ignore_errors=True)
    STATE.parent.mkdir(exist_ok=True)
    places = [f"CLOUD_PORT={CLOUD_PORT}", f"MQTT_PORT={MQTT_PORT}", f"STATE={STATE}"]
    log = STATE.with_suffix(".log")
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["make", "--no-print-directory", "up", *places, LIVELY],
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_ready(process, log)
            yield Outputs.read(Options(state=STATE.resolve()))
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """What does not stop in time must not stay in the way of what is measured next."""
    try:
        process.wait(STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not (STATE / "outputs.json").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"make up is not ready:\n{log.read_text()}")
        time.sleep(0.2)
    time.sleep(8)  # the exchange first sends the prices of a day gone by
