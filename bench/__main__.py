"""`python -m bench [PART …]`: measures, prints the figures beside their goals, and writes them to
docs/benchmarks/ and docs/benchmarks.md. Nothing is asserted.
"""

import traceback
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from bench import bridge, functions, local_cloud, packages, page
from tests.regression import costs

CONSOLE: Final = Console()


def measure_costs(_: int) -> dict[str, Any]:
    """Calls and capacity units, as `tests/regression` counts and holds them."""
    found = costs.measure()
    return {
        "operations": {name: asdict(cost) for name, cost in found.items()},
        "filled_order": sum(found[name].write_units for name in costs.FILLED_ORDER),
    }


PARTS: Final[dict[str, Callable[[int], Any]]] = {
    "package": packages.measure,
    "costs": measure_costs,
    "functions": functions.measure,
    "bridge": bridge.measure,
    "local": local_cloud.measure,
}


def main(
    parts: Annotated[list[str] | None, typer.Argument(help=", ".join(PARTS))] = None,
    rounds: Annotated[int, typer.Option(help="of what is repeated")] = 9,
    show: Annotated[bool, typer.Option("--show", help="only print what was measured")] = False,
) -> None:
    """Measure the parts named, or all of them."""
    if unknown := set(parts or ()) - PARTS.keys():
        raise typer.BadParameter(f"{', '.join(unknown)}; there are {', '.join(PARTS)}")
    page.DATA.mkdir(parents=True, exist_ok=True)
    failed = [] if show else [part for part in parts or PARTS if not is_measured(part, rounds)]
    page.write(CONSOLE)
    if failed:
        CONSOLE.print(f"Not measured: {', '.join(failed)}", style="red")
        raise typer.Exit(1)


def is_measured(part: str, rounds: int) -> bool:
    """Measures one part; if it fails, the others go on."""
    CONSOLE.print(f"{part} …")
    try:
        page.keep(part, PARTS[part](rounds))
    except Exception:  # noqa: BLE001 - whatever it is, the other parts can be measured
        traceback.print_exc()
        return False
    return True


if __name__ == "__main__":
    typer.run(main)
