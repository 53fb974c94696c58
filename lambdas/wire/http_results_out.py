"""From what the workers have computed to the results of jobs. Only who ends a job needs it."""

from collections.abc import Sequence
from decimal import Decimal

from lambdas.domain import money, projections
from lambdas.domain.market import Quote
from lambdas.domain.valuations import Valuation
from lambdas.wire import http_jobs
from lambdas.wire.times import utc_out


def projection(
    quantity: Decimal,
    window: projections.Window,
    latest: Quote,
    found: projections.Projection,
) -> http_jobs.Projection:
    """The result of a projection."""
    raw = found.raw
    return http_jobs.Projection(
        symbol=latest.symbol,
        currency=latest.currency,
        quantity=money.plain(quantity),
        days=window.days,
        from_at=utc_out(window.start),
        asked_at=utc_out(window.now),
        target_at=utc_out(window.target),
        prices=found.points,
        per_day=money.plain(found.per_day),
        raw_price=money.plain(raw.price),
        standard_error=_plain(raw.error),
        low=_plain(raw.low),
        high=_plain(raw.high),
        purchases=found.purchases,
        weight=money.plain(found.weight),
        weighted_price=money.plain(found.price),
        latest_price=money.plain(latest.price),
        latest_price_at=utc_out(latest.observed_at),
        expected_value=money.major(found.value_minor),
        expected_gain=money.major(found.gain_minor),
        chart=[_chart_point(point) for point in found.chart],
    )


def portfolio_history(found: Sequence[Valuation], currency: str) -> http_jobs.PortfolioHistory:
    """The result of a portfolio's history."""
    return http_jobs.PortfolioHistory(currency=currency, days=[_day(value) for value in found])


def _chart_point(point: projections.Point) -> http_jobs.ChartPoint:
    return http_jobs.ChartPoint(
        at=utc_out(point.at),
        price=money.plain(point.price),
        low=_plain(point.low),
        high=_plain(point.high),
    )


def _day(value: Valuation) -> http_jobs.DayValue:
    return http_jobs.DayValue(
        day=value.day.date().isoformat(),
        cash=money.major(value.cash_minor),
        holdings=_major(value.holdings_minor),
        total=_major(value.total_minor),
    )


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else money.plain(value)


def _major(amount_minor: int | None) -> str | None:
    return None if amount_minor is None else money.major(amount_minor)
