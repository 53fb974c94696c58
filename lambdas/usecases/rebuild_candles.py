"""Make the candles of a company anew from its history, and mend what differs, day by day."""

from datetime import datetime
from typing import NamedTuple

from lambdas.domain import quoting
from lambdas.domain.candles import Interval, opened_at
from lambdas.domain.errors import StaleDecision
from lambdas.ports import Market

_ATTEMPTS = 20  # of a day on which prices come in at this very moment


class Rebuilt(NamedTuple):
    """How many days have prices, and how many candles were wrong or missing."""

    days: int = 0
    candles: int = 0


def rebuild_candles(market: Market, symbol: str) -> Rebuilt:
    """What was mended. Once more changes nothing; while prices come in it is as safe as at rest.

    Holds one day of ticks at a time. Raises StaleDecision where a day does not come to rest.
    """
    rebuilt = Rebuilt()
    before: datetime | None = None
    while True:
        newest = market.history(symbol, None, before, 1, None).items
        if not newest:
            return rebuilt
        day = opened_at(newest[0].observed_at, Interval.DAY)
        mended = _mend(market, symbol, day)
        rebuilt = Rebuilt(days=rebuilt.days + 1, candles=rebuilt.candles + mended)
        before = day


def _mend(market: Market, symbol: str, day: datetime) -> int:
    for attempt in range(_ATTEMPTS):
        known, ticks = market.recorded(symbol, day)
        update = quoting.rebuild(ticks, known)
        if update is None:
            return 0
        try:
            market.commit(update)
        except StaleDecision:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        return len(update.candles)
    raise AssertionError("the loop above returns or raises")
