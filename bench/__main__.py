"""`python -m bench [PART …]`: measures, keeps the figures in docs/benchmarks/, writes the page and
the plots from them. Without a part: all of them, which takes about ten minutes.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench.spread import machine

DATA: Final = Path("docs/benchmarks")


def main() -> None:
    """Measure what is asked for, then write everything anew."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(MEASURES))
    parser.add_argument("--rounds", type=int, default=11, help="of cold starts and warm requests")
    parser.add_argument("--page", action="store_true", help="only write page and plots anew")
    given = parser.parse_args()
    for part in [] if given.page else given.parts or MEASURES:
        print(f"{part} …", flush=True)
        keep(part, MEASURES[part](given))
    from bench import charts, page

    page.write(read_all())
    charts.draw_all(read_all())


def keep(part: str, found: Any) -> None:
    """The figures of one part, with the machine that they are from."""
    DATA.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine(), "found": found}, indent=1, ensure_ascii=False)
    (DATA / f"{part}.json").write_text(text + "\n")


def read_all() -> dict[str, Any]:
    """All parts that were ever measured."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(DATA.glob("*.json"))}


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


def _bridge(_: argparse.Namespace) -> Any:
    from bench.bridge import measure

    return measure(rounds=5)


def _throughput(_: argparse.Namespace) -> Any:
    from bench.throughput import measure

    return measure()


def _scaling(_: argparse.Namespace) -> Any:
    from bench.scaling import measure

    return measure()


MEASURES: Final[dict[str, Callable[[argparse.Namespace], Any]]] = {
    "units": _units,
    "package": _package,
    "idle": _idle,
    "cold-start": _cold_start,
    "warm": _warm,
    "bridge": _bridge,
    "throughput": _throughput,
    "scaling": _scaling,
}

if __name__ == "__main__":
    main()
