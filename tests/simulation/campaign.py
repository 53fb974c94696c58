"""Many seeds on every core: the work is cut into chunks, each done by one process."""

import multiprocessing
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

from tests.simulation.script import Mode
from tests.simulation.sometimes import ENOUGH, never
from tests.simulation.story import run_seed

_CHUNK = 50


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some seeds of one mode, and their results."""

    mode: Mode
    seeds: range
    steps: int = 0
    cpu_s: float = 0.0
    checked: int = 0
    reached: frozenset[str] = frozenset()
    failed: tuple[int, ...] = ()


def run_chunk(chunk: Chunk) -> Chunk:
    """Runs in a process of its own; the outcomes stay there, they are large."""
    began_s, steps, checked, failed = time.process_time(), 0, 0, []
    reached: set[str] = set()
    for seed in chunk.seeds:
        outcome = run_seed(seed, chunk.mode)
        steps += outcome.steps
        checked += outcome.checked
        reached |= outcome.reached
        if outcome.broken is not None:
            failed.append(seed)
    cpu_s = time.process_time() - began_s
    return replace(
        chunk,
        steps=steps,
        cpu_s=cpu_s,
        checked=checked,
        reached=frozenset(reached),
        failed=tuple(failed),
    )


def chunks(modes: list[Mode], first: int, seeds: int) -> Iterator[Chunk]:
    """All the work, both modes in turn."""
    for start in range(first, first + seeds, _CHUNK):
        for mode in modes:
            yield Chunk(mode=mode, seeds=range(start, min(start + _CHUNK, first + seeds)))


@dataclass
class Campaign:
    """The results of many seeds so far."""

    total: int
    workers: int
    done: int = 0
    steps: int = 0
    cpu_s: float = 0.0
    elapsed_s: float = 0.0
    checked: int = 0
    failed: list[tuple[Mode, int]] = field(default_factory=list)
    seeds: Counter[Mode] = field(default_factory=Counter)
    reached: dict[Mode, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, chunk: Chunk) -> None:
        """Count one more chunk."""
        self.done += len(chunk.seeds)
        self.steps += chunk.steps
        self.cpu_s += chunk.cpu_s
        self.checked += chunk.checked
        self.seeds[chunk.mode] += len(chunk.seeds)
        self.reached[chunk.mode] |= chunk.reached
        self.failed += [(chunk.mode, seed) for seed in chunk.failed]

    @property
    def never_reached(self) -> list[str]:
        """Interesting states that enough schedules of a mode should have reached."""
        return [
            f"{mode}: {state}"
            for mode, reached in sorted(self.reached.items())
            if self.seeds[mode] >= ENOUGH
            for state in never(reached, is_whole=mode is Mode.WHOLE)
        ]

    def tell(self) -> None:
        """Prints the progress on one line."""
        left_s = self.elapsed_s / self.done * (self.total - self.done)
        said = f"{self.done:,} of {self.total:,} schedules, {len(self.failed)} broken"
        print(f"\r{said}, about {left_s:.0f} s left   ", end="", file=sys.stderr, flush=True)

    def summary(self) -> str:
        """The results in one sentence."""
        return (
            f"{self.done:,} schedules, {self.steps:,} steps in {self.elapsed_s:.0f} s:"
            f" {self.steps / self.elapsed_s:,.0f} steps/s on {self.workers} processes,"
            f" {self.steps / self.cpu_s:,.0f} per second of CPU; {self.checked:,} answers judged."
            f" {len(self.failed)} broke a law."
        )


def run_all(modes: list[Mode], first: int, seeds: int, workers: int) -> Campaign:
    """Runs all seeds and reports the progress."""
    campaign, began_s = Campaign(total=seeds * len(modes), workers=workers), time.monotonic()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for future in as_completed(
            [pool.submit(run_chunk, chunk) for chunk in chunks(modes, first, seeds)]
        ):
            campaign.add(future.result())
            campaign.elapsed_s = time.monotonic() - began_s
            campaign.tell()
    print(file=sys.stderr)
    return campaign
