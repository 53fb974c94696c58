"""What a batch of ticks changes, decided without any store."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain import candles, quoting
from lambdas.domain.candles import Interval
from lambdas.domain.market import TREND_HOURS, Close, Tick
from lambdas.domain.quoting import MOST_KEYS, MarketSnapshot
from tests.builders import a_tick

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
NOTHING = MarketSnapshot(quotes={}, candles={})

ticks = st.lists(
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
    unique_by=quoting.tick_key,
)


def applied(known: MarketSnapshot, batch: list[Tick]) -> MarketSnapshot:
    """What is known after a batch, if all its portions are committed."""
    for portion in quoting.portions(batch):
        update = quoting.take(portion, known)
        if update is not None:
            known = MarketSnapshot(
                quotes={**known.quotes, **{c.after.symbol: c.after for c in update.quotes}},
                candles={**known.candles, **{c.after.key: c.after for c in update.candles}},
                ticks=known.ticks | {quoting.tick_key(tick) for tick in update.ticks},
            )
    return known


@given(ticks, st.data())
def test_in_any_order_and_cut_and_any_number_of_times_the_end_is_the_same(
    seen: list[Tick], data: st.DataObject
) -> None:
    delivered = data.draw(st.permutations([*seen, *data.draw(st.lists(st.sampled_from(seen)))]))
    cut = data.draw(st.integers(0, len(delivered)))
    whole = applied(NOTHING, seen)
    assert applied(applied(NOTHING, delivered[:cut]), delivered[cut:]) == whole
    assert sum(candle.sums.n for candle in whole.candles.values()) == 2 * len(seen)


def test_a_batch_that_is_known_changes_nothing() -> None:
    batch = [a_tick(symbol=symbol) for symbol in ("AAPL", "MSFT")]
    assert quoting.take(batch, applied(NOTHING, batch)) is None


def test_the_first_price_at_one_time_stays_within_a_batch_and_over_batches() -> None:
    first, second = a_tick(price=Decimal(1)), a_tick(price=Decimal(2))
    known = applied(NOTHING, [first, second])
    assert known.quotes["AAPL"].price == Decimal(1)
    assert quoting.take([second], known) is None


def test_a_new_price_is_four_things_to_read_and_to_write() -> None:
    update = quoting.take([a_tick()], NOTHING)
    assert update is not None
    assert (len(update.ticks), len(update.quotes), len(update.candles)) == (1, 1, 2)


def test_an_old_price_leaves_the_board_as_it_is() -> None:
    known = applied(
        NOTHING, [a_tick(observed_at=NOON - timedelta(hours=hour)) for hour in range(TREND_HOURS)]
    )
    earlier_that_day = a_tick(observed_at=NOON - timedelta(hours=TREND_HOURS - 1, minutes=30))
    update = quoting.take([earlier_that_day], known)
    assert update is not None
    assert (len(update.ticks), len(update.quotes), len(update.candles)) == (1, 0, 2)


def test_the_trend_is_the_closes_of_the_latest_hours_that_have_prices() -> None:
    hours = [*range(30), 50]  # a night without prices between
    batch = [
        a_tick(observed_at=NOON - timedelta(hours=hour, minutes=minute), price=Decimal(hour + 1))
        for hour in hours
        for minute in (0, 20)
    ]
    known = applied(NOTHING, batch)
    hourly = [c for c in known.candles.values() if c.interval is Interval.HOUR]
    newest = sorted(hourly, key=lambda candle: candle.opened_at)[-TREND_HOURS:]
    assert list(known.quotes["AAPL"].closes) == [
        Close(opened_at=candle.opened_at, price=candle.close) for candle in newest
    ]
    assert known.quotes["AAPL"].closes[-1].price == known.quotes["AAPL"].price


def touched(portion: tuple[Tick, ...]) -> int:
    keys: set[Any] = set()
    for tick in portion:
        keys |= {tick.symbol, quoting.tick_key(tick)}
        keys |= {candles.key_of(tick, interval) for interval in Interval}
    return len(keys)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=150))
def test_portions_are_all_of_the_batch_in_its_order_and_each_fits(
    pairs: list[tuple[int, int]],
) -> None:
    batch = [
        a_tick(symbol=f"S{symbol}", observed_at=NOON + timedelta(hours=hour))
        for symbol, hour in pairs
    ]
    cut = list(quoting.portions(batch))
    assert [tick for portion in cut for tick in portion] == batch
    assert all(portion and touched(portion) <= MOST_KEYS for portion in cut)


def test_twenty_five_companies_are_one_portion() -> None:
    batch = [a_tick(symbol=f"S{number}") for number in range(51)]
    assert [len(portion) for portion in quoting.portions(batch)] == [25, 25, 1]


def test_rebuilding_mends_what_is_wrong_and_no_more() -> None:
    day = [a_tick(observed_at=NOON + timedelta(minutes=minute)) for minute in (0, 5, 70)]
    right = applied(NOTHING, day)
    assert quoting.rebuild(day, right) is None
    half = applied(NOTHING, day[:1])
    update = quoting.rebuild(day, half)
    assert update is not None
    assert update.ticks == ()
    assert {c.after.key: c.after for c in update.candles} == right.candles
    assert [c.before for c in update.candles] == [
        half.candles.get(c.after.key) for c in update.candles
    ]
    assert {c.after.symbol: c.after for c in update.quotes} == right.quotes
