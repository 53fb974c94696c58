"""Take a batch of prices into the history, the board and the candles."""

from collections.abc import Sequence
from typing import NamedTuple

from lambdas.domain import quoting
from lambdas.domain.errors import StaleDecision
from lambdas.domain.market import Tick
from lambdas.ports import Market

_ATTEMPTS = 10  # two batches at once meet at every second attempt or so, and less after a pause


class Taken(NamedTuple):
    """How many ticks were new, and how many quotes they changed."""

    ticks: int = 0
    quotes: int = 0


def update_market(market: Market, ticks: Sequence[Tick]) -> Taken:
    """Take what is new of these ticks. Repeats and late batches are harmless.

    A portion is taken whole or not at all, and a crash between two portions leaves the rest to
    the batch's next delivery. Raises StaleDecision after the last of several collisions.
    """
    taken = Taken()
    for portion in quoting.portions(ticks):
        more = _take(market, portion)
        taken = Taken(ticks=taken.ticks + more.ticks, quotes=taken.quotes + more.quotes)
    return taken


def _take(market: Market, portion: Sequence[Tick]) -> Taken:
    for attempt in range(_ATTEMPTS):
        update = quoting.take(portion, market.snapshot(portion))
        if update is None:
            return Taken()
        try:
            market.commit(update)
        except StaleDecision:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        return Taken(ticks=len(update.ticks), quotes=len(update.quotes))
    raise AssertionError("the loop above returns or raises")
