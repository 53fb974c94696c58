"""Cold starts and warm requests of our functions beside their peers, measured by pyperf.

The sides take turns, round by round, so that a slower minute is slower for all. pyperf's own files
lie in docs/benchmarks/, one a side: `python -m pyperf compare_to A.json B.json --table`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyperf

from bench import packages
from bench.aws import ORDERS, PEER_TABLES, aws, new_order, order_key
from bench.page import DATA, PEERS, SIDES, spread
from tests.fakes import events
from tests.fakes.functions import environment

OURS, BARE = "ours", "boto3"
API, QUEUE = "lambdas.handlers.api:handler", "lambdas.handlers.validations:handler"
HANDLERS: Final = {
    OURS: {"board": API, "place": API, "settle": QUEUE},
    **{
        peer: {"board": f"{peer}_api:handler", "place": f"{peer}_api:handler"}
        | {"settle": f"{peer}_settle:handler"}
        for peer in PEERS
    },
    BARE: {"board": "bare:board", "place": "bare:place", "settle": "bare:settle"},
}
HERE: Final = Path(__file__).parent


class Subject(NamedTuple):
    """One request to one side."""

    side: str
    row: str
    folders: list[Path]
    settings: dict[str, str]
    events: list[Any]

    def measure(self) -> None:
        """Three times 50 warm requests, after 50 that are not counted; two cold starts."""
        path = os.pathsep.join(map(str, self.folders))
        settings = {**self.settings, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        python = str(packages.python())
        plan: dict[str, Any] = {
            "row": self.row,
            "handler": HANDLERS[self.side][self.row],
            "python": python,
        }
        plan |= {"events": self.events, "settings": settings}
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(plan, file)
            file.flush()
            told = {"BENCH_PLAN": file.name}
            pyperf_path = packages.installed("pyperf", packages.PYPERF)
            warm = {**settings, **told, "PYTHONPATH": f"{path}{os.pathsep}{pyperf_path}"}
            cold = {**os.environ, **told}
            self._run(warm, python, "warm.py", "-n3", "-w1", f"-l{ORDERS}")
            if self.side != BARE:
                self._run(cold, sys.executable, "cold_start.py", "-n1", "-w0", "-l1")

    def _run(self, settings: dict[str, str], python: str, script: str, *options: str) -> None:
        command = [python, str(HERE / script), "-q", "-p1", "--copy-env", *options]
        command += ["--append", str(file_of(self.side))]
        answer = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
        if answer.returncode:
            raise RuntimeError(f"{self.side}, {self.row}: {answer.stderr}")


def file_of(side: str) -> Path:
    """pyperf's file of a side."""
    return DATA / f"functions-{side}.json"


def subjects(url: str, order_ids: list[str]) -> list[Subject]:
    """Row by row, the sides beside each other."""
    folders = {s: packages.ours() if s == OURS else packages.peer(s) for s in SIDES}
    settings = {s: environment(url, "" if s == OURS else PEER_TABLES) for s in SIDES}
    peers_ids = [order_key(number) for number in range(ORDERS)]
    ids = {s: order_ids if s == OURS else peers_ids for s in SIDES}
    asked = {
        "board": lambda _: [events.http("GET", "/stocks")],
        "place": lambda _: [new_order(ORDERS + n) for n in range(ORDERS)],  # under new keys
        "settle": lambda side: [events.queue(events.validation(id_)) for id_ in ids[side]],
    }
    return [
        Subject(side, row, folders[side], settings[side], make(side))
        for row, make in asked.items()
        for side in SIDES
    ]


def measure(rounds: int) -> dict[str, Any]:
    """By metric and row, then by side: medians and spread in milliseconds, from pyperf's files."""
    for side in SIDES:
        file_of(side).unlink(missing_ok=True)
    with aws() as (url, order_ids):
        measured = subjects(url, order_ids)
        for _ in range(rounds):
            for subject in measured:
                subject.measure()
    found: dict[str, Any] = {}
    for side in SIDES:
        for benchmark in pyperf.BenchmarkSuite.load(str(file_of(side))):
            values = [value * 1000 for value in benchmark.get_values()]
            found.setdefault(benchmark.get_name(), {})[side] = spread(values)
    return found
