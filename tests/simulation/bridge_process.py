"""The real bridge as a process that can be killed, restarted, and started again."""

from contextlib import AbstractContextManager
from datetime import timedelta
from random import Random
from typing import Any, Final

from mqtt_bridge.bridge import Bridge
from mqtt_bridge.settings import Limits
from tests.simulation import wiring
from tests.simulation.broker import SimBroker, SimTransport
from tests.simulation.functions import MOST_SKEW_S, Broken
from tests.simulation.green import GreenWorkers
from tests.simulation.kernel import START, Kernel, Killed
from tests.simulation.sqs import Client

LIMITS: Final = Limits(senders_per_queue=2, poll_s=20, visibility_s=60, outbound_window=20)


class BridgeProcess:
    """At most one process at a time, as ECS runs it."""

    def __init__(
        self,
        kernel: Kernel,
        rng: Random,
        broker: SimBroker,
        broken: Broken,
        limits: Limits = LIMITS,
    ) -> None:
        self._kernel = kernel
        self._rng = rng
        self._broker = broker
        self._broken = broken
        self._limits = limits
        self._bridge: Bridge | None = None
        self._transport: SimTransport | None = None
        self._starts = 0

    @property
    def name(self) -> str:
        """Name of the process, different for each start."""
        return f"bridge#{self._starts}"

    def wired(self, client: Client) -> AbstractContextManager[None]:
        """While the context lasts, a bridge consists of tasks and simulated connections."""

        def workers(stuck_s: float) -> GreenWorkers:
            return GreenWorkers(self._kernel, self.name, self._broken, stuck_s)

        return wiring.bridged(self._kernel, workers, self._make_transport, client, self._rng)

    @property
    def bridge(self) -> Bridge:
        """The running bridge."""
        assert self._bridge is not None
        return self._bridge

    def start(self) -> None:
        """Start a new process, which knows nothing of the last one."""
        self._starts += 1
        self._kernel.say(f"{self.name} starts")
        clock = START + timedelta(seconds=(self._rng.random() * 2 - 1) * MOST_SKEW_S)
        self._bridge = Bridge(
            wiring.SETTINGS,
            clock=lambda: clock + timedelta(seconds=self._kernel.now_s),
            limits=self._limits,
        )
        self._kernel.on_death[self.name] = self._bury
        self._bridge.start()

    def kill(self) -> None:
        """End it as SIGKILL does."""
        self._kernel.kill(self.name)

    def restart(self) -> None:
        """Drain and end it as SIGTERM does; it is started again."""
        bridge, process = self._bridge, self.name
        if bridge is None or process not in self._kernel.on_death:
            return

        def ended(error: BaseException | None) -> None:
            if error is not None and not isinstance(error, Killed):
                self._broken("bridge", error)
            self._kernel.at(0.0, lambda: self._kernel.kill(process))

        self._kernel.start("bridge/drain", process, bridge.drain, ended)

    def _bury(self) -> None:
        self._kernel.say(f"{self.name} is dead")
        assert self._transport is not None
        self._transport.vanish()
        self._kernel.at(self._rng.random() * 20 + 0.5, self.start)

    def _make_transport(self, *_: Any) -> SimTransport:
        self._transport = SimTransport(self._broker, self._kernel)
        return self._transport
