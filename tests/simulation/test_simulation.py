"""Some hundred seeds of each mode, what a seed promises, and what a failure looks like."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.simulation import tables
from tests.simulation.kernel import What
from tests.simulation.script import Kind, Mode
from tests.simulation.sometimes import ENOUGH, never
from tests.simulation.story import run_seed, script_of, shrunk, story

SEEDS = 500
CHUNK = 100
REACHED: defaultdict[Mode, set[str]] = defaultdict(set)
DONE: Counter[Mode] = Counter()
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
@pytest.mark.parametrize("mode", Mode)
def test_no_schedule_breaks_a_law(mode: Mode, first: int) -> None:
    for seed in range(first, first + CHUNK):
        outcome = run_seed(seed, mode)
        if outcome.broken is not None:
            pytest.fail(story(*shrunk(outcome)))
        REACHED[mode] |= outcome.reached
        DONE[mode] += 1


@pytest.mark.parametrize("mode", Mode)
def test_the_schedules_reach_every_interesting_state(mode: Mode) -> None:
    """With what the test above has seen; alone it runs schedules of its own."""
    for seed in range(SEEDS, SEEDS + ENOUGH - DONE[mode]):
        REACHED[mode] |= run_seed(seed, mode).reached
    assert never(REACHED[mode], is_whole=mode is Mode.WHOLE) == []


@pytest.mark.parametrize("mode", Mode)
def test_the_same_seed_gives_the_same_trace_byte_for_byte(mode: Mode) -> None:
    """In this process, and in another one with another seed for Python's own hashes."""
    here = "\n".join(run_seed(27, mode).trace)
    again = "\n".join(run_seed(27, mode).trace)
    elsewhere = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--mode", mode, "--seed", "27"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4321", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    ).stdout
    assert here == again
    assert here.encode() == elsewhere.rstrip(b"\n")


def test_another_seed_gives_another_trace() -> None:
    assert run_seed(7, Mode.FAST).trace != run_seed(8, Mode.FAST).trace


@pytest.mark.parametrize("mode", Mode)
def test_the_scripts_hold_everything_that_can_go_wrong(mode: Mode) -> None:
    events = [event for seed in range(100) for event in script_of(seed, mode)]
    assert {event.kind for event in events} == set(Kind)
    assert {event.what[2] for event in events if event.kind is Kind.FAULT} == set(What)
    forgetful = [e for e in events if e.kind is Kind.BROKER and e.what[1]]
    assert bool(forgetful) is (mode is Mode.WHOLE)


def test_a_failure_is_told_by_its_shortest_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """A DynamoDB that keeps no condition breaks a law; of its script only the cause is left."""
    monkeypatch.setattr(tables, "condition", lambda _text: lambda *_: True)
    outcome = next(o for seed in range(50) if (o := run_seed(seed, Mode.FAST)).broken)
    assert outcome.broken is not None
    events, shortest = shrunk(outcome)
    assert shortest.broken is not None
    assert shortest.broken.law == outcome.broken.law
    assert len(events) < len(script_of(outcome.seed, Mode.FAST)) / 4
    text = story(events, shortest)
    assert f"seed {outcome.seed} (fast)" in text
    assert "wants to" in text
    assert "ana" in text or "bruno" in text or "carla" in text
