"""`make plots`: a projection of a real series with its band, for a person to look at.

A month of a replayed series and what its projection finds: line, band, and the price it comes to.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

mpl.use("Agg")  # no screen is needed

import matplotlib.pyplot as plt

from lambdas.domain.projection import Projection, Window, project
from lambdas.domain.regression import Sums
from local.exchange.market import historical_series, price_at

PLOT: Final = Path("docs/plots/projection.png")
SYMBOL, DAYS = "AAPL", 30
TICKS_A_DAY: Final = 78  # six and a half hours, every five minutes
OPENING: Final = timedelta(hours=14, minutes=30)  # of the exchange, in UTC
LAST_DAY: Final = datetime(2026, 3, 4, tzinfo=UTC)
PRICES, FITTED, SPREAD, RESULT = "#3b4a6b", "#b4532a", "#f0c9a8", "#12836f"
Points = list[tuple[datetime, Decimal]]


def real_prices() -> Points:
    """The last trading days of the series, on weekdays up to LAST_DAY, oldest first."""
    days = (LAST_DAY - timedelta(days=back) for back in range(2 * DAYS, -1, -1))
    weekdays = [day for day in days if day.weekday() < 5]
    bars = historical_series()[SYMBOL][-len(weekdays) :]
    return [
        (day + OPENING + part * timedelta(minutes=5), price_at(bars, number + part / TICKS_A_DAY))
        for number, day in enumerate(weekdays)
        for part in range(TICKS_A_DAY)
    ]


def a_projection() -> tuple[Window, Points, Projection]:
    """Of the month that ends with the series, requested a minute after its last price."""
    prices = real_prices()
    window = Window(now=prices[-1][0] + timedelta(minutes=1), days=DAYS)
    inside = [(at, price) for at, price in prices if window.start <= at < window.end]
    sums, latest = Sums.of(inside, window.start), inside[-1][1]
    found = project(window, sums, purchases=48, quantity=Decimal(1), latest=latest)
    return window, inside, found


def draw(axes: Any, window: Window, inside: Points, found: Projection) -> None:
    """History left of the request, the line with its band as long again to its right."""
    times, raw = [point.at for point in found.chart], found.raw
    low = [float(point.low or 0) for point in found.chart]
    high = [float(point.high or 0) for point in found.chart]
    band = "95 % of single prices, if the trend continues"
    axes.fill_between(times, low, high, color=SPREAD, alpha=0.55, label=band)
    label, shown = f"{found.points:,} prices of {DAYS} days", [float(price) for _, price in inside]
    axes.plot([at for at, _ in inside], shown, ".", color=PRICES, markersize=2.4, label=label)
    line = [float(point.price) for point in found.chart]
    axes.plot(times, line, color=FITTED, label="least squares")
    label = f"raw {raw.price:.2f}, standard error {raw.error:.2f}"
    axes.errorbar([raw.at], [float(raw.price)], float(raw.error or 0), fmt="o", label=label)
    label = f"weighted {found.price:.2f}: N = {found.purchases}, weight {found.weight}"
    axes.plot([raw.at], [float(found.price)], "D", color=RESULT, label=label)
    axes.axvline(window.now, color="#8a93a6", linewidth=0.9, linestyle="--", label="requested")


def main() -> None:
    """Write the plot."""
    figure, axes = plt.subplots(figsize=(11, 5.5), layout="constrained")
    draw(axes, *a_projection())
    axes.set_title(f"A projection of a real series ({SYMBOL}, replayed)", loc="left")
    axes.set_ylabel("USD")
    axes.grid(color="#e4e7ee", linewidth=0.6)
    axes.legend(frameon=False, loc="upper right")
    figure.savefig(PLOT, dpi=110, metadata={"Software": None})
    print(PLOT)


if __name__ == "__main__":
    main()
