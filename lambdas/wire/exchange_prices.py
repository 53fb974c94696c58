"""The exchange's batches of prices. The good ones count, whatever stands beside them."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from lambdas.domain import money
from lambdas.domain.market import Tick
from lambdas.domain.tolerance import observed
from lambdas.wire.exchange_fields import decoded, number_of, object_in, symbol_of, text_of, time_of
from lambdas.wire.malformed import Malformed

_LONGEST_NAME: Final = 200
_MOST_STOCKS: Final = 5_000


class Prices(NamedTuple):
    """The good items of a batch, and why each of the others could not be read."""

    ticks: tuple[Tick, ...]
    faults: tuple[str, ...]


def prices_in(payload: bytes, received_at: datetime, currency: str) -> Prices:
    """A message of the info topic. `currency` is the one we trade in; others are faults.

    Raises Malformed when there is no list of stocks in it at all.
    """
    message = object_in(payload)
    stocks = message.get("stocks")
    if isinstance(stocks, str):  # the documented form: JSON inside JSON
        stocks = decoded(stocks.encode())
    if not isinstance(stocks, list):
        raise Malformed("stocks is no list")
    if len(stocks) > _MOST_STOCKS:
        raise Malformed("stocks is longer than any exchange")
    at = observed(time_of(message.get("datetime")), received_at)
    ticks: list[Tick] = []
    faults: list[str] = []
    for number, stock in enumerate(stocks, start=1):
        try:
            ticks.append(_tick(stock, at, received_at, currency))
        except Malformed as error:
            faults.append(f"stock {number}: {error.reason}")
    return Prices(ticks=tuple(ticks), faults=tuple(faults))


def _tick(stock: Any, at: datetime, received_at: datetime, currency: str) -> Tick:
    if not isinstance(stock, dict):
        raise Malformed("it is no object")
    symbol = symbol_of(stock.get("symbol"))
    if stock.get("currency", currency) != currency:
        raise Malformed("another currency than ours")
    name = text_of(stock.get("shortName"), _LONGEST_NAME)
    return Tick(
        symbol=symbol,
        name=name or symbol,
        price=number_of(stock.get("price"), "price", money.MAX_PRICE),
        currency=currency,
        source=text_of(stock.get("source"), _LONGEST_NAME),
        observed_at=at,
        received_at=received_at,
    )
