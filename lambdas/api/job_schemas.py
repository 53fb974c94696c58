"""Bodies of jobs: a request, a job's state, and the result of each job type."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
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
from lambdas.domain import jobs, money, projection
from lambdas.domain.jobs import State
from lambdas.domain.performance import Range
from lambdas.domain.receipts import Language
from lambdas.domain.times import format_utc
from lambdas.services import portfolio_history as histories
from lambdas.services import projection as projections
from lambdas.services import statement as statements

MONTH: Final = "^20[0-9]{2}-(0[1-9]|1[0-2])$"
JOB_TYPES: Final = ("projection", "portfolio_history", "statement")

Days = Annotated[int, Meta(ge=1, le=projection.MOST_DAYS)]
JobKind = Annotated[str, Meta(extra_json_schema={"enum": list(JOB_TYPES)})]


class NewJob(Struct, frozen=True, kw_only=True):
    """A job to run. `symbol` and `quantity` belong to a projection alone.

    A projection looks `days` back and as far ahead; a portfolio's history covers a `range`. A
    statement covers a `month` such as `2026-11`, in a `language` (Spanish by default).
    """

    RULES: ClassVar[Mapping[str, Any]] = {
        "required": ["kind"],
        "oneOf": [
            {
                "properties": {"kind": {"const": "projection"}},
                "required": ["symbol", "days", "quantity"],
            },
            {"properties": {"kind": {"const": "portfolio_history"}}, "required": ["range"]},
            {
                "properties": {"kind": {"const": "statement"}, "language": {}},
                "required": ["month"],
            },
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
    range: Annotated[Raw, Meta(extra_json_schema={"type": "string", "enum": list(Range)})] = field(
        default_factory=Raw
    )
    symbol: SymbolIn = field(default_factory=Raw)
    quantity: NumberIn = field(default_factory=Raw)
    month: Annotated[Raw, Meta(extra_json_schema={"type": "string", "pattern": MONTH})] = field(
        default_factory=Raw
    )
    language: Annotated[Raw, Meta(extra_json_schema={"type": "string", "enum": list(Language)})] = (
        field(default_factory=Raw)
    )


class JobQuestion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The parameters of a job."""

    days: Days | UnsetType = UNSET
    range: str | UnsetType = UNSET
    symbol: str | UnsetType = UNSET
    quantity: Decimals | UnsetType = UNSET
    month: str | UnsetType = UNSET
    language: str | UnsetType = UNSET


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
    """The line and its band at one time; a line through only two prices has no band.

    A line that falls ends below zero (`below_zero_from`), where it is no price any more, and a band
    may reach there: show neither.
    """

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


class Coverage(Struct, frozen=True, kw_only=True):
    """How many whole days of prices there are of the asked ones, and whether that is enough.

    `longest_days` is the longest horizon for which it would be; null below a day.
    """

    first_price_at: Time
    days: int
    is_enough: bool
    longest_days: int | None

    @classmethod
    def from_coverage(cls, coverage: projection.Coverage) -> Self:
        """The coverage of a window."""
        return cls(
            first_price_at=format_utc(coverage.first_at),
            days=coverage.days,
            is_enough=coverage.is_enough,
            longest_days=coverage.longest_days,
        )


class Projection(Struct, frozen=True, kw_only=True, tag_field="kind", tag="projection"):
    """A price if its trend continues: a least-squares line, weighted by demand.

    `raw_price` is the line's value at `target_at`, `raw_value` that of the quantity at this price,
    and `raw_gain` is `raw_value` minus the cost at the latest price. `standard_error`, `low` and
    `high` are those of the scatter around the line, of a single price at `target_at`: prices depend
    on each other, so that they are no measure of certainty.

    `weight`, the groups' formula of demand, is 1 + (5 + purchases − 50) / 50, where `purchases` is
    the number of valid purchases of all groups in the last seven days; `weighted_price` is
    `raw_price` times `weight`, and `expected_value` and `expected_gain` are of the weighted price.

    `coverage` says whether there is history enough for the asked days. From `below_zero_from` on
    the line is below zero.
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
    raw_value: Amount
    raw_gain: Amount
    below_zero_from: Time | None
    coverage: Coverage
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
            raw_value=money.major(projected.raw_value_minor),
            raw_gain=money.major(projected.raw_gain_minor),
            below_zero_from=optional_time(projected.below_zero_from),
            coverage=Coverage.from_coverage(result.coverage),
            purchases=projected.purchases,
            weight=money.plain(projected.weight),
            weighted_price=money.plain(projected.price),
            latest_price=money.plain(latest.price),
            latest_price_at=format_utc(latest.observed_at),
            expected_value=money.major(projected.value_minor),
            expected_gain=money.major(projected.gain_minor),
            chart=[ChartPoint.from_point(point) for point in projected.chart],
        )


class HistoryPoint(Struct, frozen=True, kw_only=True):
    """The account at one time; null where a price was not known.

    `net_deposits` is all that was put in until then, less what went out. `time_weighted` and
    `benchmark` are the returns since `from_at`, as parts of 1.
    """

    at: Time
    cash: Amount
    holdings: Amount | None
    total: Amount | None
    net_deposits: Amount
    time_weighted: Decimals | None
    benchmark: Decimals | None

    @classmethod
    def from_point(cls, point: histories.Point) -> Self:
        """One point."""
        return cls(
            at=format_utc(point.at),
            cash=money.major(point.cash_minor),
            holdings=optional_amount(point.holdings_minor),
            total=optional_amount(point.total_minor),
            net_deposits=money.major(point.net_deposits_minor),
            time_weighted=_optional_return(point.time_weighted),
            benchmark=_optional_return(point.benchmark),
        )


class MoneyFlow(Struct, frozen=True, kw_only=True):
    """Money that came in (positive) or went out."""

    at: Time
    amount: Amount


class Gain(Struct, frozen=True, kw_only=True):
    """`amount` = `worth` − `opening` − `net_deposits`: what the range brought in money.

    `opening` is the worth at `from_at`, 0 for a range that begins with the account;
    `net_deposits` is what was put in since, less what went out.
    """

    amount: Amount | None
    worth: Amount | None
    opening: Amount | None
    net_deposits: Amount


class TimeWeighted(Struct, frozen=True, kw_only=True):
    """What the market did: growth chained over the `sub_periods` between flows, so that the time
    of a deposit does not matter. A part of 1; `per_year` is null below one year. Null with the
    `reason` `too_many_flows`, or `unknown_price`.
    """

    period: Decimals | None
    per_year: Decimals | None
    sub_periods: int
    reason: str | None


class MoneyWeighted(Struct, frozen=True, kw_only=True):
    """What your money did: the one rate at which the opening and each deposit would have grown to
    the worth now (internal rate of return). A part of 1; `per_year` is null below one year.

    Null with the `reason` `no_unique_rate`, `no_flows`, `too_short`, or `unknown_price`.
    """

    period: Decimals | None
    per_year: Decimals | None
    reason: str | None


class Benchmark(Struct, frozen=True, kw_only=True):
    """Equal amounts in each of the `companies` of the board, bought at `from_at` and kept."""

    period: Decimals | None
    companies: int


class PortfolioHistory(
    Struct, frozen=True, kw_only=True, tag_field="kind", tag="portfolio_history"
):
    """What the account was worth over a range, oldest first; the last point is `asked_at`.

    The points are an hour, two hours, a market day or several apart, at most 400.
    """

    currency: str
    range: str
    from_at: Time
    asked_at: Time
    points: list[HistoryPoint]
    flows: list[MoneyFlow]
    gain: Gain
    time_weighted: TimeWeighted
    money_weighted: MoneyWeighted
    benchmark: Benchmark

    @classmethod
    def from_result(cls, result: histories.Result, currency: str) -> Self:
        """The result of a job of the type `portfolio_history`."""
        last, weighted = result.points[-1], result.money_weighted
        return cls(
            currency=currency,
            range=result.range.value,
            from_at=format_utc(result.span.start),
            asked_at=format_utc(result.span.now),
            points=[HistoryPoint.from_point(point) for point in result.points],
            flows=[
                MoneyFlow(at=format_utc(flow.at), amount=money.major(flow.amount_minor))
                for flow in result.flows
            ],
            gain=Gain(
                amount=optional_amount(result.gain_minor),
                worth=optional_amount(last.total_minor),
                opening=optional_amount(result.opening_minor),
                net_deposits=money.major(sum(flow.amount_minor for flow in result.flows)),
            ),
            time_weighted=TimeWeighted(
                period=_optional_return(result.time_weighted),
                per_year=_optional_return(result.time_weighted_yearly),
                sub_periods=result.sub_periods,
                reason=_no_time_weighted(result),
            ),
            money_weighted=MoneyWeighted(
                period=None if weighted is None else _optional_return(weighted.period),
                per_year=_optional_return(result.money_weighted_yearly),
                reason=_no_money_weighted(result),
            ),
            benchmark=Benchmark(
                period=_optional_return(result.benchmark), companies=result.companies
            ),
        )


def _no_time_weighted(result: histories.Result) -> str | None:
    if result.time_weighted is not None:
        return None
    is_many = len(result.flows) > histories.MAX_FLOWS
    return "too_many_flows" if is_many else "unknown_price"


def _no_money_weighted(result: histories.Result) -> str | None:
    weighted = result.money_weighted
    if weighted is None:
        return "unknown_price"
    return None if weighted.reason is None else weighted.reason.value


def _optional_return(value: Decimal | None) -> str | None:
    return None if value is None else money.plain(money.rounded(value))


class StoredStatement(Struct, frozen=True, kw_only=True, tag_field="kind", tag="statement"):
    """What is stored of a statement: never the link, which lives five minutes."""

    key: str
    month: str
    language: Language
    currency: str
    opening_balance: Amount
    closing_balance: Amount
    postings: int
    until: Time

    @classmethod
    def from_result(cls, result: statements.Result, currency: str) -> Self:
        """The result of a job of the type `statement`."""
        return cls(
            key=result.key,
            month=result.parameters.month,
            language=result.parameters.language,
            currency=currency,
            opening_balance=money.major(result.opening_minor),
            closing_balance=money.major(result.closing_minor),
            postings=result.postings,
            until=format_utc(result.end),
        )


class Statement(Struct, frozen=True, kw_only=True, tag_field="kind", tag="statement"):
    """A month's statement as a PDF: all postings, the balances (available and held) before and
    after them, and the shares at the end. `url` downloads it until `expires_at`; each request of
    the job answers with a new one. `until` is the month's end, or the request's time before that.
    """

    month: str
    language: str
    currency: str
    opening_balance: Amount
    closing_balance: Amount
    postings: int
    until: Time
    url: str
    expires_at: Time

    @classmethod
    def from_stored(cls, stored: StoredStatement, url: str, expires_at: datetime) -> Self:
        """A stored statement with a link that was just made."""
        return cls(
            month=stored.month,
            language=stored.language,
            currency=stored.currency,
            opening_balance=stored.opening_balance,
            closing_balance=stored.closing_balance,
            postings=stored.postings,
            until=stored.until,
            url=url,
            expires_at=format_utc(expires_at),
        )


class JobWithResult(Job, frozen=True, kw_only=True):
    """A job and, once it is finished, its result."""

    result: Projection | PortfolioHistory | Statement | None

    @classmethod
    def from_job(cls, job: jobs.Job, statement: Statement | None = None) -> "JobWithResult":
        """A job with its result, which was stored as JSON of one of these schemas; or with a
        statement.
        """
        stored = None if job.result is None else Raw(job.result.encode())
        return JobWithResult(**_fields(job), result=cast(Any, statement or stored))


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
