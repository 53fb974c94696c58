"""The market: what every share costs at a moment, and the batch of prices that says so. Pure.

Prices are a function of (seed, time): no state, so any moment of the past can be asked for, and a
restart neither jumps nor repeats.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from local.exchange.bars import Bar, price_at
from local.exchange.companies import REPLAYED, WALKING, Company, walk_bars
from local.exchange.dice import dice

BATCHES = UUID("6f0d0b0e-54c5-4c3c-8d59-2d8f7a1f9a51")
BEGINNING = datetime(2023, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A company and its bars."""

    company: Company
    bars: list[Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """`speed` is how many trading days of the series pass in one real day."""

    listings: tuple[Listing, ...]
    seed: int
    speed: float
    currency: str = "USD"

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(listing.company.symbol for listing in self.listings)

    def batch(self, at: datetime) -> bytes:
        """The `stocks/info` message of that moment, as the wire wants it: JSON within JSON."""
        position = self._position(at)
        stocks = [self._stock(listing, position) for listing in self.listings]
        message = {
            "stocks": json.dumps(stocks, ensure_ascii=False),
            "stocks_id": str(uuid5(BATCHES, f"{self.seed}/{iso(at)}")),
            "datetime": iso(at),
        }
        return json.dumps(message, ensure_ascii=False).encode()

    def _position(self, at: datetime) -> float:
        first = dice(self.seed, "first day").uniform(0, 365)
        return first + (at - BEGINNING) / timedelta(days=1) * self.speed

    def _stock(self, listing: Listing, position: float) -> dict[str, Any]:
        company = listing.company
        stock: dict[str, Any] = {
            "symbol": company.symbol,
            "shortName": company.name,
            # Six places and a few digits before them: the shortest form of the float is the decimal
            # itself.
            "price": float(price_at(listing.bars, position)),
            "currency": self.currency,
        }
        return stock if company.source == "" else {**stock, "source": company.source}


def open_market(series: Mapping[str, list[Bar]], seed: int, speed: float) -> Market:
    """The companies whose real series we have, and the walking ones over as many days."""
    replayed = [Listing(company=c, bars=series[c.symbol]) for c in REPLAYED if c.symbol in series]
    days = min((len(listing.bars) for listing in replayed), default=196)
    walking = [Listing(company=w.company, bars=walk_bars(seed, w, days)) for w in WALKING]
    return Market(listings=(*replayed, *walking), seed=seed, speed=speed)


def past_moments(now: datetime, count: int) -> list[datetime]:
    """`count` moments spread evenly over the last 24 hours, oldest first, none later than now.

    They stand on a fixed grid, so that a restart names the same moments again instead of new ones
    beside them.
    """
    if count == 0:
        return []
    step = timedelta(days=1) / count
    last = BEGINNING + ((now - BEGINNING) // step) * step
    return [last - step * back for back in range(count - 1, -1, -1)]


def iso(at: datetime) -> str:
    """UTC with milliseconds and a `Z`, as the exchange writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
