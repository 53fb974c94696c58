"""Prices: the real series is read unchanged, and every price is a function of seed and time."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.exchange.market import (
    RANDOM_WALKS,
    Bar,
    Market,
    historical_series,
    open_market,
    parse_series,
    past_moments,
    price_at,
    reflect,
    walk_bars,
)
from tests.unit.exchange.builders import BARS, NOON, a_market

FIRST, LAST = datetime(2023, 1, 1), datetime(2040, 1, 1)  # noqa: DTZ001  # bounds must be naive


def stocks(market: Market, at: datetime = NOON) -> dict[str, dict[str, object]]:
    message = json.loads(market.batch(at))
    items = json.loads(message["stocks"], parse_float=Decimal)
    return {item["symbol"]: item for item in items}


@pytest.fixture(scope="module")
def series() -> dict[str, list[Bar]]:
    return historical_series()


def test_the_real_series_holds_the_days_on_which_all_five_companies_were_traded(
    series: dict[str, list[Bar]],
) -> None:
    assert set(series) == {"AAPL", "FB", "GOOG", "IBM", "MSFT"}
    assert {len(bars) for bars in series.values()} == {196}
    first = series["FB"][0]
    assert (first.open, first.high, first.low, first.close) == (
        42.05,
        45.0,
        38.0,
        38.2318,
    )  # the day Facebook went public


def test_headers_between_companies_are_skipped_and_days_are_sorted() -> None:
    lines = [
        "Ticker,Date,Open,High,Low,Close,Volume,Adj Close",
        "AAPL,2000-03-02,2,2,2,2,1,2",
        "AAPL,2000-03-01,1,1,1,1,1,1",
        "Ticker,Date,Open,High,Low,Close,Volume,Adj Close",
        "FB,2000-03-02,5,5,5,5,1,5",
        "FB,2000-03-01,4,4,4,4,1,4",
    ]
    assert [[bar.close for bar in bars] for bars in parse_series(lines).values()] == [
        [1, 2],
        [4, 5],
    ]


def test_a_day_runs_from_open_over_both_extremes_to_close() -> None:
    rising = [price_at(BARS, part) for part in (0, 1 / 3, 2 / 3)]
    falling = [price_at(BARS, 1 + part) for part in (0, 1 / 3, 2 / 3, 1)]
    assert rising == [10, 9, 14]
    assert falling == [12, 13, 6, 7]


@given(st.floats(0, 1e6))
def test_every_price_lies_within_the_series_and_has_six_places_at_most(position: float) -> None:
    price = price_at(BARS, position)
    assert 6 <= price <= 14
    assert price == round(price, 6)


@pytest.mark.parametrize(
    ("position", "place"), [(0, 0), (1.5, 1.5), (3, 3), (4, 2), (6, 0), (7.25, 1.25)]
)
def test_a_series_is_replayed_forwards_and_backwards(position: float, place: float) -> None:
    assert reflect(position, 3) == pytest.approx(place)


def test_a_batch_is_json_within_json_with_commas_in_names(
    series: dict[str, list[Bar]],
) -> None:
    message = json.loads(open_market(series, 1, 1.0).batch(NOON))
    assert set(message) == {"stocks", "stocks_id", "datetime"}
    assert message["datetime"] == "2026-03-02T12:00:00.000Z"
    assert str(UUID(message["stocks_id"])) == message["stocks_id"]
    items = json.loads(message["stocks"])
    assert len(items) == 17
    assert {"shortName": "Amazon.com, Inc.", "source": "Nasdaq Real Time Price"}.items() <= next(
        item for item in items if item["symbol"] == "AMZN"
    ).items()


def test_sources_are_given_null_or_left_out() -> None:
    board = stocks(a_market())
    assert board["LTMAY"]["source"] is None
    assert "source" not in board["SIRI"]
    assert board["AAPL"]["source"] == "Nasdaq Real Time Price"


@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
def test_prices_are_positive_numbers_with_six_places_at_most(at: datetime) -> None:
    for item in stocks(a_market(), at).values():
        price = item["price"]
        assert isinstance(price, Decimal)
        assert price > 0
        assert price == round(price, 6)


def test_some_companies_cost_less_than_a_dollar_and_stay_cheap() -> None:
    penny = [walk for walk in RANDOM_WALKS if walk.price < 1]
    assert len(penny) >= 3
    for walk in penny:
        closes = [bar.close for bar in walk_bars(1, walk, 196)]
        assert walk.price / 10 < min(closes)
        assert max(closes) < walk.price * 10


def test_a_day_of_a_walk_lies_between_its_extremes() -> None:
    for bar in walk_bars(7, RANDOM_WALKS[0], 196):
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high


def test_a_batch_is_a_function_of_seed_and_time() -> None:
    assert a_market(seed=4).batch(NOON) == a_market(seed=4).batch(NOON)
    assert stocks(a_market(seed=4)) != stocks(a_market(seed=5))


def test_no_two_batches_share_an_id() -> None:
    market = a_market()
    ids = {
        json.loads(market.batch(NOON + timedelta(seconds=5 * n)))["stocks_id"] for n in range(50)
    }
    assert len(ids) == 50


def test_speed_is_the_number_of_trading_days_in_a_day() -> None:
    slow, fast = a_market(speed=1), a_market(speed=24)
    begin = datetime(2023, 1, 1, tzinfo=UTC)
    a_day, an_hour = begin + timedelta(days=1), begin + timedelta(hours=1)
    assert stocks(slow, begin) == stocks(fast, begin)
    assert stocks(slow, a_day) == stocks(fast, an_hour)


@given(st.integers(1, 1440), st.integers(0, 86_400_000))
def test_past_moments_are_oldest_first_and_within_the_last_day(
    count: int, milliseconds: int
) -> None:
    now = NOON + timedelta(milliseconds=milliseconds)
    moments = past_moments(now, count)
    assert len(moments) == count
    assert moments == sorted(moments)
    assert now - timedelta(days=1) - timedelta(days=1) / count <= moments[0]
    assert moments[-1] <= now


def test_a_backfill_after_a_restart_has_the_same_moments() -> None:
    before, after = past_moments(NOON, 288), past_moments(NOON + timedelta(minutes=12), 288)
    assert before[2:] == after[:-2]
    assert past_moments(NOON, 0) == []
