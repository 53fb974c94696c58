"""The portfolio: positions at the latest prices."""

from decimal import Decimal
from typing import Self

from aws_lambda_powertools.event_handler import Response
from msgspec import Struct

from lambdas.api.requests import Request
from lambdas.api.responses import csv_response, json_response
from lambdas.api.routing import Route, table
from lambdas.api.schemas import (
    Amount,
    Decimals,
    Time,
    optional_amount,
    optional_decimal,
    percent,
)
from lambdas.domain import money, portfolio
from lambdas.domain.times import format_utc
from lambdas.services import wallet as services


class Holding(Struct, frozen=True, kw_only=True):
    """The shares of one company, what they cost, and what they are worth at the latest price.

    `allocation` is the share of the whole portfolio's value, 0 to 1.
    """

    symbol: str
    name: str | None
    quantity: Decimals
    average_cost: Decimals
    cost: Amount
    price: Decimals | None
    price_at: Time | None
    value: Amount | None
    gain: Amount | None
    gain_percent: Decimals | None
    day_change: Amount | None
    allocation: Decimals | None

    @classmethod
    def from_holding(cls, holding: portfolio.Holding) -> Self:
        """One position at the latest price."""
        position, quote = holding.position, holding.quote
        return cls(
            symbol=position.symbol,
            name=None if quote is None else quote.name,
            quantity=money.plain(position.quantity),
            average_cost=money.plain(holding.average_cost),
            cost=money.major(position.cost_minor),
            price=None if quote is None else money.plain(quote.price),
            price_at=None if quote is None else format_utc(quote.observed_at),
            value=optional_amount(holding.value_minor),
            gain=optional_amount(holding.gain_minor),
            gain_percent=_gain_percent(holding.gain_minor, position.cost_minor),
            day_change=optional_amount(holding.day_change_minor),
            allocation=optional_decimal(holding.allocation),
        )


class Portfolio(Struct, frozen=True, kw_only=True):
    """What the account owns. A sum is null when one of its parts is not known."""

    currency: str
    cost: Amount
    value: Amount | None
    gain: Amount | None
    gain_percent: Decimals | None
    day_change: Amount | None
    positions: list[Holding]

    @classmethod
    def from_portfolio(cls, owned: portfolio.Portfolio, currency: str) -> Self:
        """All positions at the latest prices."""
        return cls(
            currency=currency,
            cost=money.major(owned.cost_minor),
            value=optional_amount(owned.value_minor),
            gain=optional_amount(owned.gain_minor),
            gain_percent=_gain_percent(owned.gain_minor, owned.cost_minor),
            day_change=optional_amount(owned.day_change_minor),
            positions=[Holding.from_holding(holding) for holding in owned.holdings],
        )


@table.add(
    Route(
        "GET",
        "/portfolio",
        "What I own, what it cost, and what it is worth at the latest prices",
        Portfolio,
        has_csv=True,
        is_linearizable=True,
    )
)
def get_portfolio(request: Request) -> Response[str]:
    """Two reads, however many positions there are."""
    owned = services.value_portfolio(request.deps.accounts, request.deps.market, request.account_id)
    body = Portfolio.from_portfolio(owned, request.currency)
    if request.wants_csv:
        return csv_response("portfolio", Holding, body.positions)
    return json_response(body)


def _gain_percent(gain_minor: int | None, cost_minor: int) -> str | None:
    return None if gain_minor is None else percent(Decimal(gain_minor), Decimal(cost_minor))
