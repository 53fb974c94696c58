"""The service itself: heartbeat, and the description of this API."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Self

from aws_lambda_powertools.event_handler import Response
from msgspec import Struct

from lambdas.api.health import RecentHealth
from lambdas.api.requests import Request
from lambdas.api.responses import cacheable_response, json_response
from lambdas.api.routing import Route, table
from lambdas.api.schemas import Time, optional_time
from lambdas.names import Setting
from lambdas.services.health import JobsHealth, MarketHealth


class Exchange(Struct, frozen=True, kw_only=True):
    """The link to the exchange. `link_alive` is null when it is unknown."""

    link_alive: bool | None


class JobService(Struct, frozen=True, kw_only=True):
    """Whether jobs are processed: the workflow exists, and no job that is due waits. `alive` is
    null when it is unknown; a time is null when no job has ended that way.
    """

    alive: bool | None
    last_finished_at: Time | None
    last_failed_at: Time | None

    @classmethod
    def from_health(cls, health: JobsHealth | None) -> Self:
        """The result of a check; None where it failed."""
        if health is None:
            return cls(alive=None, last_finished_at=None, last_failed_at=None)
        return cls(
            alive=health.alive,
            last_finished_at=optional_time(health.pulse.last_finished_at),
            last_failed_at=optional_time(health.pulse.last_failed_at),
        )


class Heartbeat(Struct, frozen=True, kw_only=True):
    """Whether the service is alive, prices arrive from the exchange, and jobs are processed."""

    alive: bool
    stage: str
    exchange: Exchange
    jobs: JobService
    newest_price_at: Time | None
    newest_price_age_s: int | None

    @classmethod
    def from_health(
        cls, market_: MarketHealth | None, jobs: JobsHealth | None, *, stage: str, now: datetime
    ) -> Self:
        """The results of both checks; None where one failed."""
        newest_at = None if market_ is None else market_.newest_price_at
        return cls(
            alive=True,
            stage=stage,
            exchange=Exchange(link_alive=None if market_ is None else market_.link_alive),
            jobs=JobService.from_health(jobs),
            newest_price_at=optional_time(newest_at),
            newest_price_age_s=None
            if newest_at is None
            else int((now - newest_at).total_seconds()),
        )


@table.add(
    Route(
        "GET",
        "/heartbeat",
        "Whether the service is alive, and prices arrive from the exchange",
        Heartbeat,
        is_public=True,
    )
)
def get_heartbeat(request: Request) -> Response[str]:
    """Answers even if every dependency fails: what is unknown is null."""
    recent: RecentHealth = table.router.context["health"]
    body = Heartbeat.from_health(
        recent.market(request),
        recent.jobs(request),
        stage=request.deps.config.text(Setting.STAGE),
        now=request.now,
    )
    return json_response(body, headers={"Cache-Control": "public, max-age=5"})


@table.add(
    Route("GET", "/openapi.json", "This document", None, is_public=True, is_cacheable=True),
)
def get_openapi(request: Request) -> Response[str]:
    """The committed file."""
    return cacheable_response(request, _openapi_text(), "public, max-age=300")


@cache
def _openapi_text() -> str:
    return Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")
