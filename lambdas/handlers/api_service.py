"""What the service says of itself, and of the account that asks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Generic, TypeVar

from msgspec import UNSET

from lambdas import wire
from lambdas.domain import money
from lambdas.handlers.api_outcomes import log_failure
from lambdas.handlers.api_request import Request
from lambdas.handlers.api_response import Response, answer, cached
from lambdas.usecases.check_health import Health, check_health
from lambdas.usecases.check_jobs import JobsHealth, check_jobs
from lambdas.wire import http
from lambdas.wire.times import utc_out

T = TypeVar("T")

# Anyone may ask, as often as they like: what is below is asked no more than once in these times.
HEALTH_KEPT: Final = timedelta(seconds=5)
JOBS_KEPT: Final = timedelta(seconds=30)


class _Remembered(Generic[T]):
    """What was found out last, for a while; None where it could not be found out."""

    def __init__(self, find_out: Callable[[Request], T], kept: timedelta) -> None:
        self._find_out = find_out
        self._kept = kept
        self._found: tuple[datetime, T | None] | None = None

    def __call__(self, request: Request) -> T | None:
        found = self._found
        if found is None or not timedelta(0) <= request.now - found[0] < self._kept:
            found = self._found = (request.now, self._try(request))
        return found[1]

    def _try(self, request: Request) -> T | None:
        try:
            return self._find_out(request)
        except Exception as error:  # noqa: BLE001  whatever is wrong below, this one has to answer
            log_failure(error, status=200)
            return None


class Heartbeat:
    """The public heartbeat of one process, with what it found out last."""

    def __init__(self) -> None:
        self._health = _Remembered(_health, HEALTH_KEPT)
        self._jobs = _Remembered(_jobs, JOBS_KEPT)

    def __call__(self, request: Request) -> Response:
        """Alive it is, if it can answer; of the rest it says what it knows."""
        health, jobs = self._health(request), self._jobs(request)
        newest_at = None if health is None else health.newest_price_at
        age = None if newest_at is None else request.now - newest_at
        body = http.Heartbeat(
            alive=True,
            stage=request.api.stage,
            exchange=http.Exchange(link_alive=None if health is None else health.link_alive),
            jobs=_job_service(jobs),
            newest_price_at=None if newest_at is None else utc_out(newest_at),
            newest_price_age_s=None if age is None else int(age.total_seconds()),
        )
        return answer(body, headers={"Cache-Control": "public, max-age=5"})


def _health(request: Request) -> Health:
    api = request.api
    return check_health(api.market, now=request.now, silent_after=api.link_silent_after)


def _jobs(request: Request) -> JobsHealth:
    return check_jobs(request.api.jobs, request.api.workflow, now=request.now)


def _job_service(found: JobsHealth | None) -> http.JobService:
    finished_at = None if found is None else found.pulse.last_finished_at
    failed_at = None if found is None else found.pulse.last_failed_at
    return http.JobService(
        alive=None if found is None else found.alive,
        last_finished_at=None if finished_at is None else utc_out(finished_at),
        last_failed_at=None if failed_at is None else utc_out(failed_at),
    )


def get_openapi(request: Request) -> Response:
    """The committed file."""
    return cached(request, _openapi(), "public, max-age=300")


@cache
def _openapi() -> str:
    return (Path(wire.__file__).parent / "openapi.json").read_text(encoding="utf-8")


def get_me(request: Request) -> Response:
    """Nothing is read: all of it is in the token and the settings."""
    api = request.api
    email = request.claims.get("email")
    limits = http.Limits(
        max_deposit=money.major(api.max_deposit_minor),
        max_quantity=money.plain(money.MAX_QUANTITY),
        max_price_age_s=int(api.policy.max_price_age.total_seconds()),
    )
    return answer(
        http.Me(
            account_id=request.account_id,
            email=email if isinstance(email, str) else UNSET,
            group_id=api.group_id,
            currency=api.currency,
            limits=limits,
        )
    )
