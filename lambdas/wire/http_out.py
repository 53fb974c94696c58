"""From the values of the domain to the bodies of answers."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from lambdas.domain import activity, candles, ledger, market, money, orders, portfolio
from lambdas.wire import http, http_market
from lambdas.wire.times import utc_out

_CENT: Final = Decimal("0.01")


def stock(quote: market.Quote) -> http_market.Stock:
    """One company of the board."""
    return http_market.Stock(
        symbol=quote.symbol,
        name=quote.name,
        price=money.plain(quote.price),
        currency=quote.currency,
        change=_plain(quote.change),
        change_percent=_percent(quote.change, quote.previous_price),
        previous_price=_plain(quote.previous_price),
        observed_at=utc_out(quote.observed_at),
        source=quote.source,
        trend=[money.plain(close.price) for close in quote.closes],
    )


def price(tick: market.Tick) -> http_market.Price:
    """One price of the history."""
    return http_market.Price(
        price=money.plain(tick.price),
        currency=tick.currency,
        observed_at=utc_out(tick.observed_at),
        source=tick.source,
    )


def candle(made: candles.Candle) -> http_market.Candle:
    """One candle."""
    return http_market.Candle(
        opened_at=utc_out(made.opened_at),
        open=money.plain(made.open),
        high=money.plain(made.high),
        low=money.plain(made.low),
        close=money.plain(made.close),
        count=made.sums.n,
    )


def trade(answered: activity.Trade, own_group_id: str) -> http_market.Trade:
    """One request of some group, without anything that names it."""
    return http_market.Trade(
        group_id=own_group_id if answered.group_id is None else answered.group_id,
        own=answered.group_id is None,
        symbol=answered.symbol,
        quantity=money.plain(answered.quantity),
        valid=answered.valid,
        requested_at=utc_out(answered.requested_at),
        validated_at=utc_out(answered.validated_at),
    )


def wallet(account: ledger.Account, currency: str) -> http.Wallet:
    """The balances of an account."""
    return http.Wallet(
        available=money.major(account.available_minor),
        held=money.major(account.held_minor),
        total=money.major(account.available_minor + account.held_minor),
        currency=currency,
    )


def deposit(posting: ledger.Posting, currency: str) -> http.Deposit:
    """A deposit, from the posting that booked it."""
    return http.Deposit(
        deposit_id=posting.cause_id,
        amount=money.major(posting.available_minor),
        currency=currency,
        recorded_at=utc_out(posting.recorded_at),
    )


def posting(entry: ledger.Posting, currency: str) -> http.Posting:
    """One movement of the ledger."""
    is_deposit = entry.kind is ledger.PostingKind.DEPOSIT
    return http.Posting(
        posting_id=entry.posting_id,
        kind=entry.kind,
        available=money.major(entry.available_minor),
        held=money.major(entry.held_minor),
        currency=currency,
        order_id=None if is_deposit else entry.cause_id,
        symbol=entry.symbol,
        recorded_at=utc_out(entry.recorded_at),
    )


def order(placed: orders.Order, now: datetime, overdue_after: timedelta) -> http.Order:
    """An order as it stands now."""
    was_given_back = placed.state in (orders.State.REJECTED, orders.State.VOIDED)
    return http.Order(
        order_id=placed.order_id,
        symbol=placed.symbol,
        quantity=money.plain(placed.quantity),
        price=money.plain(placed.price),
        cost=money.major(placed.cost_minor),
        currency=placed.currency,
        state=placed.state,
        overdue=placed.is_overdue(now, overdue_after),
        asks=placed.asks,
        created_at=utc_out(placed.created_at),
        sent_at=_time(placed.sent_at),
        ended_at=_time(placed.ended_at),
        reason=placed.reason,
        released=money.major(placed.cost_minor) if was_given_back else None,
    )


def portfolio_of(owned: portfolio.Portfolio, currency: str) -> http.Portfolio:
    """What an account owns, and what it is worth."""
    return http.Portfolio(
        currency=currency,
        cost=money.major(owned.cost_minor),
        value=_major(owned.value_minor),
        gain=_major(owned.gain_minor),
        gain_percent=_gain_percent(owned.gain_minor, owned.cost_minor),
        day_change=_major(owned.day_change_minor),
        positions=[_holding(holding) for holding in owned.holdings],
    )


def _holding(holding: portfolio.Holding) -> http.Holding:
    position, quote = holding.position, holding.quote
    return http.Holding(
        symbol=position.symbol,
        name=None if quote is None else quote.name,
        quantity=money.plain(position.quantity),
        average_cost=money.plain(holding.average_cost),
        cost=money.major(position.cost_minor),
        price=None if quote is None else money.plain(quote.price),
        price_at=None if quote is None else utc_out(quote.observed_at),
        value=_major(holding.value_minor),
        gain=_major(holding.gain_minor),
        gain_percent=_gain_percent(holding.gain_minor, position.cost_minor),
        day_change=_major(holding.day_change_minor),
        allocation=_plain(holding.allocation),
    )


def _time(at: datetime | None) -> str | None:
    return None if at is None else utc_out(at)


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else money.plain(value)


def _major(amount_minor: int | None) -> str | None:
    return None if amount_minor is None else money.major(amount_minor)


def _gain_percent(gain_minor: int | None, cost_minor: int) -> str | None:
    return None if gain_minor is None else _percent(Decimal(gain_minor), Decimal(cost_minor))


def _percent(part: Decimal | None, whole: Decimal | None) -> str | None:
    """In percent with two decimals, half up; None where it is not known or means nothing."""
    if part is None or not whole:
        return None
    exact = money.EXACT.divide(part * 100, whole)
    return f"{exact.quantize(_CENT, ROUND_HALF_UP, money.EXACT):f}"
