"""What the service says of itself, and of the account that asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from aws_lambda_powertools.event_handler.api_gateway import Response
from msgspec import UNSET

from lambdas import wire
from lambdas.domain import money
from lambdas.handlers.api_outcomes import log_failure
from lambdas.handlers.api_request import Request
from lambdas.handlers.api_response import answer, cached
from lambdas.usecases.check_health import Health, check_health
from lambdas.wire import http
from lambdas.wire.times import utc_out

# Anyone may ask, as often as they like: the store is asked no more than once in this time.
HEALTH_KEPT: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    health: Health | None  # None: it could not be found out
    at: datetime


class Heartbeat:
    """The public heartbeat of one process, with what it found out last."""

    def __init__(self) -> None:
        self._checked: _Checked | None = None

    def __call__(self, request: Request) -> Response[Any]:
        """Alive it is, if it can answer; of the rest it says what it knows."""
        checked = self._checked
        if checked is None or not timedelta(0) <= request.now - checked.at < HEALTH_KEPT:
            checked = self._checked = _Checked(health=_health(request), at=request.now)
        body = _heartbeat(checked.health, request.api.stage, request.now)
        return answer(body, headers={"Cache-Control": "public, max-age=5"})


def _health(request: Request) -> Health | None:
    api = request.api
    try:
        return check_health(api.market, now=request.now, silent_after=api.link_silent_after)
    except Exception as error:  # noqa: BLE001  whatever is wrong below, this one has to answer
        log_failure(error, status=200)
        return None


def _heartbeat(health: Health | None, stage: str, now: datetime) -> http.Heartbeat:
    newest_at = None if health is None else health.newest_price_at
    return http.Heartbeat(
        alive=True,
        stage=stage,
        exchange=http.Exchange(link_alive=None if health is None else health.link_alive),
        newest_price_at=None if newest_at is None else utc_out(newest_at),
        newest_price_age_s=None if newest_at is None else int((now - newest_at).total_seconds()),
    )


def get_openapi(request: Request) -> Response[Any]:
    """The committed file."""
    return cached(request, _openapi(), "public, max-age=300")


@cache
def _openapi() -> str:
    return (Path(wire.__file__).parent / "openapi.json").read_text(encoding="utf-8")


def get_me(request: Request) -> Response[Any]:
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
