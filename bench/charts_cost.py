"""Plots of units, of money, and of what saturates first."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from bench.bill import months
from bench.canvas import GRID, SIDES, TEXT, canvas
from bench.rates import tariff


def units(data: Mapping[str, Any]) -> Figure:
    """Of each step, by where it writes."""
    steps = ("order placed", "order accepted")
    parts = sorted({place for step in steps for place in data["units"][step]["written"]})
    figure, axes = canvas(10, 4.2, "Write units of an order that is filled, by table and index")
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


def limits(data: Mapping[str, Any]) -> Figure:
    """Nearest first."""
    limits = data["scaling"]["limits"]
    figure, axes = canvas(11, 5.2, "What saturates first, at how many users")
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
    axes.minorticks_off()
    axes.set_xlim(1e5, max(users) * 6)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_xlabel("users (log)", color=TEXT)
    return figure


def board(data: Mapping[str, Any]) -> Figure:
    """The simulation."""
    found = data["scaling"]["board"]
    figure, axes = canvas(10, 4.8, "The market opens: board views that DynamoDB refuses")
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


def bills(data: Mapping[str, Any]) -> Figure:
    """Both designs, for each number of users."""
    found = months(tariff(data))
    figure, axes = canvas(10, 4.8, "A month in USD, at the list prices of us-east-1")
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
    for group, month in enumerate(found):
        if month["people_usd"]:
            place = (group - 0.2, month["ours_usd"])
            axes.annotate(
                f"with people {month['ours_usd']:,.0f}",
                place,
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                color=TEXT,
            )
    axes.set_yscale("log")
    axes.minorticks_off()
    axes.set_ylim(1, axes.get_ylim()[1] * 3)
    axes.set_xticks(groups, [f"{month['users']:,} users" for month in found])
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    return figure
