"""Candles, what all groups buy, and the trend of the board."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lambdas.api import market as market_api
from lambdas.domain.activity import GroupRequest, Trade, Validation
from lambdas.services.market import store_prices
from tests.builders import ALICE, NOW, a_tick, an_accepted_order
from tests.unit.http.gateway import Site


def prices(site: Site, *priced: tuple[int, str]) -> None:
    """Stores prices of AAPL, given in minutes before NOW (15:00:00.123456)."""
    ticks = [
        a_tick(observed_at=NOW - timedelta(minutes=minutes), price=Decimal(price))
        for minutes, price in priced
    ]
    store_prices(site.deps.market, ticks)


def record(site: Site, request_id: str, at: datetime, **changes: Any) -> None:
    """Records a request of group 13 and the exchange's answer."""
    values: dict[str, Any] = {
        "request_id": request_id,
        "group_id": "13",
        "symbol": "AAPL",
        "quantity": Decimal("2.50"),
        "requested_at": at - timedelta(seconds=1),
    }
    valid = changes.pop("valid", True)
    site.deps.activity.record_request(GroupRequest(**(values | changes)))
    site.deps.activity.record_validation(
        Validation(request_id=request_id, group_id="13", valid=valid, received_at=at)
    )


def test_candles_are_hourly_by_default_and_newest_first(site: Site) -> None:
    prices(site, (70, "10"), (65, "12.5"), (61, "9"), (0, "11"))

    candles = site.get("/stocks/AAPL/candles").json["items"]

    assert candles == [
        {
            "opened_at": "2026-03-04T15:00:00.000000Z",
            "open": "11",
            "high": "11",
            "low": "11",
            "close": "11",
            "count": 1,
            "volume": None,
            "purchases": None,
        },
        {
            "opened_at": "2026-03-04T13:00:00.000000Z",
            "open": "10",
            "high": "12.5",
            "low": "9",
            "close": "9",
            "count": 3,
            "volume": None,
            "purchases": None,
        },
    ]


def test_the_volume_of_a_candle_is_what_all_groups_bought_during_it(site: Site) -> None:
    prices(site, (70, "10"), (5, "11"), (0, "12"))
    record(site, "a", NOW - timedelta(minutes=4), quantity=Decimal("1.5"))
    record(site, "b", NOW - timedelta(minutes=3), quantity=Decimal("2"))
    record(site, "c", NOW - timedelta(minutes=30), quantity=Decimal("9"))  # there is no price
    query = {"interval": "5m", "volume": "true"}

    candles = site.get("/stocks/AAPL/candles", query=query).json["items"]

    assert [(candle["volume"], candle["purchases"]) for candle in candles] == [
        ("0", 0),
        ("3.5", 2),
        ("0", 0),
    ]


def test_what_is_too_much_to_count_is_not_known(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_api, "MAX_PURCHASES", 2)
    prices(site, (70, "10"), (10, "10"), (5, "11"), (0, "12"))
    for number, minutes in enumerate((70, 9, 4, 3)):
        record(site, str(number), NOW - timedelta(minutes=minutes), quantity=Decimal(1))
    query = {"interval": "5m", "volume": "true"}

    candles = site.get("/stocks/AAPL/candles", query=query).json["items"]

    assert [candle["volume"] for candle in candles] == ["0", None, None, None]


def test_daily_candles_of_a_period_come_in_pages(site: Site) -> None:
    prices(site, *((24 * 60 * day, str(day + 1)) for day in range(6)))
    query = {
        "interval": "1d",
        "from": "2026-02-28T00:00:00Z",
        "to": "2026-03-04T00:00:00Z",
        "limit": "3",
    }

    first = site.get("/stocks/AAPL/candles", query=query).json
    rest = site.get("/stocks/AAPL/candles", query=query | {"cursor": first["next_cursor"]}).json

    assert [candle["close"] for candle in first["items"]] == ["2", "3", "4"]
    assert [candle["close"] for candle in rest["items"]] == ["5"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"interval": "5min"}, ["interval"]),
        ({"limit": "401"}, ["limit"]),
        ({"volume": "yes"}, ["volume"]),
        ({"interval": ""}, ["interval"]),
        ({"interval": "1H"}, ["interval"]),
        ({"interval": "3h", "from": "x", "limit": "0"}, ["limit", "from", "interval"]),
        ({"cursor": "not ours"}, ["cursor"]),
    ],
)
def test_every_invalid_parameter_of_candles_is_named(
    site: Site, query: dict[str, str], fields: list[str]
) -> None:
    answer = site.get("/stocks/AAPL/candles", query=query)

    assert (answer.status, answer.fields) == (422, fields)


@pytest.mark.parametrize("what", ["candles", "activity"])
def test_an_unknown_company_is_not_found_and_a_known_one_without_items_is_empty(
    site: Site, what: str
) -> None:
    for symbol in ("NOPE", "A%2FB", "A" * 17):
        assert site.get(f"/stocks/{symbol}/{what}").json["code"] == "not_found"
    assert site.get(f"/stocks/AAPL/{what}").json == {"items": [], "next_cursor": None}


def test_the_board_shows_the_market_day_that_the_change_covers(site: Site) -> None:
    prices(site, *((60 * hour, str(200 - hour)) for hour in range(30)))
    prices(site, (60 * 3 + 20, "1"))  # 11:40, late, and yet the last one of its hour

    expected = [str(200 - hour) for hour in reversed(range(10 + 1))]  # from midnight in New York
    expected[-5] = "1"
    for stock in (site.get("/stocks").json["items"][0], site.get("/stocks/AAPL").json):
        assert [point["price"] for point in stock["trend"]] == expected
        assert stock["trend"][-1] == {"at": stock["observed_at"], "price": stock["price"]}
        assert (stock["open"], stock["high"], stock["low"]) == ("190", "200", "1")
        assert stock["previous_close"] == "189"
        assert stock["market_day"] == "2026-03-04"


def test_a_purchase_of_another_group_is_shown_without_its_request_id(site: Site) -> None:
    record(site, "secret-1", NOW, valid=False)
    site.now = NOW + timedelta(seconds=1)

    for path in ("/stocks/AAPL/activity", "/activity"):
        answer = site.get(path)
        assert answer.json["items"] == [
            {
                "group_id": "13",
                "own": False,
                "symbol": "AAPL",
                "quantity": "2.5",
                "valid": False,
                "requested_at": "2026-03-04T14:59:59.123456Z",
                "validated_at": "2026-03-04T15:00:00.123456Z",
            }
        ]
        assert "secret" not in answer.text


def test_a_purchase_of_our_own_group_is_marked_and_names_no_order(
    site: Site,
) -> None:
    order = an_accepted_order(NOW)
    site.deps.activity.record_trade(
        Trade(
            request_id=order.order_id,
            group_id="3",
            symbol=order.symbol,
            quantity=order.quantity,
            valid=True,
            requested_at=order.created_at,
            validated_at=NOW,
        )
    )
    site.now = NOW + timedelta(seconds=1)

    for path in ("/stocks/AAPL/activity", "/activity"):
        (trade,) = site.get(path).json["items"]
        assert (trade["group_id"], trade["own"]) == ("3", True)
        assert order.order_id not in str(trade)
        assert ALICE not in str(trade)


def test_activity_of_a_company_comes_in_pages(site: Site) -> None:
    for number in range(5):
        record(site, f"r{number}", NOW - timedelta(days=number * 20), quantity=Decimal(number + 1))
    record(site, "another", NOW, symbol="MSFT")

    first = site.get("/stocks/AAPL/activity", query={"limit": "3"}).json
    rest = site.get("/stocks/AAPL/activity", query={"cursor": first["next_cursor"]}).json

    assert [trade["quantity"] for trade in first["items"]] == ["1", "2", "3"]
    assert [trade["quantity"] for trade in rest["items"]] == ["4", "5"]


def test_the_feed_is_all_companies_of_the_last_seven_days(site: Site) -> None:
    for number, days in enumerate((0.001, 3, 6.9, 7.1)):
        record(site, f"r{number}", NOW - timedelta(days=days), symbol=f"S{number}")

    first = site.get("/activity", query={"limit": "2"}).json
    rest = site.get("/activity", query={"limit": "2", "cursor": first["next_cursor"]}).json

    assert [trade["symbol"] for trade in first["items"]] == ["S0", "S1"]
    assert [trade["symbol"] for trade in rest["items"]] == ["S2"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("path", ["/activity", "/stocks/AAPL/activity"])
def test_an_invalid_page_of_activity_is_named(site: Site, path: str) -> None:
    answer = site.get(path, query={"limit": "101"})
    assert (answer.status, answer.fields) == (422, ["limit"])
    answer = site.get(path, query={"cursor": "not ours"})
    assert (answer.status, answer.fields) == (422, ["cursor"])
