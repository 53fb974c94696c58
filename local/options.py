"""Where one laptop run lives: its ports, its state folder, its broker and exchange. Two runs with
other ports and another state folder do not know of each other.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
HOST: Final = "127.0.0.1"
REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"


class BrokerKind(StrEnum):
    """Which MQTT broker runs; with NONE, `python -m local broker` runs one beside it."""

    IOTCORE = "iotcore"
    MOSQUITTO = "mosquitto"
    NONE = "none"


class BridgeKind(StrEnum):
    """Whether the run has a bridge; with NONE, `python -m local bridge` runs one beside it."""

    PROCESS = "process"
    NONE = "none"


class ExchangeKind(StrEnum):
    """Who plays the exchange; with NONE another program may speak on the topics."""

    SIMULATOR = "simulator"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One run's choices, and the paths that follow from them."""

    cloud_port: int = 4566
    mqtt_port: int = 1883
    state: Path = ROOT / ".local"
    broker: BrokerKind = BrokerKind.IOTCORE
    broker_queue: int = 0
    """Messages that Mosquitto keeps for a sleeping session; 0: all of them."""

    bridge: BridgeKind = BridgeKind.PROCESS
    exchange: ExchangeKind = ExchangeKind.SIMULATOR
    exchange_options: tuple[str, ...] = ()

    @property
    def cloud_url(self) -> str:
        """Endpoint of every AWS service; an address and not a name, so that S3 clients use path
        style.
        """
        return f"http://{HOST}:{self.cloud_port}"

    @property
    def broker_url(self) -> str:
        """The broker's URL without credentials."""
        return f"mqtt://{HOST}:{self.mqtt_port}"

    @property
    def logs(self) -> Path:
        """One file per child process."""
        return self.state / "logs"

    @property
    def outputs(self) -> Path:
        """Exists while a run is ready, and only then."""
        return self.state / "outputs.json"

    @property
    def lock(self) -> Path:
        """Held, with our pid in it, while a run lives."""
        return self.state / "up.lock"
