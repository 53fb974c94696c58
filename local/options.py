"""Options of a laptop run: its ports, its state folder, its broker, bridge and exchange.

Two runs with different ports and different state folders are independent of each other.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
HOST: Final = "127.0.0.1"
REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"


class CannotRun(Exception):
    """A command cannot go on; the text tells the user what is wrong and what to do about it."""


class Stopped(Exception):
    """The user (Ctrl-C) or the system (SIGTERM) asked for the end of the run. Not an error."""


class BrokerKind(StrEnum):
    """Which MQTT broker runs; with NONE, `python -m local broker` starts one separately."""

    IOTCORE = "iotcore"
    MOSQUITTO = "mosquitto"
    NONE = "none"


class BridgeKind(StrEnum):
    """Whether the run has a bridge; with NONE, `python -m local bridge` starts one separately."""

    PROCESS = "process"
    NONE = "none"


class ExchangeKind(StrEnum):
    """What plays the exchange; with NONE, any other program may publish on its topics."""

    SIMULATOR = "simulator"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of one run, and the addresses and paths that follow from them."""

    cloud_port: int = 4566
    mqtt_port: int = 1883
    state: Path = ROOT / ".local"
    broker: BrokerKind = BrokerKind.IOTCORE
    broker_queue: int = 0
    """Messages that Mosquitto keeps for a disconnected session; 0 means all of them."""

    bridge: BridgeKind = BridgeKind.PROCESS
    exchange: ExchangeKind = ExchangeKind.SIMULATOR
    exchange_options: tuple[str, ...] = ()

    @property
    def cloud_url(self) -> str:
        """Endpoint of every AWS service; an IP address, so that S3 clients use path style."""
        return f"http://{HOST}:{self.cloud_port}"

    @property
    def broker_url(self) -> str:
        """URL of the broker without credentials."""
        return f"mqtt://{HOST}:{self.mqtt_port}"

    @property
    def logs(self) -> Path:
        """Folder of the logs, one file per child process."""
        return self.state / "logs"

    @property
    def outputs(self) -> Path:
        """File that exists exactly while a run is ready."""
        return self.state / "outputs.json"

    @property
    def lock(self) -> Path:
        """File that is locked while a run is alive; it holds the run's process id."""
        return self.state / "up.lock"
