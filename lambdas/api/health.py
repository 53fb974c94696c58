"""The heartbeat's memory of what the health checks found last."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from lambdas.api.errors import log_failure
from lambdas.api.requests import Request
from lambdas.bootstrap import Dependencies
from lambdas.names import Setting
from lambdas.services.health import JobsHealth, MarketHealth, check_jobs, check_market

T = TypeVar("T")

MARKET_KEPT: Final = timedelta(seconds=5)
JOBS_KEPT: Final = timedelta(seconds=30)


class RecentHealth:
    """Health checks of one process, each carried out at most once in a while.

    The heartbeat is public: however often it is requested, the dependencies are called rarely.
    """

    def __init__(self) -> None:
        self.market: Final = _Recent(_check_market, MARKET_KEPT)
        self.jobs: Final = _Recent(_check_jobs, JOBS_KEPT)


class _Recent(Generic[T]):
    """The last result of a check; None where the check failed."""

    def __init__(self, check: Callable[[Dependencies, datetime], T], kept: timedelta) -> None:
        self._check = check
        self._kept = kept
        self._last: tuple[datetime, T | None] | None = None

    def __call__(self, request: Request) -> T | None:
        """The last result, or a new one if that is too old."""
        last = self._last
        if last is None or not timedelta(0) <= request.now - last[0] < self._kept:
            last = self._last = (request.now, self._try(request))
        return last[1]

    def _try(self, request: Request) -> T | None:
        try:
            return self._check(request.deps, request.now)
        except Exception as error:  # noqa: BLE001 - the heartbeat answers whatever fails
            log_failure(error, status=200)
            return None


def _check_market(deps: Dependencies, now: datetime) -> MarketHealth:
    silent_after = deps.config.seconds(Setting.LINK_SILENT_AFTER_S)
    return check_market(deps.market, now=now, silent_after=silent_after)


def _check_jobs(deps: Dependencies, now: datetime) -> JobsHealth:
    return check_jobs(deps.jobs, deps.workflow, now=now)
