"""From jobs and their answers to the bodies of the API."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import msgspec
from msgspec import Raw

from lambdas.domain import jobs, money, projections
from lambdas.domain.market import Quote
from lambdas.domain.valuations import Valuation
from lambdas.wire import http_jobs
from lambdas.wire.times import utc_out


def job(found: jobs.Job) -> http_jobs.Job:
    """A job without its result."""
    return http_jobs.Job(**_fields(found))


def job_with_result(found: jobs.Job) -> http_jobs.JobWithResult:
    """A job and its result, which was written by this room and goes out as it is stored."""
    result = None if found.result is None else Raw(found.result.encode())
    return http_jobs.JobWithResult(**_fields(found), result=cast(Any, result))


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


def _fields(found: jobs.Job) -> dict[str, Any]:
    return {
        "job_id": found.job_id,
        "kind": found.kind,
        "question": msgspec.json.decode(found.asked, type=http_jobs.JobQuestion),
        "state": found.state,
        "created_at": utc_out(found.created_at),
        "started_at": _time(found.started_at),
        "ended_at": _time(found.ended_at),
        "reason": None if found.reason is None else _reason(found.reason),
    }


def _reason(reason: jobs.Reason) -> http_jobs.JobReason:
    return http_jobs.JobReason(
        code=reason.code, message=reason.message, retry_at=_time(reason.retry_at)
    )


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


def _time(at: datetime | None) -> str | None:
    return None if at is None else utc_out(at)


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else money.plain(value)


def _major(amount_minor: int | None) -> str | None:
    return None if amount_minor is None else money.major(amount_minor)
