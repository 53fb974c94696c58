"""GET /heartbeat, GET /openapi.json, GET /me."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from lambdas.domain.errors import Transient
from lambdas.domain.market import Quote
from tests.builders import ALICE, NOW, a_quote
from tests.fakes.memory import MemoryMarket
from tests.unit.http.gateway import DOCUMENT, Site

Log = Callable[[], list[dict[str, Any]]]


class FailingMarket(MemoryMarket):
    """A table that fails."""

    error: Exception = Transient()
    asked = 0

    def board(self, *, consistent: bool = False) -> Sequence[Quote]:
        """Fails."""
        self.asked += 1
        raise self.error


def test_the_heartbeat_needs_no_token_and_reports_the_exchange(site: Site) -> None:
    answer = site.get("/heartbeat", who=None)

    assert answer.status == 200
    assert answer.json == {
        "alive": True,
        "stage": "test",
        "exchange": {"link_alive": True},
        "jobs": {"alive": True, "last_finished_at": None, "last_failed_at": None},
        "newest_price_at": "2026-03-04T14:59:00.123456Z",
        "newest_price_age_s": 60,
    }


def test_the_heartbeat_reports_a_silent_exchange(site: Site) -> None:
    long_ago = NOW - timedelta(minutes=16)
    site.store.quotes["AAPL"] = a_quote(observed_at=long_ago, received_at=long_ago)

    heartbeat = site.get("/heartbeat", who=None).json

    assert heartbeat["exchange"] == {"link_alive": False}
    assert heartbeat["newest_price_age_s"] == 960


def test_before_the_first_price_there_is_no_age(site: Site) -> None:
    site.store.quotes.clear()

    heartbeat = site.get("/heartbeat", who=None).json

    assert heartbeat["exchange"] == {"link_alive": False}
    assert (heartbeat["newest_price_at"], heartbeat["newest_price_age_s"]) == (None, None)


@pytest.mark.parametrize("error", [Transient(), RuntimeError("secret text")])
def test_the_heartbeat_answers_when_the_store_fails(site: Site, log: Log, error: Exception) -> None:
    market = FailingMarket(site.store)
    market.error = error
    site.deps.market = market

    answer = site.get("/heartbeat", who=None)

    assert (answer.status, answer.json["alive"]) == (200, True)
    assert answer.json["exchange"] == {"link_alive": None}
    assert len(log()) == 1
    assert "secret text" not in str(log())


def test_the_board_is_read_once_in_five_seconds_however_many_ask(site: Site) -> None:
    market = FailingMarket(site.store)
    site.deps.market = market

    for elapsed_s in (0, 1, 4.999):
        site.now = NOW + timedelta(seconds=elapsed_s)
        site.get("/heartbeat", who=None)
    assert market.asked == 1

    site.now = NOW + timedelta(seconds=5)
    site.get("/heartbeat", who=None)
    assert market.asked == 2


def test_the_age_of_a_remembered_price_keeps_growing(site: Site) -> None:
    site.get("/heartbeat", who=None)
    site.now = NOW + timedelta(seconds=3)

    assert site.get("/heartbeat", who=None).json["newest_price_age_s"] == 63


def test_the_openapi_document_is_the_committed_file_and_cacheable(site: Site) -> None:
    answer = site.get("/openapi.json", who=None)

    assert answer.json == DOCUMENT
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    etag = answer.headers["ETag"]
    assert site.get("/openapi.json", who=None, headers={"if-none-match": etag}).status == 304


def test_me_is_the_account_of_the_token(site: Site) -> None:
    answer = site.get("/me", claims={"email": "alice@example.com"})

    assert answer.json == {
        "account_id": ALICE,
        "email": "alice@example.com",
        "group_id": "3",
        "currency": "USD",
        "limits": {
            "max_deposit": "100000.00",
            "max_quantity": "1000000000",
            "max_price_age_s": 3600,
        },
        "market_zone": "America/New_York",
        "deposit_methods": ["demo"],
        "settings": {
            "favourites": [],
            "language": None,
            "theme": None,
            "mails": {"orders": False},
        },
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_me_has_an_email_only_if_the_token_has_one(site: Site) -> None:
    assert "email" not in site.get("/me").json
