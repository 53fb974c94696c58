"""The portfolio: positions at the latest prices, and cash."""

from datetime import tzinfo
from decimal import Decimal
from typing import Self

from aws_lambda_powertools.event_handler import Response
from msgspec import Struct

from lambdas.api.requests import Request
from lambdas.api.responses import csv_response, json_response
from lambdas.api.routing import Route, table
from lambdas.api.schemas import (
    Amount,
    Date,
    Decimals,
    Time,
    optional_amount,
    optional_decimal,
    percent,
)
from lambdas.domain import money, portfolio
from lambdas.domain.market import market_date
from lambdas.domain.times import format_utc
from lambdas.services import portfolio as services


class Holding(Struct, frozen=True, kw_only=True):
    """The shares of one company, what they cost, and what they are worth at the latest price.

    `day_change` is the value now, less the value at the previous close of the shares that were held
    then, less the cost of what was bought since: a purchase of today counts from its own price.
    `allocation` is the share of the account's net worth, 0 to 1.
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
    day_change_percent: Decimals | None
    bought_today: Decimals
    previous_close: Decimals | None
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
            day_change=optional_amount(holding.day.change_minor),
            day_change_percent=_gain_percent(holding.day.change_minor, holding.day.base_minor),
            bought_today=money.plain(holding.day.bought),
            previous_close=optional_decimal(holding.day.previous_close),
            allocation=optional_decimal(holding.allocation),
        )


class Portfolio(Struct, frozen=True, kw_only=True):
    """What the account owns. A sum is null when one of its parts is not known.

    `value` is that of the shares, `cash` what is available and held, `net_worth` both. All
    `allocation`s and `cash_allocation` add up to exactly 1. `day_change` is since the previous
    close before `market_day`, which is null where no price is known.
    """

    currency: str
    market_day: Date | None
    net_worth: Amount | None
    cash: Amount
    cash_allocation: Decimals | None
    cost: Amount
    value: Amount | None
    gain: Amount | None
    gain_percent: Decimals | None
    day_change: Amount | None
    day_change_percent: Decimals | None
    positions: list[Holding]

    @classmethod
    def from_portfolio(cls, owned: portfolio.Portfolio, *, currency: str, zone: tzinfo) -> Self:
        """All positions at the latest prices; `zone` is the market's."""
        return cls(
            currency=currency,
            market_day=None
            if owned.day_at is None
            else market_date(owned.day_at, zone).isoformat(),
            net_worth=optional_amount(owned.net_worth_minor),
            cash=money.major(owned.cash_minor),
            cash_allocation=optional_decimal(owned.cash_allocation),
            cost=money.major(owned.cost_minor),
            value=optional_amount(owned.value_minor),
            gain=optional_amount(owned.gain_minor),
            gain_percent=_gain_percent(owned.gain_minor, owned.cost_minor),
            day_change=optional_amount(owned.day_change_minor),
            day_change_percent=_gain_percent(owned.day_change_minor, owned.day_base_minor),
            positions=[Holding.from_holding(holding) for holding in owned.holdings],
        )


@table.add(
    Route(
        "GET",
        "/portfolio",
        "What I own, what it cost and is worth at the latest prices, and its change of the day",
        Portfolio,
        has_csv=True,
        is_linearizable=True,
    )
)
def get_portfolio(request: Request) -> Response[str]:
    """At most five reads, unless there are hundreds of postings today."""
    deps = request.deps
    owned = services.view_portfolio(deps.accounts, deps.orders, deps.market, request.account_id)
    body = Portfolio.from_portfolio(owned, currency=request.currency, zone=deps.market.zone)
    if request.wants_csv:
        return csv_response("portfolio", Holding, body.positions)
    return json_response(body)


def _gain_percent(gain_minor: int | None, cost_minor: int | None) -> str | None:
    if gain_minor is None or cost_minor is None:
        return None
    return percent(Decimal(gain_minor), Decimal(cost_minor))
