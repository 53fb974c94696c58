"""`make soak MINUTES=60`: faults in turns with calms for a long time. What grows must be explained.

Every round is a storm (cut networks, dying functions, a misbehaving exchange) and a calm. In each
calm the queues are empty, the laws hold, and the tables have exactly the items that the orders and
deposits so far explain; memory is measured then. At the end the slopes are printed. Nothing kills
the bridge here: its memory is what is measured.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import randbelow
from typing import Final

from lambdas.names import Table
from local.options import CannotRun, Options
from tests.chaos.__main__ import HERE
from tests.chaos.aftermath import gathered
from tests.chaos.outcome import Outcome
from tests.chaos.parts import Parts, started
from tests.chaos.plan import SYMBOLS, Plan
from tests.chaos.report import say
from tests.chaos.run import DEPOSIT, OURS_RUN_BESIDE, Place, Run
from tests.chaos.verdict import complaints
from tests.e2e.system import System, running

ROUND: Final = Plan(
    seed=0, orders=40, accounts=5, kills=0, cuts=3, broker_kills=0, overflows=0, most_open=40
)
WARM_UP_S: Final = 600.0
"""Caches fill at first: slopes are judged from then on, and only if there is as much again."""

MOST_MB_PER_HOUR: Final = 10.0


@dataclass
class Samples:
    """Measurements over time."""

    at_s: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, at_s: float, value: float) -> None:
        """One more."""
        self.at_s.append(at_s)
        self.values.append(value)

    def slope_per_hour(self, since_s: float = 0.0) -> float:
        """Least squares."""
        points = [p for p in zip(self.at_s, self.values, strict=True) if p[0] >= since_s]
        return slope([at for at, _ in points], [value for _, value in points]) * 3600


def slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Of the line through the points with the least squares; 0 for fewer than two."""
    if len(xs) < 2:
        return 0.0
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread


def resident_mb(pids: Sequence[int]) -> float:
    """Memory of these processes; those that have ended count nothing."""
    total_kb = 0
    for pid in pids:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        total_kb += sum(int(s.split()[1]) for s in status.splitlines() if s.startswith("VmRSS:"))
    return total_kb / 1024


def family(pid: int) -> list[int]:
    """The process and all of its descendants."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


class Soak(Run):
    """Rounds of storm and calm on one system."""

    def __init__(self, plan: Plan, state: Path, system: System, parts: Parts) -> None:
        super().__init__(plan, state, system, parts)
        self._bridge_mb, self._cloud_mb = Samples(), Samples()
        self._sizes: dict[Table, Samples] = {table: Samples() for table in Table}
        self._found: list[str] = []
        self._began = time.monotonic()

    def rounds(self, for_s: float) -> Outcome:
        """As many as fit, at least two."""
        self._prepare()
        self._began, done, stormed_s = time.monotonic(), 0, 0.0
        first = self._plan
        with self._sweeper:
            while done < 2 or time.monotonic() < self._began + for_s:
                self._plan = replace(first, seed=first.seed + done)
                if done:
                    self._misbehave()
                began = time.monotonic()
                self._found += self._storm().complaints
                stormed_s += time.monotonic() - began
                calm_s = self._calm()
                if calm_s > self._plan.calm_within_s:
                    self._found.append(f"round {done}: the last order ended after {calm_s:.0f} s")
                self._wait_until_empty()
                done += 1
                self._measure(done)
        return self._judged(done, stormed_s)

    def _misbehave(self) -> None:
        self._parts.exchange.stop()
        self._parts.exchange.become(self._parts.rude_exchange)
        self._parts.exchange.start()

    def _measure(self, done: int) -> None:
        at_s = time.monotonic() - self._began
        self._bridge_mb.add(at_s, resident_mb(family(self._parts.bridge.pid)))
        self._cloud_mb.add(at_s, resident_mb(family(self._system.process.pid)))
        sizes = {table: self._count(table) for table in Table}
        for table, size in sizes.items():
            self._sizes[table].add(at_s, size)
        people, orders = len(self._clients.people), done * ROUND.orders
        explained = {
            Table.ACCOUNTS: people,
            Table.DEPOSITS: people,
            Table.ORDERS: orders,
            Table.POSTINGS: people + 2 * orders,  # a hold and an end of each order
        }
        for table, expected in explained.items():
            if sizes[table] != expected:
                self._found.append(f"round {done}: {sizes[table]} {table}, explained {expected}")
        if sizes[Table.POSITIONS] > people * len(set(SYMBOLS)):
            self._found.append(f"round {done}: {sizes[Table.POSITIONS]} positions")
        say(
            f"round {done}, {at_s / 60:.1f} min: bridge {self._bridge_mb.values[-1]:.0f} MB,"
            f" local cloud with its functions {self._cloud_mb.values[-1]:.0f} MB"
        )

    def _count(self, table: Table) -> int:
        pages = (
            self._system.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self._system.outputs["tables"][table], Select="COUNT")
        )
        return sum(int(page["Count"]) for page in pages)

    def _judged(self, done: int, stormed_s: float) -> Outcome:
        took_s = time.monotonic() - self._began
        aftermath = gathered(self._system, self._parts, self._clients, self._state)
        found = [*self._found, *complaints(aftermath, self._clients, DEPOSIT)]
        found += self._reconciled(aftermath)
        found += self._witness.violations(self._clients.people, aftermath.accounts)
        rows: dict[str, object] = {
            "seed": self._plan.seed - done + 1,
            "rounds, minutes": f"{done}, {took_s / 60:.1f}",
            "time with faults on": f"{stormed_s / took_s:.0%}",
            "orders, orders a second": f"{done * ROUND.orders}, {done * ROUND.orders / took_s:.1f}",
            "answers of clients judged": self._witness.histories.checked,
        }
        for name, samples in (("bridge", self._bridge_mb), ("cloud, functions", self._cloud_mb)):
            per_hour = samples.slope_per_hour(WARM_UP_S if took_s > 2 * WARM_UP_S else 0.0)
            rows[f"memory of the {name}"] = (
                f"{samples.values[0]:.0f} MB, at the end {samples.values[-1]:.0f} MB;"
                f" {per_hour:+.1f} MB an hour"
            )
            if took_s > 2 * WARM_UP_S and per_hour > MOST_MB_PER_HOUR:
                found.append(f"the memory of the {name} grows by {per_hour:.1f} MB an hour")
        for table, samples in self._sizes.items():
            rows[f"table {table}"] = (
                f"{samples.values[-1]:.0f} items; {samples.slope_per_hour():+.0f} an hour"
            )
        return Outcome(complaints=found, rows=rows | {"complaints": len(found)})


def soak(plan: Plan, place: Place, minutes: float) -> Outcome:
    """A whole soak."""
    options = Options(cloud_port=place.cloud_port, mqtt_port=place.mqtt_port, state=place.state)
    with (
        running(
            cloud_port=place.cloud_port,
            mqtt_port=place.mqtt_port,
            state=place.state,
            options=OURS_RUN_BESIDE,
        ) as system,
        started(system, options, plan, place.line_ports) as parts,
    ):
        return Soak(plan, place.state, system, parts).rounds(minutes * 60)


def main() -> int:
    """The command line. Status 0: nothing broke, and nothing grew without a reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, metavar="N")
    parser.add_argument("--seed", type=int, default=randbelow(1_000_000), metavar="N")
    given = parser.parse_args()
    place = replace(HERE, state=HERE.state.with_name("soak"))
    try:
        place.emptied()
        outcome = soak(replace(ROUND, seed=given.seed), place, given.minutes)
    except (AssertionError, CannotRun) as error:
        say(f"✗ the soak could not go on: {error}\n  Logs: {place.state / 'logs'}")
        return 1
    say(f"the end\n\n{outcome}\n")
    return 1 if outcome.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
