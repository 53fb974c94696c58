"""Take a batch of prices into the history and the board."""

from collections.abc import Sequence

from lambdas.domain import market
from lambdas.domain.errors import StaleDecision
from lambdas.domain.market import Quote, Tick
from lambdas.ports import Market

_ATTEMPTS = 4  # two batches meet now and then; four in one moment do not


def update_market(store: Market, ticks: Sequence[Tick]) -> int:
    """How many quotes changed. Repeats and late batches are harmless.

    The history is written first: a crash between the two leaves nothing out of the history, and
    the batch, delivered again, brings the board up to date.
    """
    store.record(ticks)
    for attempt in range(_ATTEMPTS):
        changes = _changes(store, ticks)
        try:
            store.replace(changes)
        except StaleDecision:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        return len(changes)
    raise AssertionError("the loop above returns or raises")


def _changes(store: Market, ticks: Sequence[Tick]) -> list[tuple[Quote | None, Quote]]:
    before = store.quotes(sorted({tick.symbol for tick in ticks}))
    after: dict[str, Quote] = dict(before)
    for tick in ticks:
        after[tick.symbol] = market.with_tick(after.get(tick.symbol), tick)
    return [
        (before.get(symbol), quote)
        for symbol, quote in after.items()
        if quote != before.get(symbol)
    ]
