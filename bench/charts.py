"""The figures as plots, into docs/plots."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib

matplotlib.use("Agg")  # no screen is needed

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.plots import FOLDER
from bench.warm import LAYERS

SIDES: Final = {
    "ours": ("#12836f", "this system"),
    "fastapi": ("#3b4a6b", "FastAPI, Mangum, boto3's resource"),
    "powertools": ("#b4532a", "Powertools, every utility on"),
    "obvious": ("#3b4a6b", "the obvious bridge"),
}
LAYER_COLOURS: Final = dict(
    zip(
        [*LAYERS, "other"],
        (
            "#3b4a6b",
            "#6d7fa8",
            "#b4532a",
            "#e0a458",
            "#8a93a6",
            "#c9b8a8",
            "#12836f",
            "#e4e7ee",
        ),
        strict=True,
    )
)
GRID, TEXT = "#e4e7ee", "#2b3245"
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


def _canvas(width: float, height: float, title: str) -> tuple[Figure, Axes]:
    figure, axes = plt.subplots(figsize=(width, height), layout="constrained")
    axes.set_title(title, loc="left", color=TEXT, fontsize=12, pad=12)
    _tidy(axes)
    return figure, axes


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, colors=TEXT)
    axes.set_axisbelow(True)


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
                f"{spread['median']:.3g}",
                (place, spread["most"]),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                color=TEXT,
            )
    axes.set_xticks(range(len(found)), [what.capitalize() for what in found], fontsize=11)
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.legend(frameon=False, loc="upper left", fontsize=9, ncols=len(sides))
    axes.set_ylim(0, axes.get_ylim()[1] * 1.16)


def _cold(data: Found) -> Figure:
    found = {what: sides for what, sides in data["cold-start"].items() if "fastapi" in sides}
    figure, axes = _canvas(10, 4.8, "Cold start: CPU from the start of the process to its answer")
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
        _tidy(axes)
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
            found[what][side]["cpu_ms"]["median"] * found[what][side]["shares"].get(layer, 0.0)
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
    figure, axes = _canvas(10, 4.8, "The bridge: messages, at the same guarantees")
    _bars(axes, found, ("ours", "obvious"), "value")
    axes.set_yscale("log")
    axes.set_ylim(10, axes.get_ylim()[1] * 3)
    axes.set_ylabel("messages (log)", color=TEXT)
    return figure


def _units(data: Found) -> Figure:
    steps = ("order placed", "order seen at the broker", "order accepted")
    parts = sorted({place for step in steps for place in data["units"][step]["written"]})
    figure, axes = _canvas(10, 4.2, "Write units of an order that is filled, by table and index")
    colours = plt.get_cmap("tab20").colors
    starts = [0] * len(steps)
    for number, part in enumerate(parts):
        widths = [data["units"][step]["written"].get(part, 0) for step in steps]
        axes.barh(range(len(steps)), widths, 0.62, left=starts, color=colours[number], label=part)
        starts = [start + width for start, width in zip(starts, widths, strict=True)]
    for row, units in enumerate(starts):
        axes.annotate(f" {units}", (units, row), va="center", color=TEXT)
    axes.set_yticks(range(len(steps)), steps)
    axes.invert_yaxis()
    axes.set_xlabel("write units", color=TEXT)
    axes.legend(
        frameon=False, fontsize=8, ncols=5, loc="upper center", bbox_to_anchor=(0.45, -0.18)
    )
    return figure


def _limits(data: Found) -> Figure:
    limits = data["scaling"]["limits"]
    figure, axes = _canvas(11, 5.2, "What saturates first, at how many users")
    users = [limit["users"] for limit in limits]
    axes.barh(range(len(limits)), users, 0.6, color=SIDES["ours"][0])
    for row, limit in enumerate(limits):
        label = f"{limit['users'] / 1e6:,.3g} M" if limit["users"] >= 1e6 else f"{limit['users']:,}"
        axes.annotate(f" {label}", (limit["users"], row), va="center", fontsize=9, color=TEXT)
    axes.axvspan(1e6, 1e7, color="#f0c9a8", alpha=0.35, zorder=0)
    axes.annotate(
        "1 to 10 million users", (1.1e6, len(limits) - 0.35), fontsize=8.5, color="#b4532a"
    )
    axes.set_yticks(range(len(limits)), [limit["what"] for limit in limits], fontsize=9)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(1e5, max(users) * 6)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_xlabel("users (log)", color=TEXT)
    return figure


def _board(data: Found) -> Figure:
    found = data["scaling"]["board"]
    figure, axes = _canvas(10, 4.8, "The market opens: board views that DynamoDB refuses")
    colours = ("#c2413b", "#b4532a", "#e0a458", "#6d7fa8", "#12836f")
    for (shards, throttled), colour in zip(found["throttled"].items(), colours, strict=True):
        label = "one partition, as it is" if shards == "1" else f"{shards} copies"
        axes.plot(
            found["users"], [100 * t for t in throttled], "o-", ms=3, color=colour, label=label
        )
    axes.set_xscale("log")
    axes.set_xlabel("users (log)", color=TEXT)
    axes.set_ylabel("% refused in the first 15 minutes", color=TEXT)
    axes.grid(color=GRID, linewidth=0.7)
    axes.legend(frameon=False, fontsize=9)
    return figure


def _months(data: Found) -> Figure:
    from bench.bill import months
    from bench.rates import tariff

    found = months(tariff(data))
    figure, axes = _canvas(10, 4.8, "A month in USD, at the list prices of us-east-1")
    groups = range(len(found))
    bars = (
        ("ours, without people", "#12836f", [m["ours_usd"] - m["people_usd"] for m in found], -0.2),
        ("EC2, RDS, Redis", "#3b4a6b", [month["ec2_usd"] for month in found], 0.2),
    )
    for label, colour, values, shift in bars:
        places = [group + shift for group in groups]
        axes.bar(places, values, 0.36, color=colour, label=label)
        for place, value in zip(places, values, strict=True):
            axes.annotate(
                f"{value:,.0f}",
                (place, value),
                xytext=(0, 4),
                ha="center",
                textcoords="offset points",
                fontsize=9,
                color=TEXT,
            )
    people = [month["people_usd"] for month in found]
    own = [month["ours_usd"] - month["people_usd"] for month in found]
    axes.bar(
        [g - 0.2 for g in groups],
        people,
        0.36,
        bottom=own,
        color="#9cc9bf",
        label="people (Cognito)",
    )
    axes.set_yscale("log")
    axes.set_ylim(1, axes.get_ylim()[1] * 3)
    axes.set_xticks(groups, [f"{month['users']:,} users" for month in found])
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    return figure


PLOTS: Final[dict[str, tuple[tuple[str, ...], Callable[[Found], Figure]]]] = {
    "cold-start": (("cold-start",), _cold),
    "warm": (("warm",), _warm),
    "bridge": (("bridge",), _bridge),
    "write-units": (("units",), _units),
    "limits": (("scaling",), _limits),
    "board": (("scaling",), _board),
    "months": (("units", "warm"), _months),
}
