"""`make plots`: draws what the domain computes from a real series, so that a person can look.

A year of a real share is replayed as a price every five minutes of trading, in disorder and with
repeats, through the same decisions as the prices function; what is drawn are the candles that
come out.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import matplotlib

matplotlib.use("Agg")  # no screen is needed

import matplotlib.pyplot as plt

from lambdas.domain import quoting
from lambdas.domain.candles import LENGTHS, Candle, Interval, opened_at
from lambdas.domain.market import Tick
from lambdas.domain.quoting import MarketSnapshot
from local.exchange.market import historical_series as real_series
from local.exchange.market import price_at

FOLDER: Final = Path("docs/plots")
SYMBOL: Final = "AAPL"
DAYS: Final = 250
EVERY: Final = timedelta(minutes=5)
OPENING: Final = timedelta(hours=14, minutes=30)  # of the exchange, in UTC
TICKS_A_DAY: Final = 78  # six and a half hours
LAST_DAY: Final = datetime(2026, 3, 4, tzinfo=UTC)
UP, DOWN, LINE = "#12836f", "#c2413b", "#3b4a6b"


def real_ticks(symbol: str = SYMBOL, days: int = DAYS) -> list[Tick]:
    """The last trading days of the series as ticks, on weekdays up to `LAST_DAY`, oldest first."""
    bars = real_series()[symbol][-days:]
    dates = _weekdays(len(bars))
    return [
        _tick(symbol, price_at(bars, day + part / TICKS_A_DAY), date + OPENING + part * EVERY)
        for day, date in enumerate(dates)
        for part in range(TICKS_A_DAY)
    ]


def _weekdays(count: int) -> list[datetime]:
    dates: list[datetime] = []
    date = LAST_DAY
    while len(dates) < count:
        if date.weekday() < 5:
            dates.append(date)
        date -= timedelta(days=1)
    return dates[::-1]


def _tick(symbol: str, price: Any, at: datetime) -> Tick:
    return Tick(
        symbol=symbol,
        name=symbol,
        price=price,
        currency="USD",
        source=None,
        observed_at=at,
        received_at=at,
    )


def candles_of(ticks: Sequence[Tick]) -> list[Candle]:
    """What the prices function makes of them, one delivery of ten ticks after the other."""
    dice = random.Random(1)
    delivered = [*ticks, *dice.sample(list(ticks), len(ticks) // 10)]
    dice.shuffle(delivered)
    known = MarketSnapshot(quotes={}, candles={})
    for start in range(0, len(delivered), 10):
        known = _after(known, delivered[start : start + 10])
    return sorted(known.candles.values(), key=lambda candle: candle.opened_at)


def _after(known: MarketSnapshot, batch: Sequence[Tick]) -> MarketSnapshot:
    update = quoting.take(batch, known)
    if update is None:
        return known
    quotes, candles = dict(known.quotes), dict(known.candles)
    quotes |= {change.after.symbol: change.after for change in update.quotes}
    candles |= {change.after.key: change.after for change in update.candles}
    seen = known.ticks | {quoting.tick_key(tick) for tick in update.ticks}
    return MarketSnapshot(quotes=quotes, candles=candles, ticks=seen)


def draw_candles(axes: Any, candles: Sequence[Candle], label: str, every: int) -> None:
    """Side by side, nights and weekends left out: wick from low to high, body from open to close,
    hollow where the price rose.
    """
    for place, candle in enumerate(candles):
        rose = candle.close >= candle.open
        colour = UP if rose else DOWN
        low, high = sorted((float(candle.open), float(candle.close)))
        middle = place + 0.5
        axes.plot([middle, middle], [float(candle.low), low], color=colour, linewidth=0.9)
        axes.plot([middle, middle], [high, float(candle.high)], color=colour, linewidth=0.9)
        axes.bar(
            middle,
            max(high - low, 0.01),
            0.7,
            low,
            facecolor="white" if rose else colour,
            edgecolor=colour,
            linewidth=0.9,
        )
    marked = range(0, len(candles), every)
    axes.set_xticks([place + 0.5 for place in marked])
    axes.set_xticklabels([candles[place].opened_at.strftime(label) for place in marked])
    axes.set_xlim(-0.5, len(candles) + 0.5)
    axes.grid(color="#e4e7ee", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_ylabel("USD")


def draw_ticks(axes: Any, candles: Sequence[Candle], ticks: Sequence[Tick]) -> None:
    """Each tick at its place within the width of its candle."""
    places = {candle.opened_at: place for place, candle in enumerate(candles)}
    shown = [(opened_at(tick.observed_at, Interval.HOUR), tick) for tick in ticks]
    axes.plot(
        [
            places[hour] + (tick.observed_at - hour) / LENGTHS[Interval.HOUR]
            for hour, tick in shown
            if hour in places
        ],
        [float(tick.price) for hour, tick in shown if hour in places],
        ".",
        color=LINE,
        markersize=2.4,
        label="every tick, a price each five minutes",
    )


def plot_candles(ticks: Sequence[Tick], path: Path) -> None:
    """Daily candles of the last quarter above hourly ones of the last days, with their ticks."""
    candles = candles_of(ticks)
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(11, 8), layout="constrained")
    daily = [candle for candle in candles if candle.interval is Interval.DAY][-65:]
    draw_candles(top, daily, "%d %b", 8)
    top.set_title(f"A real series ({SYMBOL}, replayed): a candle a day", loc="left")
    hourly = [candle for candle in candles if candle.interval is Interval.HOUR][-40:]
    draw_candles(bottom, hourly, "%d %b\n%H:%M", 4)
    draw_ticks(bottom, hourly, ticks)
    bottom.set_title(
        "Its last days: a candle an hour, and the ticks that it is made of", loc="left"
    )
    bottom.legend(frameon=False, loc="upper right")
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def main() -> None:
    """All plots."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    plot_candles(real_ticks(), FOLDER / "candles.png")
    print(f"{FOLDER / 'candles.png'}")


if __name__ == "__main__":
    main()
