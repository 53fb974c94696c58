"""The figures as plots, into docs/plots."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench import charts_cost
from bench.canvas import GRID, SIDES, TEXT, canvas, tidy
from bench.plots import FOLDER
from bench.warm import LAYERS

NOT_TOLD: Final = "not told apart"
LAYER_COLOURS: Final = dict(
    zip(
        [*LAYERS, NOT_TOLD],
        (
            "#3b4a6b",
            "#6d7fa8",
            "#b4532a",
            "#e0a458",
            "#8a93a6",
            "#c9b8a8",
            "#12836f",
            "#d5d9e2",
        ),
        strict=True,
    )
)
Found = Mapping[str, Any]


def draw_all(data: Found) -> None:
    """Every plot whose figures are there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (needed, draw) in PLOTS.items():
        if all(part in data for part in needed):
            figure = draw({part: data[part]["found"] for part in needed})
            path = Path(FOLDER) / f"{name}.png"
            figure.savefig(path, dpi=130, metadata={"Software": None})
            plt.close(figure)
            print(path)


def _bars(axes: Axes, found: Found, sides: Sequence[str], value: str) -> None:
    """A group of bars for each thing that is asked, a bar for each side, median and spread."""
    width = 0.8 / len(sides)
    for number, side in enumerate(sides):
        colour, label = SIDES[side]
        spreads = [found[what][side][value] for what in found]
        places = [group + (number - (len(sides) - 1) / 2) * width for group in range(len(found))]
        medians = [spread["median"] for spread in spreads]
        reach = [
            [spread["median"] - spread["least"] for spread in spreads],
            [spread["most"] - spread["median"] for spread in spreads],
        ]
        axes.bar(places, medians, width * 0.92, color=colour, label=label)
        axes.errorbar(places, medians, reach, fmt="none", ecolor=TEXT, elinewidth=0.9, capsize=2.5)
        for place, spread in zip(places, spreads, strict=True):
            axes.annotate(
                _told(spread["median"]),
                (place, 0),
                xycoords=("data", "axes fraction"),
                xytext=(0, 6),
                textcoords="offset points",
                ha="center",
                fontsize=10,
                color="white",
                fontweight="bold",
            )
    axes.set_xticks(range(len(found)), [what[0].upper() + what[1:] for what in found], fontsize=11)
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.legend(frameon=False, loc="upper left", fontsize=9, ncols=len(sides))
    axes.set_ylim(0, axes.get_ylim()[1] * 1.16)


def _told(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _cold(data: Found) -> Figure:
    found = {what: sides for what, sides in data["cold-start"].items() if "fastapi" in sides}
    figure, axes = canvas(10, 4.8, "Cold start: CPU from the start of the process to its answer")
    _bars(axes, found, ("ours", "fastapi", "powertools"), "cpu_ms")
    axes.set_ylabel("ms of CPU (median; smallest and largest)", color=TEXT)
    return figure


def _warm(data: Found) -> Figure:
    found = {what: sides for what, sides in data["warm"].items() if "fastapi" in sides}
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(13, 5), layout="constrained", width_ratios=(1.15, 1)
    )
    for axes, title in ((left, "CPU of a warm request"), (right, "Where it goes")):
        axes.set_title(title, loc="left", color=TEXT, fontsize=12, pad=12)
        tidy(axes)
    _bars(left, found, ("ours", "fastapi", "powertools"), "cpu_ms")
    left.set_ylabel("ms (median; smallest and largest)", color=TEXT)
    _shares(right, found)
    return figure


def _shares(axes: Axes, found: Found) -> None:
    rows = [(what, side) for what in found for side in ("ours", "fastapi", "powertools")][::-1]
    places = [number + (number // 3) * 0.6 for number in range(len(rows))]
    starts = [0.0] * len(rows)
    for layer, colour in LAYER_COLOURS.items():
        widths = [
            found[what][side]["cpu_ms"]["median"]
            * found[what][side].get("shares", {NOT_TOLD: 1.0}).get(layer, 0.0)
            for what, side in rows
        ]
        axes.barh(places, widths, 0.82, left=starts, color=colour, label=layer)
        starts = [start + width for start, width in zip(starts, widths, strict=True)]
    axes.set_yticks(places, [f"{what}: {side}" for what, side in rows], fontsize=9)
    axes.set_xlabel("ms of CPU", color=TEXT)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.legend(frameon=False, fontsize=8, ncols=4, loc="lower center", bbox_to_anchor=(0.4, -0.32))


def _bridge(data: Found) -> Figure:
    found = {
        f"{direction}, {what}": {
            side: {"value": data["bridge"][direction][side][key]} for side in ("ours", "obvious")
        }
        for direction in ("in", "out")
        for what, key in (("a second of CPU", "per_cpu_s"), ("a second", "per_s"))
    }
    figure, axes = canvas(10, 4.8, "The bridge: messages, at the same guarantees")
    _bars(axes, found, ("ours", "obvious"), "value")
    axes.set_yscale("log")
    axes.minorticks_off()
    axes.set_ylim(10, axes.get_ylim()[1] * 3)
    axes.set_ylabel("messages (log)", color=TEXT)
    return figure


PLOTS: Final[dict[str, tuple[tuple[str, ...], Callable[[Found], Figure]]]] = {
    "cold-start": (("cold-start",), _cold),
    "warm": (("warm",), _warm),
    "bridge": (("bridge",), _bridge),
    "write-units": (("units",), charts_cost.units),
    "limits": (("scaling",), charts_cost.limits),
    "board": (("scaling",), charts_cost.board),
    "months": (("units", "warm"), charts_cost.bills),
}
