"""From the start of the process to the first answer: CPU and wall time, side by side.

Each function as built for deployment (and its peers built alike) in a process of its own, from a
package that nobody writes to; the sides take turns, so that a slower minute is slower for all.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from bench.processes import Function, aws_stub
from bench.spread import in_ms
from bench.subjects import Subject, functions, python, routes, usual

PORT = 5410


def measure(rounds: int) -> dict[str, Any]:
    """By what is asked, then by side."""
    with aws_stub(PORT) as url:
        subjects = [*routes(url), *usual(url), *functions(url)]
        for subject in subjects:  # files into memory
            start(subject)
        runs: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
        for _ in range(rounds):
            for subject in subjects:
                runs[subject.what, subject.side].append(start(subject))
    found: dict[str, Any] = defaultdict(dict)
    for (what, side), several in runs.items():
        found[what][side] = _summary(several)
    return dict(found)


def start(subject: Subject) -> dict[str, float]:
    """One start; it must have answered well."""
    began = time.monotonic()
    function = Function(python(), subject.plan, subject.environment)
    try:
        told = function.told()
        wall_s = time.monotonic() - began
    finally:
        function.end()
    check(subject, told["answer"])
    return {
        "cpu_s": told["cpu_s"],
        "import_s": told["import_s"],
        "wall_s": wall_s,
        "modules": told["modules"],
    }


def check(subject: Subject, answer: Any) -> None:
    """A fast wrong answer is none."""
    is_good = not isinstance(answer, dict) or (
        answer.get("statusCode", 200) in (200, 202) and not answer.get("batchItemFailures")
    )
    if not is_good:
        raise RuntimeError(f"{subject.side}, {subject.what}: {answer}")


def _summary(runs: Sequence[dict[str, float]]) -> dict[str, Any]:
    return {
        "cpu_ms": in_ms([run["cpu_s"] for run in runs]),
        "wall_ms": in_ms([run["wall_s"] for run in runs]),
        "modules": int(runs[0]["modules"]),
    }
