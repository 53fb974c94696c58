"""Bodies of jobs: a request, a job's state, and the result of each job type."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Self, cast

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from lambdas.api.schemas import (
    Amount,
    Decimals,
    NumberIn,
    SymbolIn,
    Time,
    optional_amount,
    optional_decimal,
    optional_time,
)
from lambdas.domain import jobs, money, portfolio, projection
from lambdas.domain.jobs import State
from lambdas.domain.times import format_utc
from lambdas.services import projection as projections

JOB_TYPES: Final = ("projection", "portfolio_history")

Day = Annotated[str, Meta(description="A day of UTC.", extra_json_schema={"format": "date"})]
Days = Annotated[int, Meta(ge=1, le=projection.MOST_DAYS)]
JobKind = Annotated[str, Meta(extra_json_schema={"enum": list(JOB_TYPES)})]


class NewJob(Struct, frozen=True, kw_only=True):
    """A job to run. `symbol` and `quantity` belong to a projection alone.

    A projection looks `days` back and as far ahead; a portfolio's history reaches `days` back.
    """

    RULES: ClassVar[Mapping[str, Any]] = {
        "required": ["kind", "days"],
        "oneOf": [
            {
                "properties": {"kind": {"const": "projection"}},
                "required": ["symbol", "quantity"],
            },
            {"properties": {"kind": {"const": "portfolio_history"}}},
        ],
    }
    EXAMPLE: ClassVar[Mapping[str, Any]] = {
        "kind": "projection",
        "symbol": "AAPL",
        "days": 30,
        "quantity": "2.5",
    }

    kind: Annotated[Raw, Meta(extra_json_schema={"type": "string", "enum": list(JOB_TYPES)})] = (
        field(default_factory=Raw)
    )
    days: NumberIn = field(default_factory=Raw)
    symbol: SymbolIn = field(default_factory=Raw)
    quantity: NumberIn = field(default_factory=Raw)


class JobQuestion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The parameters of a job."""

    days: Days
    symbol: str | UnsetType = UNSET
    quantity: Decimals | UnsetType = UNSET


class JobReason(Struct, frozen=True, kw_only=True):
    """Why a job failed. Switch on `code`; the same job may succeed from `retry_at` on."""

    code: str
    message: str
    retry_at: Time | None

    @classmethod
    def from_reason(cls, reason: jobs.Reason) -> Self:
        """The reason of a failed job."""
        retry_at = optional_time(reason.retry_at)
        return cls(code=reason.code, message=reason.message, retry_at=retry_at)


class Job(Struct, frozen=True, kw_only=True):
    """A job and its state. Finished and failed jobs never change again."""

    job_id: str
    kind: JobKind
    question: JobQuestion
    state: State
    created_at: Time
    started_at: Time | None
    ended_at: Time | None
    reason: JobReason | None

    @classmethod
    def from_job(cls, job: jobs.Job) -> "Job":
        """A job without its result."""
        return Job(**_fields(job))


class ChartPoint(Struct, frozen=True, kw_only=True):
    """The line and its 95 % band at one time; a line through only two prices has no band."""

    at: Time
    price: Decimals
    low: Decimals | None
    high: Decimals | None

    @classmethod
    def from_point(cls, point: projection.Point) -> Self:
        """One point of the line."""
        return cls(
            at=format_utc(point.at),
            price=money.plain(point.price),
            low=optional_decimal(point.low),
            high=optional_decimal(point.high),
        )


class Projection(Struct, frozen=True, kw_only=True, tag_field="kind", tag="projection"):
    """A price if its trend continues: a least-squares line, weighted by demand.

    `raw_price` is the line's value at `target_at`; `standard_error`, `low` and `high` (95 %) are of
    a single price at that time. `weight` is 1 + (5 + purchases − 50) / 50, where `purchases` is the
    number of valid purchases of all groups in the last seven days; `weighted_price` is `raw_price`
    times `weight`. `expected_gain` is `expected_value` minus the cost at the latest price.
    """

    symbol: str
    currency: str
    quantity: Decimals
    days: Days
    from_at: Time
    asked_at: Time
    target_at: Time
    prices: int
    per_day: Decimals
    raw_price: Decimals
    standard_error: Decimals | None
    low: Decimals | None
    high: Decimals | None
    purchases: int
    weight: Decimals
    weighted_price: Decimals
    latest_price: Decimals
    latest_price_at: Time
    expected_value: Amount
    expected_gain: Amount
    chart: list[ChartPoint]

    @classmethod
    def from_result(cls, result: projections.Result) -> Self:
        """The result of a job of the type `projection`."""
        window, latest, projected = result.window, result.latest, result.projection
        raw = projected.raw
        return cls(
            symbol=latest.symbol,
            currency=latest.currency,
            quantity=money.plain(result.parameters.quantity),
            days=window.days,
            from_at=format_utc(window.start),
            asked_at=format_utc(window.now),
            target_at=format_utc(window.target),
            prices=projected.points,
            per_day=money.plain(projected.per_day),
            raw_price=money.plain(raw.price),
            standard_error=optional_decimal(raw.error),
            low=optional_decimal(raw.low),
            high=optional_decimal(raw.high),
            purchases=projected.purchases,
            weight=money.plain(projected.weight),
            weighted_price=money.plain(projected.price),
            latest_price=money.plain(latest.price),
            latest_price_at=format_utc(latest.observed_at),
            expected_value=money.major(projected.value_minor),
            expected_gain=money.major(projected.gain_minor),
            chart=[ChartPoint.from_point(point) for point in projected.chart],
        )


class DayValue(Struct, frozen=True, kw_only=True):
    """What the account was worth at the end of a day; null where a price was not known yet."""

    day: Day
    cash: Amount
    holdings: Amount | None
    total: Amount | None

    @classmethod
    def from_valuation(cls, valuation: portfolio.Valuation) -> Self:
        """The value at the end of one day."""
        return cls(
            day=valuation.day.date().isoformat(),
            cash=money.major(valuation.cash_minor),
            holdings=optional_amount(valuation.holdings_minor),
            total=optional_amount(valuation.total_minor),
        )


class PortfolioHistory(
    Struct, frozen=True, kw_only=True, tag_field="kind", tag="portfolio_history"
):
    """What the account was worth at the end of each day, oldest first; of today, at the request."""

    currency: str
    days: list[DayValue]

    @classmethod
    def from_valuations(cls, valuations: Sequence[portfolio.Valuation], currency: str) -> Self:
        """The result of a job of the type `portfolio_history`."""
        days = [DayValue.from_valuation(valuation) for valuation in valuations]
        return cls(currency=currency, days=days)


class JobWithResult(Job, frozen=True, kw_only=True):
    """A job and, once it is finished, its result."""

    result: Projection | PortfolioHistory | None

    @classmethod
    def from_job(cls, job: jobs.Job) -> "JobWithResult":
        """A job with its result, which was stored as JSON of one of these schemas."""
        result = None if job.result is None else Raw(job.result.encode())
        return JobWithResult(**_fields(job), result=cast(Any, result))


def _fields(job: jobs.Job) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "kind": job.job_type,
        "question": msgspec.json.decode(job.parameters, type=JobQuestion),
        "state": job.state,
        "created_at": format_utc(job.created_at),
        "started_at": optional_time(job.started_at),
        "ended_at": optional_time(job.ended_at),
        "reason": None if job.reason is None else JobReason.from_reason(job.reason),
    }
