"""What the port `Market` promises."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from lambdas.domain.errors import InvalidInput, StaleDecision
from lambdas.domain.market import (
    Interval,
    MarketSnapshot,
    MarketUpdate,
    Replacement,
    Tick,
    TrendPoint,
    decide_rebuild,
    decide_ticks,
    opening_of,
    tick_key,
)
from lambdas.domain.money import MAX_PRICE, STEP
from lambdas.domain.regression import Sums
from lambdas.services.market import store_prices
from tests.builders import NOW, ZONE, a_board, a_quote, a_tick
from tests.contract.conftest import Ports

HOUR = opening_of(NOW, Interval.HOUR, ZONE)
TODAY = opening_of(NOW, Interval.DAY, ZONE)


def an_update(known: MarketSnapshot, *ticks: Tick) -> MarketUpdate:
    update = decide_ticks(ticks, known, ZONE)
    assert update is not None, "nothing is new"
    return update


def test_the_board_is_all_quotes_by_symbol(ports: Ports) -> None:
    quotes = [a_quote(symbol=symbol) for symbol in ("MSFT", "AAPL", "BRK.B")]
    ports.market.commit(a_board(*quotes))
    assert [quote.symbol for quote in ports.market.board()] == ["AAPL", "BRK.B", "MSFT"]
    assert ports.market.quote("MSFT") == quotes[0]
    assert ports.market.quote("NONE") is None
    assert ports.market.quotes(["AAPL", "NONE"]) == {"AAPL": quotes[1]}
    assert ports.market.quotes([]) == {}


def test_every_field_of_a_quote_survives(ports: Ports) -> None:
    quote = a_quote(
        name='A "name", with commas',
        source="Nasdaq",
        price=Decimal("0.000001"),
        previous_close=Decimal("999999.999999"),
        previous_close_at=NOW - timedelta(days=3),
        closes=tuple(
            TrendPoint(at=HOUR + timedelta(hours=hour, seconds=59), price=price)
            for hour, price in enumerate((STEP, MAX_PRICE, Decimal("190.25")), start=-2)
        ),
    )
    ports.market.commit(a_board(quote))
    assert ports.market.quote("AAPL") == quote


def test_a_snapshot_has_every_stored_item_that_the_ticks_touch(ports: Ports) -> None:
    known, unknown = a_tick(), a_tick(symbol="MSFT", observed_at=NOW - timedelta(hours=30))
    assert ports.market.snapshot([known, unknown]) == MarketSnapshot(quotes={}, candles={})
    store_prices(ports.market, [known])
    snapshot = ports.market.snapshot([known, unknown, known])
    assert snapshot.ticks == {tick_key(known)}
    assert list(snapshot.quotes) == ["AAPL"]
    assert set(snapshot.candles) == {
        ("AAPL", Interval.HOUR, opening_of(known.observed_at, Interval.HOUR, ZONE)),
        ("AAPL", Interval.DAY, TODAY),
    }
    assert an_update(snapshot, unknown).ticks == (unknown,)


def test_a_tick_is_written_with_its_quote_and_candles_and_every_field_survives(
    ports: Ports,
) -> None:
    ticks = [
        a_tick(observed_at=HOUR + timedelta(hours=1, microseconds=-1), price=MAX_PRICE),
        a_tick(observed_at=HOUR, price=STEP),
        a_tick(observed_at=HOUR + timedelta(minutes=1), price=Decimal(3)),
    ]
    assert store_prices(ports.market, ticks).ticks == 3
    (candle,) = ports.market.candles("AAPL", Interval.HOUR, None, None, 10, None).items
    assert (candle.open, candle.high, candle.low, candle.close) == (
        STEP,
        MAX_PRICE,
        STEP,
        MAX_PRICE,
    )
    assert (candle.first_at, candle.last_at) == (HOUR, ticks[0].observed_at)
    assert candle.sums == Sums.of([(t.observed_at, t.price) for t in ticks], HOUR)
    (day,) = ports.market.candles("AAPL", Interval.DAY, None, None, 10, None).items
    assert day.sums == Sums.of([(t.observed_at, t.price) for t in ticks], TODAY)
    quote = ports.market.quote("AAPL")
    assert quote is not None
    assert quote.closes == (
        TrendPoint(at=ticks[0].observed_at.replace(microsecond=0), price=MAX_PRICE),
    )
    assert [point.price for point in quote.trend] == [STEP, MAX_PRICE]


def test_sums_of_38_digits_survive(ports: Ports) -> None:
    update = an_update(MarketSnapshot(quotes={}, candles={}), a_tick())
    most = 10**38 - 1
    sums = Sums(n=most, x=most, y=-most, xx=most, xy=-most, yy=most)
    candle = replace(update.candles[0].after, sums=sums)
    ports.market.commit(
        MarketUpdate(ticks=(), quotes=(), candles=(Replacement(before=None, after=candle),))
    )
    assert ports.market.candles("AAPL", candle.interval, None, None, 1, None).items == [candle]


def test_two_updates_from_one_snapshot_are_written_once(ports: Ports) -> None:
    """Whatever they have in common: tick, candle or quote."""
    store_prices(ports.market, [a_tick()])
    same, same_hour, late = (
        a_tick(observed_at=NOW + timedelta(seconds=1)),
        a_tick(observed_at=NOW + timedelta(seconds=2)),
        a_tick(observed_at=NOW - timedelta(hours=2)),
    )
    for one, other in (
        (same, same),
        (same_hour, a_tick(observed_at=NOW)),
        (late, a_tick(observed_at=HOUR)),
    ):
        known = ports.market.snapshot([one, other])
        ports.market.commit(an_update(known, one))
        before = ports.market.snapshot([one, other])
        with pytest.raises(StaleDecision):
            ports.market.commit(an_update(known, other, a_tick(symbol="BESIDE")))
        assert ports.market.snapshot([one, other]) == before
        assert ports.market.quote("BESIDE") is None


def test_late_ticks_of_different_hours_keep_each_others_close(ports: Ports) -> None:
    newest = HOUR + timedelta(hours=3)
    one, other = (a_tick(observed_at=HOUR - timedelta(hours=hour)) for hour in (0, 5))
    store_prices(ports.market, [a_tick(observed_at=newest)])
    known = ports.market.snapshot([one, other])
    ports.market.commit(an_update(known, one))
    with pytest.raises(StaleDecision):
        ports.market.commit(an_update(known, other))
    ports.market.commit(an_update(ports.market.snapshot([other]), other))
    quote = ports.market.quote("AAPL")
    assert quote is not None
    assert [close.at for close in quote.closes] == [
        at.replace(microsecond=0) for at in (other.observed_at, one.observed_at, newest)
    ]
    assert (quote.open_at, quote.day_at) == (other.observed_at, TODAY)


def test_a_rebuild_is_stale_once_another_tick_has_arrived(ports: Ports) -> None:
    store_prices(ports.market, [a_tick()])
    known, ticks = ports.market.recorded("AAPL", TODAY)
    update = decide_rebuild(ticks, replace(known, candles={}), ZONE)
    assert update is not None
    rebuild = replace(
        update,
        candles=tuple(
            Replacement(before=known.candles[change.after.key], after=change.after)
            for change in update.candles
        ),
    )
    store_prices(ports.market, [a_tick(observed_at=NOW)])
    with pytest.raises(StaleDecision):
        ports.market.commit(rebuild)


def test_a_recorded_day_has_its_candles_and_all_its_ticks(ports: Ports) -> None:
    hours = range(-2, 27)
    ticks = [a_tick(observed_at=TODAY + timedelta(hours=hour)) for hour in hours]
    store_prices(ports.market, [*ticks, a_tick(symbol="MSFT", observed_at=TODAY)])
    known, of_day = ports.market.recorded("AAPL", TODAY)
    assert list(of_day) == ticks[2:26]
    assert len(known.candles) == 25
    assert {candle.symbol for candle in known.candles.values()} == {"AAPL"}
    assert list(known.quotes) == ["AAPL"]
    assert decide_rebuild(of_day, known, ZONE) is None
    assert ports.market.recorded("NONE", TODAY) == (MarketSnapshot(quotes={}, candles={}), [])


def test_more_quotes_than_one_batch_are_read(ports: Ports) -> None:
    quotes = [a_quote(symbol=f"S{number:03d}") for number in range(101)]
    ports.market.commit(a_board(*quotes[:100]))
    ports.market.commit(a_board(*quotes[100:]))
    assert list(ports.market.board()) == quotes
    symbols = [quote.symbol for quote in quotes]
    assert ports.market.quotes(symbols) == dict(zip(symbols, quotes, strict=True))


def test_history_is_newest_first_between_two_times_by_pages(ports: Ports) -> None:
    ticks = [a_tick(observed_at=NOW - timedelta(minutes=minute)) for minute in range(60)]
    store_prices(ports.market, [*ticks, a_tick(symbol="MSFT")])
    start, end = NOW - timedelta(minutes=40), NOW - timedelta(minutes=10)
    first = ports.market.history("AAPL", start, end, 20, None)
    second = ports.market.history("AAPL", start, end, 20, first.next_cursor)
    assert [*first.items, *second.items] == ticks[11:41]
    assert second.next_cursor is None
    assert ports.market.history("AAPL", None, None, 1, None).items == [ticks[0]]
    assert ports.market.history("AAPL", None, end, 1, None).items == [ticks[11]]
    assert ports.market.history("AAPL", NOW, None, 5, None).items == [ticks[0]]


def test_candles_are_newest_first_between_two_times_by_pages(ports: Ports) -> None:
    ticks = [a_tick(observed_at=HOUR - timedelta(hours=hour)) for hour in range(50)]
    store_prices(ports.market, [*ticks, a_tick(symbol="AAPL2")])

    def opened(
        start: int, end: int, limit: int, cursor: str | None
    ) -> tuple[list[int], str | None]:
        page = ports.market.candles(
            "AAPL",
            Interval.HOUR,
            HOUR - timedelta(hours=start),
            HOUR - timedelta(hours=end),
            limit,
            cursor,
        )
        return [(HOUR - c.opened_at) // timedelta(hours=1) for c in page.items], page.next_cursor

    first, cursor = opened(40, 10, 20, None)
    second, end = opened(40, 10, 20, cursor)
    assert [*first, *second] == list(range(11, 41))
    assert end is None
    days = ports.market.candles("AAPL", Interval.DAY, None, None, 10, None).items
    assert [(TODAY - candle.opened_at).days for candle in days] == [0, 1, 2]
    assert sum(candle.sums.n for candle in days) == 50


def test_an_empty_span_has_no_items_and_neither_has_a_cursor_before_it(ports: Ports) -> None:
    store_prices(ports.market, [a_tick(observed_at=NOW - timedelta(hours=h)) for h in range(3)])
    old = ports.market.history("AAPL", None, None, 2, None).next_cursor
    hourly = ports.market.candles("AAPL", Interval.HOUR, None, None, 2, None).next_cursor
    for start, end, cursors in ((NOW, NOW, (None, None)), (NOW, None, (old, hourly))):
        assert ports.market.history("AAPL", start, end, 5, cursors[0]).items == []
        found = ports.market.candles("AAPL", Interval.HOUR, start, end, 5, cursors[1])
        assert (list(found.items), found.next_cursor) == ([], None)


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "AAAA", "é", "a" * 4000])
def test_an_invalid_cursor_is_invalid_input(ports: Ports, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        ports.market.history("AAPL", None, None, 5, cursor)
    with pytest.raises(InvalidInput):
        ports.market.candles("AAPL", Interval.DAY, None, None, 5, cursor)


def test_the_same_ticks_again_change_nothing(ports: Ports) -> None:
    ticks = [a_tick(), a_tick(price=Decimal(7)), a_tick()]
    store_prices(ports.market, ticks)
    before = ports.market.snapshot(ticks)
    assert store_prices(ports.market, ticks[1:]).ticks == 0
    assert ports.market.snapshot(ticks) == before
    assert list(ports.market.history("AAPL", None, None, 10, None).items) == ticks[:1]
