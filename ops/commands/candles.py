"""`candles`: make candles anew from the history of prices, while the system runs or not.

For prices from a time before there were candles, or after a mistake in how they are made.
"""

from lambdas.usecases.rebuild_candles import rebuild_candles
from ops.console import Console
from ops.ports import Tools


def candles(tools: Tools, console: Console, *, symbol: str | None) -> int:
    """Of one company, or of all. Status 1 where there is no such company."""
    every = [quote.symbol for quote in tools.market.board()]
    if symbol is not None and symbol.upper() not in every:
        console.say(f"✗ There is no company {symbol!r}.")
        return 1
    for each in every if symbol is None else [symbol.upper()]:
        rebuilt = rebuild_candles(tools.market, each)
        console.say(
            f"✓ {each}: {rebuilt.days} days with prices, {rebuilt.candles} candles were wrong or "
            "missing"
        )
    return 0
