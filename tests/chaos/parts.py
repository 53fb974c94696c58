"""The parts of a run that are killed and started again: each a program of `local`, beside a
`make up` that has none of them.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from local import bridge, broker, resources, simulator
from local.options import BrokerKind, Options
from local.processes import Program
from tests.chaos.network import Line
from tests.chaos.plan import Link, Plan
from tests.e2e.system import System, eventually

PATIENCE_S: Final = 20
OVERFLOWED: Final = "Outgoing messages are being dropped"


class Part:
    """One program that is killed and started again; all of its output goes to one log."""

    def __init__(self, program: Program, log: Path) -> None:
        self.log = log
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the program."""
        assert not self.is_alive
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self._program.argv,
                env=dict(self._program.env),
                cwd=self._program.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def become(self, program: Program) -> None:
        """Runs another program from the next start on."""
        self._program = program

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """Sends SIGKILL. Fails if the program had ended by itself."""
        assert self._process is not None
        died_of = self._process.poll()
        assert died_of is None, f"{self._program.name} had ended by itself ({died_of}): {self.log}"
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Sends SIGTERM; it must end in order and in time."""
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(self._program.grace_s + PATIENCE_S) in (0, -signal.SIGTERM)

    def said(self, words: str) -> int:
        """Counts the lines of its log with these words."""
        return sum(words in line for line in self.log.read_text(errors="replace").splitlines())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self.is_alive:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(self._program.grace_s)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """All that can be struck."""

    broker: Part
    bridge: Part
    exchange: Part
    polite_exchange: Program
    rude_exchange: Program
    lines: dict[Link, Line]
    broker_answers: Callable[[], bool]


@contextmanager
def started(
    system: System, options: Options, plan: Plan, lines: dict[Link, int]
) -> Iterator[Parts]:
    """Broker, exchange, and a bridge whose every connection runs over our lines (their ports)."""
    options = replace(options, broker=BrokerKind.MOSQUITTO, broker_queue=plan.broker_queue)
    logs = options.logs
    with ExitStack() as ending:
        served = Part(broker.program(options, broker.credentials(options)), logs / "broker.log")
        ending.enter_context(served)
        eventually(lambda: resources.answers(options.mqtt_port), what="a broker")
        neighbours = {Link.BROKER: options.mqtt_port, Link.CLOUD: options.cloud_port}
        open_lines = {
            link: ending.enter_context(Line(port=port, neighbour=neighbours[link]))
            for link, port in lines.items()
        }
        beyond = replace(options, mqtt_port=lines[Link.BROKER], cloud_port=lines[Link.CLOUD])
        carrier = bridge.program(
            beyond, bridge.container_environment(options), bridge.lasting_rights(options)
        )
        rude = _exchange(system, options, _misbehaving(plan))
        yield Parts(
            broker=served,
            bridge=ending.enter_context(Part(carrier, logs / "bridge.log")),
            exchange=ending.enter_context(Part(rude, logs / "exchange.log")),
            polite_exchange=_exchange(system, options, _polite(plan)),
            rude_exchange=rude,
            lines=open_lines,
            broker_answers=lambda: resources.answers(options.mqtt_port),
        )


def _exchange(system: System, options: Options, more: tuple[str, ...]) -> Program:
    """Keeps its decisions in a file, so that it decides once, however often it is started."""
    options = replace(options, exchange_options=more)
    return simulator.program(options, system.outputs["mqtt_url"], system.outputs["topics"])


def _polite(plan: Plan) -> tuple[str, ...]:
    seed = ("--seed", str(plan.seed))
    return (*seed, "--interval", "5", "--delay", "0.2", "--reject-share", "0.2", "--groups", "2")


def _misbehaving(plan: Plan) -> tuple[str, ...]:
    share = str(plan.exchange_fault_share)
    faults = ("repeat", "drop", "delay-share", "reorder", "contradict", "malformed")
    rates = [word for fault in faults for word in (f"--{fault}", share)]
    return (*_polite(plan), *rates, "--delay-max", "6", "--group-interval", "2")
