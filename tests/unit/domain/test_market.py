"""Symbols, clocks, quotes, candles, and what a batch of prices changes.

Quotes and candles are functions of the set of ticks, whatever the order of their arrival.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.market import (
    INTERVAL_LENGTHS,
    MAX_KEYS,
    TREND_HOURS,
    Candle,
    HourlyClose,
    Interval,
    MarketSnapshot,
    Quote,
    Tick,
    candle_key,
    candle_with_tick,
    decide_rebuild,
    decide_ticks,
    join_candles,
    observation_time,
    opening_of,
    parse_symbol,
    portions,
    quote_with_tick,
    tick_key,
)
from lambdas.domain.money import MAX_PRICE, STEP
from lambdas.domain.regression import MICROSECOND, Sums
from tests.builders import NOW, a_tick


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
        quote = quote_with_tick(quote, tick)
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
    before = [t for t in seen if t.observed_at.date() < newest.observed_at.date()]
    last_before = max(before, key=lambda tick: tick.observed_at, default=None)
    assert (quote.price, quote.observed_at) == (newest.price, newest.observed_at)
    assert quote.previous_price == (None if last_before is None else last_before.price)
    assert (quote.change is None) is (last_before is None)


MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
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
        candle = candle_with_tick(candle, tick, interval)
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
    assert opening_of(MIDNIGHT, interval) == MIDNIGHT
    assert opening_of(end - MICROSECOND, interval) == MIDNIGHT
    assert opening_of(end, interval) == end
    assert candle_key(a_tick(observed_at=end), interval) == ("AAPL", interval, end)


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
    for portion in portions(batch):
        update = decide_ticks(portion, known)
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
    assert decide_ticks(batch, applied(EMPTY, batch)) is None


def test_the_first_price_at_one_time_stays_within_a_batch_and_over_batches() -> None:
    first, second = a_tick(price=Decimal(1)), a_tick(price=Decimal(2))
    known = applied(EMPTY, [first, second])
    assert known.quotes["AAPL"].price == Decimal(1)
    assert decide_ticks([second], known) is None


def test_a_new_price_is_four_things_to_read_and_to_write() -> None:
    update = decide_ticks([a_tick()], EMPTY)
    assert update is not None
    assert (len(update.ticks), len(update.quotes), len(update.candles)) == (1, 1, 2)


def test_an_old_price_leaves_the_board_as_it_is() -> None:
    known = applied(
        EMPTY, [a_tick(observed_at=NOON - timedelta(hours=hour)) for hour in range(TREND_HOURS)]
    )
    earlier_that_day = a_tick(observed_at=NOON - timedelta(hours=TREND_HOURS - 1, minutes=30))
    update = decide_ticks([earlier_that_day], known)
    assert update is not None
    assert (len(update.ticks), len(update.quotes), len(update.candles)) == (1, 0, 2)


def test_the_trend_is_the_closes_of_the_latest_hours_that_have_prices() -> None:
    hours = [*range(30), 50]  # a night without prices between
    batch = [
        a_tick(observed_at=NOON - timedelta(hours=hour, minutes=minute), price=Decimal(hour + 1))
        for hour in hours
        for minute in (0, 20)
    ]
    known = applied(EMPTY, batch)
    hourly = [c for c in known.candles.values() if c.interval is Interval.HOUR]
    newest = sorted(hourly, key=lambda candle: candle.opened_at)[-TREND_HOURS:]
    assert list(known.quotes["AAPL"].closes) == [
        HourlyClose(opened_at=candle.opened_at, price=candle.close) for candle in newest
    ]
    assert known.quotes["AAPL"].closes[-1].price == known.quotes["AAPL"].price


def touched(portion: tuple[Tick, ...]) -> int:
    keys: set[Any] = set()
    for tick in portion:
        keys |= {tick.symbol, tick_key(tick)}
        keys |= {candle_key(tick, interval) for interval in Interval}
    return len(keys)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=150))
def test_portions_are_all_of_the_batch_in_its_order_and_each_fits(
    pairs: list[tuple[int, int]],
) -> None:
    batch = [
        a_tick(symbol=f"S{symbol}", observed_at=NOON + timedelta(hours=hour))
        for symbol, hour in pairs
    ]
    cut = list(portions(batch))
    assert [tick for portion in cut for tick in portion] == batch
    assert all(portion and touched(portion) <= MAX_KEYS for portion in cut)


def test_twenty_five_companies_are_one_portion() -> None:
    batch = [a_tick(symbol=f"S{number}") for number in range(51)]
    assert [len(portion) for portion in portions(batch)] == [25, 25, 1]


def test_rebuilding_mends_what_is_wrong_and_no_more() -> None:
    day = [a_tick(observed_at=NOON + timedelta(minutes=minute)) for minute in (0, 5, 70)]
    right = applied(EMPTY, day)
    assert decide_rebuild(day, right) is None
    half = applied(EMPTY, day[:1])
    update = decide_rebuild(day, half)
    assert update is not None
    assert update.ticks == ()
    assert {c.after.key: c.after for c in update.candles} == right.candles
    assert [c.before for c in update.candles] == [
        half.candles.get(c.after.key) for c in update.candles
    ]
    assert {c.after.symbol: c.after for c in update.quotes} == right.quotes
