"""Draws a projection of a real series with its band, so that a person can look.

The last month of a replayed series becomes candles and ticks, a projection reads them as the
workers do, and what is drawn is its result: history, line, band, and the price that it comes to.
"""

from datetime import timedelta
from decimal import Decimal
from functools import reduce
from operator import add
from pathlib import Path
from typing import Final

import matplotlib

matplotlib.use("Agg")  # no screen is needed

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.dates import MO, DateFormatter, WeekdayLocator

from bench.plots import FOLDER, SYMBOL, real_ticks
from lambdas.domain.market import Tick
from lambdas.domain.projections import Projection, Window, project
from lambdas.domain.slices import parts, slices
from lambdas.domain.sums import Sums

DAYS: Final = 30
PURCHASES: Final = 48
PRICES, FITTED, SPREAD = "#3b4a6b", "#b4532a", "#f0c9a8"


def a_projection() -> tuple[Window, list[Tick], Projection]:
    """Of the month that ends with the series, asked for a minute after its last price."""
    ticks = real_ticks()
    window = Window(now=ticks[-1].observed_at + timedelta(minutes=1), days=DAYS)
    inside = [tick for tick in ticks if window.start <= tick.observed_at < window.end]
    read = [piece for part in parts(slices(window.start, window.end)) for piece in part]
    sums = [
        Sums.of(
            [(t.observed_at, t.price) for t in inside if piece.start <= t.observed_at < piece.end],
            window.start,
        )
        for piece in read
    ]
    projection = project(
        window,
        reduce(add, sums, Sums()),
        purchases=PURCHASES,
        quantity=Decimal(1),
        latest=inside[-1].price,
    )
    assert projection.points == len(inside), "the slices are the window"
    return window, inside, projection


def plot_projection(path: Path) -> None:
    """History left of now, as long again to its right."""
    window, inside, found = a_projection()
    figure, axes = plt.subplots(figsize=(11, 5.5), layout="constrained")
    _draw_history_and_line(axes, inside, found)
    axes.axvline(window.now, color="#8a93a6", linewidth=0.9, linestyle="--")
    axes.annotate(
        "asked for",
        (window.now, axes.get_ylim()[0]),
        xytext=(4, 6),
        textcoords="offset points",
        color="#5b6478",
    )
    _draw_result(axes, found)
    axes.set_title(
        f"A projection of a real series ({SYMBOL}, replayed), {DAYS} days on", loc="left"
    )
    axes.set_ylabel("USD")
    axes.xaxis.set_major_locator(WeekdayLocator(MO))
    axes.xaxis.set_major_formatter(DateFormatter("%d %b"))
    axes.grid(color="#e4e7ee", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="upper right")
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _draw_history_and_line(axes: Axes, inside: list[Tick], found: Projection) -> None:
    times = [point.at for point in found.chart]
    axes.fill_between(
        times,
        [float(point.low or 0) for point in found.chart],
        [float(point.high or 0) for point in found.chart],
        color=SPREAD,
        alpha=0.55,
        label="95 % of single prices, if it goes on so",
    )
    axes.plot(
        [tick.observed_at for tick in inside],
        [float(tick.price) for tick in inside],
        ".",
        color=PRICES,
        markersize=2.4,
        label=f"{found.points:,} prices of {DAYS} days",
    )
    axes.plot(times, [float(p.price) for p in found.chart], color=FITTED, label="least squares")


def _draw_result(axes: Axes, found: Projection) -> None:
    raw = found.raw
    axes.errorbar(
        [raw.at],
        [float(raw.price)],
        yerr=float(raw.error or 0),
        fmt="o",
        color=FITTED,
        capsize=4,
        label=f"raw {raw.price:.2f}, standard error {raw.error:.2f}",
    )
    axes.plot(
        [raw.at],
        [float(found.price)],
        "D",
        color="#12836f",
        label=f"weighted {found.price:.2f}: N = {found.purchases}, weight {found.weight}",
    )


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    plot_projection(FOLDER / "projection.png")
    print(f"{FOLDER / 'projection.png'}")
