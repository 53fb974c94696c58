"""Ticks (prices as the exchange sends them) and quotes (what the board shows of each company).

A quote is a function of the set of ticks seen, whatever the order in which they came.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

TREND_HOURS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One price of one company at one time."""

    symbol: str
    name: str
    price: Decimal
    currency: str
    source: str | None
    observed_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The last price of an hour."""

    opened_at: datetime
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The latest price of a company, the last one of the latest earlier day that we know, and the
    closes of the latest hours that have prices, oldest first.
    """

    symbol: str
    name: str
    price: Decimal
    currency: str
    source: str | None
    observed_at: datetime
    received_at: datetime
    previous_price: Decimal | None = None
    previous_at: datetime | None = None
    closes: tuple[Close, ...] = ()

    @property
    def change(self) -> Decimal | None:
        """Change since the previous day's last price; None where none is known."""
        return None if self.previous_price is None else self.price - self.previous_price


def with_tick(quote: Quote | None, tick: Tick) -> Quote:
    """The quote after one more tick; the same value where the tick changes nothing."""
    if quote is None:
        return _quote(tick)
    if tick.observed_at > quote.observed_at:
        newest = replace(_quote(tick), closes=quote.closes)
        if tick.observed_at.date() == quote.observed_at.date():
            previous_price, previous_at = quote.previous_price, quote.previous_at
        else:
            previous_price, previous_at = quote.price, quote.observed_at
        return replace(newest, previous_price=previous_price, previous_at=previous_at)
    return _with_late_tick(quote, tick)


def with_close(quote: Quote, close: Close) -> Quote:
    """The quote with the close of an hour as it is now known; only the latest hours are kept."""
    by_hour = {known.opened_at: known for known in (*quote.closes, close)}
    latest = [by_hour[opened_at] for opened_at in sorted(by_hour)[-TREND_HOURS:]]
    return replace(quote, closes=tuple(latest))


def _with_late_tick(quote: Quote, tick: Tick) -> Quote:
    is_earlier_day = tick.observed_at.date() < quote.observed_at.date()
    is_newest_of_them = quote.previous_at is None or tick.observed_at > quote.previous_at
    if is_earlier_day and is_newest_of_them:
        return replace(quote, previous_price=tick.price, previous_at=tick.observed_at)
    return quote


def _quote(tick: Tick) -> Quote:
    return Quote(
        symbol=tick.symbol,
        name=tick.name,
        price=tick.price,
        currency=tick.currency,
        source=tick.source,
        observed_at=tick.observed_at,
        received_at=tick.received_at,
    )
