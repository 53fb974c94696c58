"""`make simulate`: many seeds, on every core, with a story for what fails."""

import argparse
import json
import os
import sys

from tests.simulation.campaign import run_all
from tests.simulation.script import Mode
from tests.simulation.story import run_seed, script_of, shrunk, story
from tests.simulation.world import Outcome, run

_MOST_STORIES = 3


def simulate(modes: list[Mode], first: int, seeds: int, workers: int) -> int:
    """Runs them all. Returns how many failed, and how many interesting states none has reached."""
    campaign = run_all(modes, first, seeds, workers)
    print(campaign.summary())
    for mode, seed in sorted(campaign.failed)[:_MOST_STORIES]:
        print("\n" + story(*shrunk(run_seed(seed, mode), _tell)))
    for state in campaign.never_reached:
        print(f"NEVER REACHED in {campaign.done:,} schedules, {state}")
    return len(campaign.failed) + len(campaign.never_reached)


def _tell(events: int) -> None:
    print(f"\rshrinking: {events} events ", end="", file=sys.stderr, flush=True)


def show(mode: Mode, seed: int) -> int:
    """One seed: its story if it fails, else its whole trace."""
    outcome: Outcome = run(seed, mode, script_of(seed, mode))
    if outcome.broken is not None:
        print(story(*shrunk(outcome, _tell)))
        return 1
    print("\n".join(outcome.trace))
    return 0


def hunt(mode: Mode, first: int, seeds: int) -> int:
    """One after the other until one breaks a law; a line of JSON says which."""
    steps = 0
    for seed in range(first, first + seeds):
        outcome = run_seed(seed, mode)
        steps += outcome.steps
        if outcome.broken is not None:
            nth = seed - first + 1
            print(json.dumps({"nth": nth, "steps": steps, "broken": str(outcome.broken.law)}))
            return 1
    print("null")
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000, help="how many of each mode")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--mode", choices=[*Mode, "both"], default="both")
    parser.add_argument("--seed", type=int, help="only this one, and show what happens in it")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--hunt", action="store_true", help="stop at the first that breaks a law")
    options = parser.parse_args()
    modes = list(Mode) if options.mode == "both" else [Mode(options.mode)]
    if options.hunt:
        return max(hunt(mode, options.first, options.seeds) for mode in modes)
    if options.seed is not None:
        return max(show(mode, options.seed) for mode in modes)
    return min(1, simulate(modes, options.first, options.seeds, options.workers))


if __name__ == "__main__":
    sys.exit(main())
