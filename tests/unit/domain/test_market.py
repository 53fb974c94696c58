"""Symbols, clocks, quotes, candles, and what a batch of prices changes.

Quotes and candles are functions of the set of ticks, whatever the order of their arrival.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.market import (
    INTERVAL_LENGTHS,
    MAX_KEYS,
    Candle,
    Interval,
    MarketSnapshot,
    Quote,
    Tick,
    TrendPoint,
    candle_key,
    candle_with_tick,
    closing_of,
    decide_rebuild,
    decide_ticks,
    join_candles,
    market_date,
    observation_time,
    opening_of,
    parse_symbol,
    portions,
    quote_with_tick,
    tick_key,
)
from lambdas.domain.money import MAX_PRICE, STEP
from lambdas.domain.regression import MICROSECOND, Sums
from tests.builders import NOW, ZONE, a_tick


def test_a_time_in_the_future_is_replaced_by_the_time_of_arrival() -> None:
    ahead = NOW + timedelta(minutes=5)
    assert observation_time(ahead, NOW) == ahead
    assert observation_time(ahead + timedelta(microseconds=1), NOW) == NOW
    assert observation_time(None, NOW) == NOW


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("aapl", "AAPL"),
        (" BRK.B ", "BRK.B"),
        ("^GSPC", "^GSPC"),
        ("BTC-USD", "BTC-USD"),
        ("", None),
        ("A" * 17, None),
        ("A B", None),
        ("=1+1", None),
        ("../x", None),
        ("ÄÖ", None),
        ("A\n", "A"),
    ],
)
def test_symbols_are_upper_case_and_short(text: str, symbol: str | None) -> None:
    assert parse_symbol(text) == symbol


daily_ticks = st.lists(
    st.integers(0, 5 * 24 * 60).map(
        lambda minute: a_tick(
            observed_at=NOW - timedelta(minutes=minute), price=Decimal(minute + 1)
        )
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda tick: tick.observed_at,
)


def quote_of(seen: list[Tick]) -> Quote:
    quote = None
    for tick in seen:
        quote = quote_with_tick(quote, tick, ZONE)
    assert quote is not None
    return quote


@given(daily_ticks, st.randoms(use_true_random=False))
def test_the_order_in_which_prices_come_does_not_matter(seen: list[Tick], random: object) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert quote_of(shuffled) == quote_of(seen)


@given(daily_ticks)
def test_a_quote_is_the_newest_price_and_the_last_of_the_day_before(seen: list[Tick]) -> None:
    quote = quote_of([*seen, *seen])
    newest = max(seen, key=lambda tick: tick.observed_at)
    day = market_date(newest.observed_at, ZONE)
    before = [t for t in seen if market_date(t.observed_at, ZONE) < day]
    today = [t for t in seen if market_date(t.observed_at, ZONE) == day]
    last_before = max(before, key=lambda tick: tick.observed_at, default=None)
    assert (quote.price, quote.observed_at) == (newest.price, newest.observed_at)
    assert quote.previous_close == (None if last_before is None else last_before.price)
    assert quote.previous_close_at == (None if last_before is None else last_before.observed_at)
    assert (quote.change is None) is (last_before is None)
    first = min(today, key=lambda tick: tick.observed_at)
    assert (quote.open, quote.open_at) == (first.price, first.observed_at)
    assert (quote.high, quote.low) == (
        max(tick.price for tick in today),
        min(tick.price for tick in today),
    )


MIDNIGHT = datetime(2026, 3, 4, 5, tzinfo=UTC)  # in New York
SPANS_US = {Interval.HOUR: 3_600_000_000, Interval.DAY: 86_400_000_000}


def ticks_of(interval: Interval) -> st.SearchStrategy[list[Tick]]:
    """Ticks of one candle, edges of the span included, no two at one time."""
    at = st.integers(0, SPANS_US[interval] - 1).map(lambda us: MIDNIGHT + us * MICROSECOND)
    price = st.decimals(STEP, MAX_PRICE, places=6)
    tick = st.builds(lambda at, price: a_tick(observed_at=at, price=price), at, price)
    return st.lists(tick, min_size=1, max_size=20, unique_by=lambda tick: tick.observed_at)


def candle_of(ticks: Sequence[Tick], interval: Interval) -> Candle:
    candle = None
    for tick in ticks:
        candle = candle_with_tick(candle, tick, interval, ZONE)
    assert candle is not None
    return candle


def expected_candle(ticks: Sequence[Tick], interval: Interval) -> Candle:
    """From the whole history at once, as a chart book says it."""
    history = sorted(ticks, key=lambda tick: tick.observed_at)
    return Candle(
        symbol="AAPL",
        interval=interval,
        opened_at=MIDNIGHT,
        open=history[0].price,
        high=max(tick.price for tick in history),
        low=min(tick.price for tick in history),
        close=history[-1].price,
        first_at=history[0].observed_at,
        last_at=history[-1].observed_at,
        sums=Sums.of([(tick.observed_at, tick.price) for tick in history], MIDNIGHT),
    )


@pytest.mark.parametrize("interval", Interval)
@given(st.data())
def test_a_candle_is_what_the_whole_history_says_in_any_order(
    interval: Interval, data: st.DataObject
) -> None:
    ticks = data.draw(ticks_of(interval))
    shuffled = data.draw(st.permutations(ticks))
    assert candle_of(shuffled, interval) == expected_candle(ticks, interval)


@given(ticks_of(Interval.DAY), st.data())
def test_candles_of_parts_join_to_the_candle_of_all(ticks: list[Tick], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(ticks)))
    parts = [candle_of(part, Interval.DAY) for part in (ticks[:cut], ticks[cut:]) if part]
    assert reduce(join_candles, parts) == expected_candle(ticks, Interval.DAY)
    assert reduce(join_candles, reversed(parts)) == expected_candle(ticks, Interval.DAY)


def test_candles_of_different_spans_do_not_join() -> None:
    early, late = (
        candle_of([a_tick(observed_at=MIDNIGHT + timedelta(hours=n))], Interval.HOUR)
        for n in (1, 2)
    )
    with pytest.raises(AssertionError):
        join_candles(early, late)


@pytest.mark.parametrize("interval", Interval)
def test_a_span_has_its_start_and_not_its_end(interval: Interval) -> None:
    end = MIDNIGHT + INTERVAL_LENGTHS[interval]
    assert opening_of(MIDNIGHT, interval, ZONE) == MIDNIGHT
    assert opening_of(end - MICROSECOND, interval, ZONE) == MIDNIGHT
    assert opening_of(end, interval, ZONE) == end
    assert candle_key(a_tick(observed_at=end), interval, ZONE) == ("AAPL", interval, end)


NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
EMPTY = MarketSnapshot(quotes={}, candles={})

batches = st.lists(
    st.builds(
        lambda symbol, minute, cents: a_tick(
            symbol=symbol,
            observed_at=NOON - timedelta(minutes=7 * minute),
            price=Decimal(cents) / 100,
        ),
        st.sampled_from(["AAPL", "MSFT"]),
        st.integers(0, 500),
        st.integers(1, 10_000),
    ),
    min_size=1,
    max_size=25,
    unique_by=tick_key,
)


def applied(known: MarketSnapshot, batch: list[Tick]) -> MarketSnapshot:
    """What is known after a batch, if all its portions are committed."""
    for portion in portions(batch, ZONE):
        update = decide_ticks(portion, known, ZONE)
        if update is not None:
            known = MarketSnapshot(
                quotes={**known.quotes, **{c.after.symbol: c.after for c in update.quotes}},
                candles={**known.candles, **{c.after.key: c.after for c in update.candles}},
                ticks=known.ticks | {tick_key(tick) for tick in update.ticks},
            )
    return known


@given(batches, st.data())
def test_in_any_order_and_cut_and_any_number_of_times_the_end_is_the_same(
    seen: list[Tick], data: st.DataObject
) -> None:
    delivered = data.draw(st.permutations([*seen, *data.draw(st.lists(st.sampled_from(seen)))]))
    cut = data.draw(st.integers(0, len(delivered)))
    whole = applied(EMPTY, seen)
    assert applied(applied(EMPTY, delivered[:cut]), delivered[cut:]) == whole
    assert sum(candle.sums.n for candle in whole.candles.values()) == 2 * len(seen)


def test_a_known_batch_changes_nothing() -> None:
    batch = [a_tick(symbol=symbol) for symbol in ("AAPL", "MSFT")]
    assert decide_ticks(batch, applied(EMPTY, batch), ZONE) is None


def test_the_first_price_at_one_time_stays_within_a_batch_and_over_batches() -> None:
    first, second = a_tick(price=Decimal(1)), a_tick(price=Decimal(2))
    known = applied(EMPTY, [first, second])
    assert known.quotes["AAPL"].price == Decimal(1)
    assert decide_ticks([second], known, ZONE) is None


def test_a_new_price_is_four_things_to_read_and_to_write() -> None:
    update = decide_ticks([a_tick()], EMPTY, ZONE)
    assert update is not None
    assert (len(update.ticks), len(update.quotes), len(update.candles)) == (1, 1, 2)


def test_a_price_of_days_ago_leaves_the_board_as_it_is() -> None:
    known = applied(EMPTY, [a_tick(observed_at=NOON - timedelta(hours=hour)) for hour in range(24)])
    days_ago = a_tick(observed_at=NOON - timedelta(days=3))
    update = decide_ticks([days_ago], known, ZONE)
    assert update is not None
    assert (len(update.ticks), len(update.quotes), len(update.candles)) == (1, 0, 2)


@given(batches)
def test_the_trend_is_the_market_day_that_the_change_covers(seen: list[Tick]) -> None:
    for symbol, quote in applied(EMPTY, seen).quotes.items():
        day = sorted(
            (t.observed_at, t.price)
            for t in seen
            if t.symbol == symbol and market_date(t.observed_at, ZONE) == day_of(quote)
        )
        last_of_hour = {at.replace(minute=0): (at, price) for at, price in day}
        expected = sorted({day[0], *last_of_hour.values()})
        assert [(point.at, point.price) for point in quote.trend] == expected


def day_of(quote: Quote) -> date:
    return market_date(quote.observed_at, ZONE)


def test_the_closes_of_an_earlier_day_are_no_part_of_the_trend() -> None:
    known = applied(EMPTY, [a_tick(observed_at=MIDNIGHT - timedelta(minutes=1), price=Decimal(7))])
    first = a_tick(observed_at=MIDNIGHT, price=Decimal(8))
    quote = applied(known, [first]).quotes["AAPL"]
    assert quote.trend == (TrendPoint(at=MIDNIGHT, price=Decimal(8)),)
    assert (quote.previous_close, quote.change, quote.day_at) == (Decimal(7), 1, MIDNIGHT)


def test_a_late_price_of_the_day_before_becomes_the_previous_close() -> None:
    first = a_tick(observed_at=MIDNIGHT, price=Decimal(8))
    late = a_tick(observed_at=MIDNIGHT - MICROSECOND, price=Decimal(9))
    quote = applied(applied(EMPTY, [first]), [late]).quotes["AAPL"]
    assert (quote.previous_close, quote.change) == (Decimal(9), -1)
    assert (quote.open, quote.high, quote.low) == (8, 8, 8)


@pytest.mark.parametrize(
    ("zone", "at", "opening", "hours"),
    [
        ("America/New_York", "2026-03-08T12:00", "2026-03-08T05:00", 23),  # clocks go forward
        ("America/New_York", "2026-11-01T12:00", "2026-11-01T04:00", 25),  # and back
        ("America/New_York", "2026-11-01T05:30", "2026-11-01T04:00", 25),
        ("America/Santiago", "2026-09-06T12:00", "2026-09-06T04:00", 23),  # there is no midnight
        ("America/Santiago", "2026-04-05T02:30", "2026-04-04T03:00", 25),  # 23:30, the second time
        ("America/Havana", "2026-11-01T05:30", "2026-11-01T04:00", 25),  # midnight comes twice
        ("Asia/Kolkata", "2026-03-04T18:00", "2026-03-03T18:30", 24),
        ("Pacific/Auckland", "2026-01-10T12:00", "2026-01-10T11:00", 24),
        ("UTC", "2026-03-04T23:59", "2026-03-04T00:00", 24),
    ],
)
def test_a_market_day_lasts_from_one_midnight_of_its_zone_to_the_next(
    zone: str, at: str, opening: str, hours: int
) -> None:
    there = ZoneInfo(zone)
    start = opening_of(utc(at), Interval.DAY, there)
    end = closing_of(start, Interval.DAY, there)
    assert start == utc(opening)
    assert end - start == timedelta(hours=hours)
    assert opening_of(end, Interval.DAY, there) == end
    assert opening_of(end - MICROSECOND, Interval.DAY, there) == start
    assert opening_of(start, Interval.HOUR, there) == start


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def touched(portion: tuple[Tick, ...]) -> int:
    keys: set[Any] = set()
    for tick in portion:
        keys |= {tick.symbol, tick_key(tick)}
        keys |= {candle_key(tick, interval, ZONE) for interval in Interval}
    return len(keys)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=150))
def test_portions_are_all_of_the_batch_in_its_order_and_each_fits(
    pairs: list[tuple[int, int]],
) -> None:
    batch = [
        a_tick(symbol=f"S{symbol}", observed_at=NOON + timedelta(hours=hour))
        for symbol, hour in pairs
    ]
    cut = list(portions(batch, ZONE))
    assert [tick for portion in cut for tick in portion] == batch
    assert all(portion and touched(portion) <= MAX_KEYS for portion in cut)


def test_twenty_five_companies_are_one_portion() -> None:
    batch = [a_tick(symbol=f"S{number}") for number in range(51)]
    assert [len(portion) for portion in portions(batch, ZONE)] == [25, 25, 1]


def test_rebuilding_mends_what_is_wrong_and_no_more() -> None:
    day = [a_tick(observed_at=NOON + timedelta(minutes=minute)) for minute in (0, 5, 70)]
    right = applied(EMPTY, day)
    assert decide_rebuild(day, right, ZONE) is None
    half = applied(EMPTY, day[:1])
    update = decide_rebuild(day, half, ZONE)
    assert update is not None
    assert update.ticks == ()
    assert {c.after.key: c.after for c in update.candles} == right.candles
    assert [c.before for c in update.candles] == [
        half.candles.get(c.after.key) for c in update.candles
    ]
    assert {c.after.symbol: c.after for c in update.quotes} == right.quotes
