"""pyperf benchmarks of a cold start: a process that imports the handler and answers one event."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import pyperf

ONCE: Final = Path(__file__).with_name("once.py")
PLAN: Final = Path(os.environ["BENCH_PLAN"])


def start(plan: dict[str, Any]) -> tuple[float, float]:
    """Seconds of CPU and of wall time of one process."""
    command, settings = [plan["python"], "-S", str(ONCE), str(PLAN)], plan["settings"]
    began = pyperf.perf_counter()
    process = subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall_s = pyperf.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{plan['handler']} failed"
    return used.ru_utime + used.ru_stime, wall_s


def seconds(loops: int, plan: dict[str, Any], which: int) -> float:
    """Of so many starts."""
    return sum(start(plan)[which] for _ in range(loops))


if __name__ == "__main__":
    plan = json.loads(PLAN.read_text())
    runner = pyperf.Runner()
    for number, metric in enumerate(("cold start CPU", "cold start wall")):
        runner.bench_time_func(f"{metric}: {plan['row']}", seconds, plan, number)
