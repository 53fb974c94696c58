"""`python -m tests.chaos`: one run with these options. Status 0: nothing broke."""

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path
from secrets import randbelow

from local.options import CannotRun
from tests.chaos.plan import Link, Plan
from tests.chaos.report import say
from tests.chaos.run import Place, chaos
from tests.e2e.system import ROOT

HERE = Place(
    cloud_port=4856,
    mqtt_port=2056,
    line_ports={Link.CLOUD: 4857, Link.BROKER: 2057},
    state=ROOT / ".local-chaos" / "run",
)


def main() -> int:
    """Runs, and prints the outcome."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    usual = Plan(seed=0)
    for name in ("orders", "accounts", "kills", "cuts", "broker_kills", "overflows"):
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=int, default=getattr(usual, name), metavar="N")
    parser.add_argument("--seed", type=int, default=randbelow(1_000_000), metavar="N")
    parser.add_argument("--state", type=Path, default=HERE.state, metavar="FOLDER")
    given = vars(parser.parse_args())
    place = replace(HERE, state=given.pop("state").resolve())
    plan = replace(usual, **given)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    try:
        outcome = chaos(plan, place)
    except (AssertionError, CannotRun) as error:
        say(f"✗ the run could not go on: {error}\n  Logs: {place.state / 'logs'}")
        return 1
    say(f"the end\n\n{outcome}\n")
    return 1 if outcome.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
