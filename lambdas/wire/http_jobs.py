"""The bodies of jobs: what is asked, how a job stands, and what came of it, for each kind."""

from typing import Annotated

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from lambdas.domain.jobs import State
from lambdas.wire.http import Amount, Decimals, NumberIn, Time

Day = Annotated[str, Meta(description="A day of UTC.", extra_json_schema={"format": "date"})]
Days = Annotated[int, Meta(ge=1, le=365)]
JobKind = Annotated[str, Meta(extra_json_schema={"enum": ["projection", "portfolio_history"]})]


class NewJob(Struct, frozen=True, kw_only=True):
    """Something to compute. `symbol` and `quantity` belong to a projection alone.

    A projection looks `days` back and as far ahead; a portfolio's history reaches `days` back.
    """

    kind: Annotated[
        Raw, Meta(extra_json_schema={"type": "string", "enum": ["projection", "portfolio_history"]})
    ] = field(default_factory=Raw)
    days: NumberIn = field(default_factory=Raw)
    symbol: Annotated[
        Raw, Meta(extra_json_schema={"type": "string", "pattern": r"^\s*[A-Za-z0-9.^=-]{1,16}\s*$"})
    ] = field(default_factory=Raw)
    quantity: NumberIn = field(default_factory=Raw)


class JobQuestion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked for."""

    days: Days
    symbol: str | UnsetType = UNSET
    quantity: Decimals | UnsetType = UNSET


class JobReason(Struct, frozen=True, kw_only=True):
    """Why a job failed. Switch on `code`; from `retry_at` on it makes sense to ask again."""

    code: str
    message: str
    retry_at: Time | None


class Job(Struct, frozen=True, kw_only=True):
    """A job and how it stands. Finished and failed jobs never change again."""

    job_id: str
    kind: JobKind
    question: JobQuestion
    state: State
    created_at: Time
    started_at: Time | None
    ended_at: Time | None
    reason: JobReason | None


class ChartPoint(Struct, frozen=True, kw_only=True):
    """The line and its 95 % band at one time; no band through two prices alone."""

    at: Time
    price: Decimals
    low: Decimals | None
    high: Decimals | None


class Projection(Struct, frozen=True, kw_only=True, tag_field="kind", tag="projection"):
    """A price as it will be if it goes on as it did: a least-squares line, and demand.

    `raw_price` is the line's at `target_at`; `standard_error`, `low` and `high` (95 %) are about a
    single price at that time. `weight` is 1 + (5 + purchases − 50) / 50, where `purchases` counts
    the valid ones of all groups in seven days; `weighted_price` is both multiplied. `expected_gain`
    is `expected_value` less what the quantity costs at the latest price.
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


class DayValue(Struct, frozen=True, kw_only=True):
    """What the account was worth at the end of a day; null where a price was not known yet."""

    day: Day
    cash: Amount
    holdings: Amount | None
    total: Amount | None


class PortfolioHistory(
    Struct, frozen=True, kw_only=True, tag_field="kind", tag="portfolio_history"
):
    """What the account was worth, day by day, the oldest first; today as it was when asked."""

    currency: str
    days: list[DayValue]


class JobWithResult(Job, frozen=True, kw_only=True):
    """A job and, once it is finished, its result."""

    result: Projection | PortfolioHistory | None
