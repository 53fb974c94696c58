"""`make plant-bugs`: plants one bug at a time in a copy of the tree, and runs the simulation on it.

The working tree is never touched. Fails if a bug is not found, or cannot be planted any more.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulation.planted import Bug
from tests.simulation.planted_answers import ANSWERS
from tests.simulation.planted_messages import MESSAGES
from tests.simulation.planted_money import MONEY
from tests.simulation.script import Mode

ROOT = Path(__file__).parents[2]
BUGS = (*MONEY, *MESSAGES, *ANSWERS)
_COPIED = (
    "lambdas",
    "mqtt_bridge",
    "tests/simulation",
    "tests/builders",
    "tests/histories",
    "tests/linearizability",
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """Where a bug was found in one mode; nothing where it was not."""

    bug: Bug
    mode: Mode
    answer: dict[str, Any] | None


def planted(bug: Bug, folder: Path) -> None:
    """A copy of the tree with this bug in it. Raises ValueError where an edit does not fit."""
    for part in _COPIED:
        shutil.copytree(
            ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    for edit in bug.edits:
        path = folder / edit.file
        text = path.read_text()
        if text.count(edit.old) != 1:
            raise ValueError(f"{bug.name}: the text to change is not in {edit.file} exactly once")
        path.write_text(text.replace(edit.old, edit.new))


def hunted(bug: Bug, mode: Mode, seeds: int) -> Found:
    """Run seeds of one mode against the bug until one breaks a law."""
    with tempfile.TemporaryDirectory(prefix="planted-") as name:
        planted(bug, Path(name))
        command = [sys.executable, "-m", "tests.simulation", "--hunt", "--mode", mode]
        done = subprocess.run(
            [*command, "--seeds", str(seeds)],
            cwd=name,
            env={**os.environ, "PYTHONPATH": name, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode not in (0, 1) or not done.stdout.strip():
        raise RuntimeError(f"{bug.name}: {done.stderr[-2000:]}")
    return Found(bug=bug, mode=mode, answer=json.loads(done.stdout.strip().splitlines()[-1]))


def rows(found: list[Found]) -> list[str]:
    """The table of docs/simulation.md."""
    lines = [
        "| bug | fast: schedule (steps) | whole: schedule (steps) | it breaks | remark |",
        "|---|---|---|---|---|",
    ]
    for bug in dict.fromkeys(f.bug for f in found):
        answers = {f.mode: f.answer for f in found if f.bug is bug}
        cells = [_cell(answers.get(mode)) for mode in (Mode.FAST, Mode.WHOLE)]
        first = next((a for a in answers.values() if a), None)
        broken = first["broken"] if first else "**NOT FOUND**"
        why = bug.hidden_from or (f"two layers: {bug.layers}" if bug.layers else "")
        lines.append(f"| {bug.name} | {' | '.join(cells)} | {broken} | {why} |")
    return lines


def _cell(answer: dict[str, Any] | None) -> str:
    return f"{answer['nth']} ({answer['steps']:,})" if answer else "—"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.plant", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many of each mode at most")
    parser.add_argument("--only", default="", help="only bugs with this text in their name")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    options = parser.parse_args()
    bugs = [bug for bug in BUGS if options.only in bug.name]
    hunts = [(bug, mode) for bug in bugs for mode in (Mode.FAST, Mode.WHOLE)]
    found: list[Found] = []
    with ThreadPoolExecutor(options.workers) as pool:
        for one in pool.map(lambda hunt: hunted(hunt[0], hunt[1], options.seeds), hunts):
            found.append(one)
            where = "found" if one.answer else "not found"
            said = f"{len(found)} of {len(hunts)}: {one.bug.name}, {one.mode}: {where}"
            print(said, file=sys.stderr, flush=True)
    print("\n".join(rows(found)))
    missed = {bug.name for bug in bugs} - {one.bug.name for one in found if one.answer}
    for name in sorted(missed):
        print(f"NOT FOUND in {options.seeds} schedules of either mode: {name}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
