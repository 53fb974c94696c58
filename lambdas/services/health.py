"""Health: whether the exchange's prices arrive, and whether jobs are worked on."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from lambdas.ports import Jobs, JobsPulse, Market, Workflow

_MAX_SWEEP_DELAY: Final = timedelta(minutes=3)
"""The sweep of jobs runs every minute: a job due for longer shows that it does not run."""


class MarketHealth(NamedTuple):
    """`link_alive`: prices have arrived recently; they come every few minutes."""

    link_alive: bool
    newest_price_at: datetime | None


class JobsHealth(NamedTuple):
    """Whether jobs are worked on, and how the last ones ended."""

    alive: bool
    pulse: JobsPulse


def check_market(market: Market, *, now: datetime, silent_after: timedelta) -> MarketHealth:
    """One query of the board."""
    quotes = market.board()
    if not quotes:
        return MarketHealth(link_alive=False, newest_price_at=None)
    received_at = max(quote.received_at for quote in quotes)
    return MarketHealth(
        link_alive=now - received_at <= silent_after,
        newest_price_at=max(quote.observed_at for quote in quotes),
    )


def newest_price_age(market: Market, *, now: datetime) -> timedelta | None:
    """Age of the newest price; None while there is none. One query of the board."""
    return min((now - quote.observed_at for quote in market.board()), default=None)


def check_jobs(jobs: Jobs, workflow: Workflow, *, now: datetime) -> JobsHealth:
    """Two reads of the table and one call of Step Functions."""
    pulse = jobs.pulse()
    is_swept = pulse.due_since is None or now - pulse.due_since <= _MAX_SWEEP_DELAY
    return JobsHealth(alive=workflow.exists() and is_swept, pulse=pulse)
