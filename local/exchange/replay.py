"""The real price series: daily bars of five companies out of the data package `bokeh_sampledata`.

The package is located but never imported: importing it needs pandas, and one data file is all we
want.
"""

import csv
import gzip
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from local.exchange.bars import Bar


class SeriesMissing(Exception):
    """The data package is not installed, or is not what it was."""


def real_series() -> dict[str, list[Bar]]:
    """Bars by symbol, oldest first, cut to the days on which all of the companies were traded."""
    spec = find_spec("bokeh_sampledata")
    if spec is None or spec.origin is None:
        raise SeriesMissing("bokeh_sampledata is not installed: run `make install`")
    path = Path(spec.origin).parent / "_data" / "stocks.csv.gz"
    try:
        with gzip.open(path, "rt", newline="") as lines:
            return parse_series(lines)
    except (OSError, KeyError, ValueError) as error:
        raise SeriesMissing(f"{path} is not the price series it was: {error!r}") from error


def parse_series(lines: Iterable[str]) -> dict[str, list[Bar]]:
    """Read `Ticker,Date,Open,High,Low,Close,…`; the header stands again between companies."""
    series: dict[str, list[tuple[str, Bar]]] = {}
    for row in csv.DictReader(lines):
        if row["Ticker"] != "Ticker":
            series.setdefault(row["Ticker"], []).append((row["Date"], _bar(row)))
    shortest = min((len(days) for days in series.values()), default=0)
    return {
        symbol: [bar for _, bar in sorted(days, key=_date)[-shortest:]]
        for symbol, days in series.items()
    }


def _date(day: tuple[str, Bar]) -> str:
    return day[0]


def _bar(row: dict[str, str]) -> Bar:
    opened, high, low, close = (float(row[name]) for name in ("Open", "High", "Low", "Close"))
    return Bar(open=opened, high=high, low=low, close=close)
