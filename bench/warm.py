"""pyperf benchmark of a warm request: CPU of a handler that has answered before.

Runs in the functions' interpreter, with the handler's packages and pyperf alone.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import pyperf
from once import Context, check, load


def cpu_s(loops: int, handler: Any, events: list[Any]) -> float:
    """User and system time of this process, with all its threads, for so many events."""
    started = time.process_time()
    for number in range(loops):
        answer = handler(events[number % len(events)], Context())
    used = time.process_time() - started
    check(answer)
    return used


if __name__ == "__main__":
    plan = Path(os.environ["BENCH_PLAN"])
    name = f"warm CPU: {json.loads(plan.read_text())['row']}"
    pyperf.Runner().bench_time_func(name, cpu_s, *load(plan))
