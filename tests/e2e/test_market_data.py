"""Candles, trends and what all groups buy, through the real bridge, functions and API."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.lists import everything
from tests.e2e.speaker import Speaker, speaking
from tests.e2e.system import Person, System, eventually

INTERVALS = ("1h", "1d")


@pytest.fixture
def speaker(system: System) -> Iterator[Speaker]:
    with speaking(system) as speaker:
        yield speaker


def a_symbol() -> str:
    """A company of one test alone: the system is shared, and remembers."""
    return f"T{uuid4().hex[:8].upper()}"


def market_zone(person: Person) -> ZoneInfo:
    return ZoneInfo(person.get("/me")["market_zone"])


def span_of(time: str, interval: str, zone: ZoneInfo) -> str:
    """The hour, or the market's day, that contains a time."""
    at = datetime.fromisoformat(time)
    if interval == "1d":
        return at.astimezone(zone).date().isoformat()
    return at.astimezone(UTC).isoformat(timespec="hours")


def candles_by_hand(prices: list[Any], interval: str, zone: ZoneInfo) -> list[Any]:
    """From a company's listed prices, newest first, as anybody would."""
    spans: dict[str, list[Decimal]] = {}
    for price in reversed(prices):
        span = span_of(price["observed_at"], interval, zone)
        spans.setdefault(span, []).append(Decimal(price["price"]))
    return [
        (span, these[0], max(these), min(these), these[-1], len(these))
        for span, these in reversed(spans.items())
    ]


def trend_by_hand(prices: list[Any], zone: ZoneInfo) -> list[Decimal]:
    """The newest market day's first price, the last one of each hour, and the latest price."""
    market_day = span_of(prices[0]["observed_at"], "1d", zone)
    day = [
        price
        for price in reversed(prices)
        if span_of(price["observed_at"], "1d", zone) == market_day
    ]
    closes = {span_of(price["observed_at"], "1h", zone): price for price in day}
    between = [price for price in closes.values() if price not in (day[0], day[-1])]
    points = [day[0], *between, day[-1]] if len(day) > 1 else day
    return [Decimal(price["price"]) for price in points]


def candles_told(person: Person, symbol: str, interval: str, zone: ZoneInfo) -> list[Any]:
    return [
        (
            span_of(candle["opened_at"], interval, zone),
            *(Decimal(candle[part]) for part in ("open", "high", "low", "close")),
            candle["count"],
        )
        for candle in everything(person, f"/stocks/{symbol}/candles?interval={interval}")
    ]


def batches(symbols: list[str]) -> list[dict[str, Any]]:
    """Three days of prices of some companies, a message each half hour; each speaks once too often,
    and none in its turn.
    """
    dice = random.Random(7)
    start = datetime.now(UTC) - timedelta(days=3)
    messages = [
        {
            "stocks": [
                {"symbol": symbol, "shortName": symbol, "price": dice.randrange(1, 10**8) / 10**6}
                for symbol in symbols
            ],
            "datetime": (start + timedelta(minutes=30 * number)).isoformat(),
        }
        for number in range(144)
    ]
    delivered = [*messages, *messages]
    dice.shuffle(delivered)
    return delivered


def wait_for(person: Person, symbol: str, prices: int) -> None:
    def is_there() -> bool:
        if person.call("GET", f"/stocks/{symbol}").status != 200:
            return False
        return len(everything(person, f"/stocks/{symbol}/prices")) == prices

    assert eventually(is_there, what=f"{prices} prices of {symbol}", within_s=60)


def test_candles_are_those_of_the_listed_prices_however_these_came(
    speaker: Speaker, person: Person
) -> None:
    zone = market_zone(person)
    symbols = [a_symbol() for _ in range(3)]
    for message in batches(symbols):
        speaker.say("info", message)
    for symbol in symbols:
        wait_for(person, symbol, 144)
        prices = everything(person, f"/stocks/{symbol}/prices")
        for interval in INTERVALS:
            told = candles_told(person, symbol, interval, zone)
            assert told == candles_by_hand(prices, interval, zone)
        trend = person.get(f"/stocks/{symbol}")["trend"]
        assert [Decimal(point["price"]) for point in trend] == trend_by_hand(prices, zone)


def test_candles_of_a_company_that_trades_now_follow_its_prices(person: Person) -> None:
    zone = market_zone(person)

    def agrees() -> bool:
        before = everything(person, "/stocks/AAPL/prices")
        told = {it: candles_told(person, "AAPL", it, zone) for it in INTERVALS}
        if everything(person, "/stocks/AAPL/prices") != before:
            return False  # a price came between
        assert told == {it: candles_by_hand(before, it, zone) for it in INTERVALS}
        return True

    assert eventually(agrees, what="a moment without a new price")


def test_an_operator_makes_candles_anew_while_prices_come(system: System, person: Person) -> None:
    made = system.run("candles")
    assert made.returncode == 0, made.stdout + made.stderr
    assert "AAPL" in made.stdout
    assert " 0 candles were wrong" in made.stdout
    again = system.run("candles", "SYMBOL=AAPL")
    assert len(again.stdout.splitlines()) == 1, again.stdout
    assert system.run("candles", "SYMBOL=NOPE").returncode != 0


@pytest.mark.parametrize("first", ["request", "validation"])
def test_what_another_group_buys_appears_whichever_half_comes_first(
    speaker: Speaker, person: Person, first: str
) -> None:
    """A company that the exchange knows: it answers the same request, and says the same."""
    quantity, request_id = a_quantity(), str(uuid4())
    said = {
        "request": {
            "request_id": request_id,
            "group_id": "13",
            "symbol": "GOOG",
            "datetime": datetime.now(UTC).isoformat(),
            "quantity": quantity,
        },
        "validation": {"request_id": request_id, "group_id": 13, "seller": 0, "valid": True},
    }
    for topic in sorted(said, key=lambda topic: topic != first):
        speaker.say(topic, said[topic])
    (trade,) = eventually(lambda: traded(person, "GOOG", quantity), what="another's purchase")
    assert (trade["group_id"], trade["own"], trade["valid"]) == ("13", False, True)
    assert trade in everything(person, "/activity")
    assert request_id not in str(trade)


def a_quantity() -> str:
    """One that tells a purchase from all others."""
    return f"2.{uuid4().int % 10**5:05}1"


def traded(person: Person, symbol: str, quantity: str) -> list[Any]:
    """The company's activity of this quantity."""
    activity = everything(person, f"/stocks/{symbol}/activity")
    return [trade for trade in activity if trade["quantity"] == quantity]


def test_what_we_buy_ourselves_is_among_it_once_it_is_accepted(person: Person) -> None:
    quantity = a_quantity().replace("2.", "0.")
    order = person.buy("AAPL", quantity)
    accepted = person.ended(order["order_id"])
    assert accepted["state"] == "ACCEPTED"
    (ours,) = traded(person, "AAPL", quantity)
    assert (ours["group_id"], ours["own"], ours["valid"]) == ("3", True, True)
    assert ours["validated_at"] == accepted["ended_at"]
    assert order["order_id"] not in str(ours)
    assert ours in everything(person, "/activity")
