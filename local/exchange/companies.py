"""The companies on the board: those with a real series, and those that walk at random from a seed.

Names hold commas and full stops on purpose, prices reach from a fraction of a cent to hundreds, and
some companies name no source: readers must cope with all of it.
"""

import math
from dataclasses import dataclass
from typing import Final

from local.exchange.bars import Bar
from local.exchange.dice import dice

NASDAQ: Final = "Nasdaq Real Time Price"
NYSE: Final = "NYSE Real Time Price"
OTC: Final = "Other OTC Delayed Price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """`source` None is sent as null, an empty one is left out of the message."""

    symbol: str
    name: str
    source: str | None = NASDAQ


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A random walk that starts at `price`; `volatility` is the deviation of a day's return."""

    company: Company
    price: float
    volatility: float


REPLAYED: Final = (
    Company(symbol="AAPL", name="Apple Inc."),
    Company(symbol="FB", name="Facebook, Inc."),
    Company(symbol="GOOG", name="Alphabet Inc."),
    Company(symbol="IBM", name="International Business Machines Corporation", source=NYSE),
    Company(symbol="MSFT", name="Microsoft Corporation"),
)


def _walk(symbol: str, name: str, source: str | None, price: float, volatility: float) -> Walk:
    company = Company(symbol=symbol, name=name, source=source)
    return Walk(company=company, price=price, volatility=volatility)


WALKING: Final = (
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


def walk_bars(seed: int, walk: Walk, days: int) -> list[Bar]:
    """So many days of that company, pulled back to its first price: a penny stock stays one."""
    draw = dice(seed, "walk", walk.company.symbol)
    bars, close = [], walk.price
    for _ in range(days):
        opened = close * math.exp(draw.gauss(0, walk.volatility / 4))
        pull = 0.02 * math.log(walk.price / opened)
        close = opened * math.exp(pull + draw.gauss(0, walk.volatility))
        above, below = (math.exp(abs(draw.gauss(0, walk.volatility / 3))) for _ in range(2))
        top, bottom = max(opened, close) * above, min(opened, close) / below
        bars.append(Bar(open=opened, high=top, low=bottom, close=close))
    return bars
