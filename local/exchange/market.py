"""The market: what every share costs at any moment, and the price batches. Pure but for
`historical_series`, which reads a data file.

Prices are a function of (seed, time) and hold no state: any past moment can be computed, and a
restart neither jumps nor repeats. Some companies replay a real price series, the others follow a
random walk. Company names contain commas and full stops, prices range from fractions of a cent to
hundreds, and some companies name no source, because readers must handle all of that.
"""

import csv
import gzip
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from local.exchange.messages import timestamp
from local.exchange.seeds import random_source

BATCHES: Final = UUID("6f0d0b0e-54c5-4c3c-8d59-2d8f7a1f9a51")
EPOCH_AT: Final = datetime(2023, 1, 1, tzinfo=UTC)
MIN_PRICE: Final = Decimal("0.000001")

NASDAQ: Final = "Nasdaq Real Time Price"
NYSE: Final = "NYSE Real Time Price"
OTC: Final = "Other OTC Delayed Price"


class SeriesMissing(Exception):
    """The package with the price series is not installed, or its content has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A `source` of None is published as null; an empty one is left out of the message."""

    symbol: str
    name: str
    source: str | None = NASDAQ


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomWalk:
    """A company whose price starts at `price`; `volatility` is the deviation of a day's return."""

    company: Company
    price: float
    volatility: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Open, high, low and close of one trading day.

    Floats are precise enough to generate prices; they are published as decimals of six places.
    """

    open: float
    high: float
    low: float
    close: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A company and its bars."""

    company: Company
    bars: list[Bar]


REPLAYED: Final = (
    Company(symbol="AAPL", name="Apple Inc."),
    Company(symbol="FB", name="Facebook, Inc."),
    Company(symbol="GOOG", name="Alphabet Inc."),
    Company(symbol="IBM", name="International Business Machines Corporation", source=NYSE),
    Company(symbol="MSFT", name="Microsoft Corporation"),
)


def _walk(
    symbol: str, name: str, source: str | None, price: float, volatility: float
) -> RandomWalk:
    company = Company(symbol=symbol, name=name, source=source)
    return RandomWalk(company=company, price=price, volatility=volatility)


RANDOM_WALKS: Final = (
    _walk("AMZN", "Amazon.com, Inc.", NASDAQ, 142.71, 0.021),
    _walk("TSLA", "Tesla, Inc.", NASDAQ, 207.3, 0.035),
    _walk("NVDA", "NVIDIA Corporation", NASDAQ, 405.0, 0.03),
    _walk("NFLX", "Netflix, Inc.", NASDAQ, 397.87, 0.024),
    _walk("WBD", "Warner Bros. Discovery, Inc.", NASDAQ, 9.64, 0.03),
    _walk("UBER", "Uber Technologies, Inc.", NYSE, 42.0, 0.025),
    _walk("AMC", "AMC Entertainment Holdings, Inc.", "", 10.3, 0.06),
    _walk("SQM", "Sociedad Química y Minera de Chile S.A.", NYSE, 48.9, 0.028),
    _walk("LTMAY", "LATAM AIRLINES GROUP S.A.", None, 0.33, 0.05),
    _walk("SIRI", "Sirius XM Holdings, Inc.", "", 4.31, 0.02),
    _walk("MULN", "Mullen Automotive, Inc.", NASDAQ, 0.2371, 0.08),
    _walk("TLSS", "Transportation and Logistics Systems, Inc.", OTC, 0.0042, 0.07),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """`speed` is the number of trading days of the series that pass in one real day."""

    listings: tuple[Listing, ...]
    seed: int
    speed: float
    currency: str = "USD"

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(listing.company.symbol for listing in self.listings)

    def batch(self, at: datetime) -> bytes:
        """The `stocks/info` message of that moment; `stocks` is a JSON string within the JSON."""
        position = self._position(at)
        stocks = [self._stock(listing, position) for listing in self.listings]
        message = {
            "stocks": json.dumps(stocks, ensure_ascii=False),
            "stocks_id": str(uuid5(BATCHES, f"{self.seed}/{timestamp(at)}")),
            "datetime": timestamp(at),
        }
        return json.dumps(message, ensure_ascii=False).encode()

    def _position(self, at: datetime) -> float:
        first_day = random_source(self.seed, "first day").uniform(0, 365)
        return first_day + (at - EPOCH_AT) / timedelta(days=1) * self.speed

    def _stock(self, listing: Listing, position: float) -> dict[str, Any]:
        company = listing.company
        stock: dict[str, Any] = {
            "symbol": company.symbol,
            "shortName": company.name,
            # With six decimal places and few digits before them, the float prints as the decimal.
            "price": float(price_at(listing.bars, position)),
            "currency": self.currency,
        }
        return stock if company.source == "" else {**stock, "source": company.source}


def open_market(series: Mapping[str, list[Bar]], seed: int, speed: float) -> Market:
    """Lists the companies that have a real series, and the random walks over as many days."""
    replayed = [Listing(company=c, bars=series[c.symbol]) for c in REPLAYED if c.symbol in series]
    days = min((len(listing.bars) for listing in replayed), default=196)
    walks = [Listing(company=w.company, bars=walk_bars(seed, w, days)) for w in RANDOM_WALKS]
    return Market(listings=(*replayed, *walks), seed=seed, speed=speed)


def past_moments(now: datetime, count: int) -> list[datetime]:
    """`count` moments spread evenly over the last 24 hours, oldest first, none later than now.

    They lie on a fixed grid, so a restart yields the same moments again rather than new ones
    between them.
    """
    if count == 0:
        return []
    step = timedelta(days=1) / count
    last = EPOCH_AT + ((now - EPOCH_AT) // step) * step
    return [last - step * back for back in range(count - 1, -1, -1)]


def price_at(bars: list[Bar], position: float) -> Decimal:
    """Price `position` trading days into the series: above zero, at most six decimal places.

    After its end the series is replayed backwards, then forwards again, so it never ends and has no
    jump from its end to its start.
    """
    day_and_time = reflect(position, len(bars))
    day = min(int(day_and_time), len(bars) - 1)
    price = _price_within(bars[day], day_and_time - day)
    return max(MIN_PRICE, Decimal(price).quantize(MIN_PRICE, ROUND_HALF_UP))


def reflect(position: float, length: int) -> float:
    """Maps any position into 0..length, reflected at both ends."""
    return length - abs(math.fmod(abs(position), 2 * length) - length)


def _price_within(bar: Bar, part: float) -> float:
    """Price at `part` (0..1) of the day: from open over both extremes to close, linearly.

    A rising day reaches its low first, a falling day its high.
    """
    rises = bar.close >= bar.open
    first, second = (bar.low, bar.high) if rises else (bar.high, bar.low)
    stops = (bar.open, first, second, bar.close)
    leg = min(int(part * 3), 2)
    start, end = stops[leg], stops[leg + 1]
    return start + (end - start) * (part * 3 - leg)


def walk_bars(seed: int, walk: RandomWalk, days: int) -> list[Bar]:
    """Bars of a random walk that reverts to its first price, so a penny stock stays one."""
    source = random_source(seed, "walk", walk.company.symbol)
    bars, close = [], walk.price
    for _ in range(days):
        opened = close * math.exp(source.gauss(0, walk.volatility / 4))
        reversion = 0.02 * math.log(walk.price / opened)
        close = opened * math.exp(reversion + source.gauss(0, walk.volatility))
        above, below = (math.exp(abs(source.gauss(0, walk.volatility / 3))) for _ in range(2))
        high, low = max(opened, close) * above, min(opened, close) / below
        bars.append(Bar(open=opened, high=high, low=low, close=close))
    return bars


def historical_series() -> dict[str, list[Bar]]:
    """Daily bars by symbol, oldest first, cut to the days on which every company was traded.

    They come from a data file of the package `bokeh_sampledata`, which is located but not imported,
    because importing it needs pandas.
    """
    spec = find_spec("bokeh_sampledata")
    if spec is None or spec.origin is None:
        raise SeriesMissing("bokeh_sampledata is not installed. Run: make install")
    path = Path(spec.origin).parent / "_data" / "stocks.csv.gz"
    try:
        with gzip.open(path, "rt", newline="") as lines:
            return parse_series(lines)
    except (OSError, KeyError, ValueError) as error:
        raise SeriesMissing(
            f"{path} is not the price series that was expected ({error!r}). "
            "Install the pinned version again: rm .venv/.installed, then make install"
        ) from error


def parse_series(lines: Iterable[str]) -> dict[str, list[Bar]]:
    """Read `Ticker,Date,Open,High,Low,Close,…`; the header is repeated between companies."""
    series: dict[str, list[tuple[str, Bar]]] = {}
    for row in csv.DictReader(lines):
        if row["Ticker"] != "Ticker":
            series.setdefault(row["Ticker"], []).append((row["Date"], _bar(row)))
    shortest = min((len(days) for days in series.values()), default=0)
    return {
        symbol: [bar for _, bar in sorted(days, key=lambda day: day[0])[-shortest:]]
        for symbol, days in series.items()
    }


def _bar(row: dict[str, str]) -> Bar:
    opened, high, low, close = (float(row[name]) for name in ("Open", "High", "Low", "Close"))
    return Bar(open=opened, high=high, low=low, close=close)
