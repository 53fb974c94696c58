"""`python -m bench [PART …]`: measures, keeps the figures in docs/benchmarks/, writes the page and
the plots from them. Without a part: all of them, a quarter of an hour on a machine that does
nothing else. What is measured is kept at once: what fails or is stopped loses its own part alone.
"""

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.quiet import Busy, wait_until_quiet
from bench.spread import machine

DATA: Final = Path("docs/benchmarks")


def main() -> int:
    """Measure what is asked for, then write everything anew. Status 1 if a part has failed."""
    given = _arguments()
    parts = [] if given.page else given.parts or list(PARTS)
    failed = [
        part
        for number, part in enumerate(parts, 1)
        if not _is_measured(part, given, f"{number} of {len(parts)}")
    ]
    from bench import charts, page

    page.write(read_all())
    charts.draw_all(read_all())
    if failed:
        _say(f"Not measured anew: {', '.join(failed)}. Again: make bench PART='{' '.join(failed)}'")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=11, help="of what is repeated")
    parser.add_argument("--page", action="store_true", help="only write page and plots anew")
    parser.add_argument("--busy", action="store_true", help="measure though others use the machine")
    given = parser.parse_args()
    if unknown := set(given.parts) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return given


def _is_measured(name: str, given: argparse.Namespace, place: str) -> bool:
    """One part, with a word before and after; whatever is wrong with it, the others go on."""
    part = PARTS[name]
    _say(f"{place}: {name}, {part.what}; usually {_told(_usual_s(name))} …")
    try:
        if part.takes_time and not given.busy:
            wait_until_quiet()
        before, began = machine(), time.monotonic()
        found = part.measure(given)
    except Busy as error:
        _say(f"{name} is left out: {error}")
        return False
    except Exception:  # noqa: BLE001 - the other parts go on
        traceback.print_exc()
        return False
    took_s = time.monotonic() - began
    keep(name, found, before | {"took_s": round(took_s)})
    _say(f"{name} is kept in {DATA}/{name}.json after {_told(took_s)}.")
    return True


def keep(part: str, found: Any, measured_on: dict[str, Any]) -> None:
    """The figures of one part, with the machine that they are from, as it was before."""
    DATA.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": measured_on, "found": found}, indent=1, ensure_ascii=False)
    (DATA / f"{part}.json").write_text(text + "\n")


def read_all() -> dict[str, Any]:
    """All parts that were ever measured."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(DATA.glob("*.json"))}


def _usual_s(name: str) -> float:
    """What it took the last time, as far as anybody has noted it."""
    file = DATA / f"{name}.json"
    kept = json.loads(file.read_text())["machine"] if file.exists() else {}
    return float(kept.get("took_s", PARTS[name].usual_s))


def _told(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _say(text: str) -> None:
    print(text, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something to measure. `takes_time`: whether seconds are among what it tells."""

    what: str
    measure: Callable[[argparse.Namespace], Any]
    usual_s: float
    takes_time: bool = False


def _units(_: argparse.Namespace) -> Any:
    from bench.operations import measured

    return {operation.name: operation.as_json() for operation in measured()}


def _package(_: argparse.Namespace) -> Any:
    from bench.package import measure

    return measure()


def _idle(_: argparse.Namespace) -> Any:
    from bench.idle import measure

    return measure()


def _cold_start(given: argparse.Namespace) -> Any:
    from bench.cold_start import measure

    return measure(given.rounds)


def _warm(given: argparse.Namespace) -> Any:
    from bench.warm import measure

    return measure(given.rounds)


def _bridge(given: argparse.Namespace) -> Any:
    from bench.bridge import measure

    return measure(rounds=min(5, given.rounds))


def _throughput(_: argparse.Namespace) -> Any:
    from bench.throughput import measure

    return measure()


def _scaling(_: argparse.Namespace) -> Any:
    from bench.scaling import measure

    return measure()


PARTS: Final = {
    "units": Part(what="calls, units and log of each operation", measure=_units, usual_s=15),
    "package": Part(what="what ships and what a start loads", measure=_package, usual_s=20),
    "idle": Part(what="the bill of a month without anybody", measure=_idle, usual_s=30),
    "cold-start": Part(
        what="the start of each function and its peers",
        measure=_cold_start,
        usual_s=100,
        takes_time=True,
    ),
    "warm": Part(
        what="CPU of a request, ours and its peers'", measure=_warm, usual_s=120, takes_time=True
    ),
    "bridge": Part(
        what="the bridge and the obvious one", measure=_bridge, usual_s=210, takes_time=True
    ),
    "throughput": Part(
        what="the local cloud, faster until it waits",
        measure=_throughput,
        usual_s=330,
        takes_time=True,
    ),
    "scaling": Part(what="what saturates first, reckoned", measure=_scaling, usual_s=15),
}
"""In an order in which each finds the figures that it builds on."""

if __name__ == "__main__":
    sys.exit(main())
