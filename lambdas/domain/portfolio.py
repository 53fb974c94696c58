"""Positions at market prices: value, gain, change of the day and allocation.

What cannot be known (no quote) is None, never 0, and makes every sum that needs it None as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from lambdas.domain import money
from lambdas.domain.ledger import Position
from lambdas.domain.market import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One position and its worth. `allocation` is its share of the total value, 0 to 1."""

    position: Position
    quote: Quote | None
    average_cost: Decimal
    value_minor: int | None
    gain_minor: int | None
    day_change_minor: int | None
    allocation: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """All holdings, by symbol, and their sums."""

    holdings: tuple[Holding, ...]
    cost_minor: int
    value_minor: int | None
    gain_minor: int | None
    day_change_minor: int | None


def valued(positions: Sequence[Position], quotes: Mapping[str, Quote]) -> Portfolio:
    """The portfolio of these positions at these quotes."""
    values = [_value(position, quotes.get(position.symbol)) for position in positions]
    total = _sum(values)
    holdings = tuple(
        _holding(position, quotes.get(position.symbol), value, total)
        for position, value in zip(positions, values, strict=True)
    )
    return Portfolio(
        holdings=holdings,
        cost_minor=sum(position.cost_minor for position in positions),
        value_minor=total,
        gain_minor=_sum([holding.gain_minor for holding in holdings]),
        day_change_minor=_sum([holding.day_change_minor for holding in holdings]),
    )


def _value(position: Position, quote: Quote | None) -> int | None:
    return None if quote is None else money.cost_minor(quote.price, position.quantity)


def _holding(
    position: Position, quote: Quote | None, value_minor: int | None, total_minor: int | None
) -> Holding:
    return Holding(
        position=position,
        quote=quote,
        average_cost=money.rounded(
            money.EXACT.divide(Decimal(position.cost_minor).scaleb(-2), position.quantity)
        ),
        value_minor=value_minor,
        gain_minor=None if value_minor is None else value_minor - position.cost_minor,
        day_change_minor=_day_change(position, quote, value_minor),
        allocation=_allocation(value_minor, total_minor),
    )


def _day_change(position: Position, quote: Quote | None, value_minor: int | None) -> int | None:
    if quote is None or quote.previous_price is None or value_minor is None:
        return None
    return value_minor - money.cost_minor(quote.previous_price, position.quantity)


def _allocation(value_minor: int | None, total_minor: int | None) -> Decimal | None:
    if value_minor is None or not total_minor:
        return None
    share = Decimal(value_minor) / Decimal(total_minor)
    return share.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _sum(amounts: Sequence[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None
