"""Storing prices: late, repeated, concurrent, and with a crash between two portions."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from lambdas.domain.errors import StaleDecision
from lambdas.domain.market import Interval, MarketUpdate, Tick, opening_of
from lambdas.services import retry
from lambdas.services.market import Rebuilt, Stored, rebuild_candles, store_prices
from tests.builders import NOW, ZONE, a_quote, a_tick
from tests.fakes.memory import MemoryMarket, MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(quotes={"AAPL": a_quote()})


class RacingMarket(MemoryMarket):
    """A market where each given function is called once, just before a commit."""

    def __init__(self, store: MemoryStore, *before_commit: Callable[[], object]) -> None:
        super().__init__(store)
        self._before_commit = list(before_commit)

    def commit(self, update: MarketUpdate) -> None:
        """After the next function."""
        if self._before_commit:
            self._before_commit.pop(0)()
        super().commit(update)


def at(minutes_ago: int) -> Tick:
    return a_tick(
        observed_at=NOW - timedelta(minutes=minutes_ago), price=Decimal(1000 - minutes_ago)
    )


def test_late_and_repeated_batches_leave_the_latest_price_alone(store: MemoryStore) -> None:
    market = MemoryMarket(store)
    newest = a_tick(observed_at=NOW, price=Decimal(200))
    assert store_prices(market, [newest]) == Stored(ticks=1, changed=frozenset({"AAPL"}))
    assert store_prices(market, [at(60)]) == Stored(
        ticks=1, changed=frozenset({"AAPL"})
    )  # an hour's close of the trend
    assert store_prices(market, [newest]) == Stored()
    assert store_prices(market, []) == Stored()
    assert store.quotes["AAPL"].price == Decimal(200)
    assert len(store.ticks) == 2


def test_two_batches_at_once_lose_no_tick_and_leave_the_newer_price(store: MemoryStore) -> None:
    others = [[at(1)], [at(0)], [at(3)]]
    market = RacingMarket(
        store, *(lambda other=other: store_prices(MemoryMarket(store), other) for other in others)
    )
    store_prices(market, [at(2)])
    assert store.quotes["AAPL"].price == at(0).price
    assert store.candles["AAPL", Interval.DAY, midnight()].sums.n == 4


def test_the_same_batch_twice_at_once_counts_once(store: MemoryStore) -> None:
    batch = [at(1), at(2)]
    market = RacingMarket(store, lambda: store_prices(MemoryMarket(store), batch))
    assert store_prices(market, batch) == Stored()
    assert store.candles["AAPL", Interval.DAY, midnight()].sums.n == 2


def test_a_batch_that_is_always_stale_fails_in_the_end(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "MAX_ELAPSED_S", 0.05)

    class Busy(MemoryMarket):
        def commit(self, update: MarketUpdate) -> None:
            raise StaleDecision

    with pytest.raises(StaleDecision):
        store_prices(Busy(store), [a_tick(observed_at=NOW)])


def test_after_a_crash_between_two_portions_the_next_delivery_adds_the_rest(
    store: MemoryStore,
) -> None:
    class Crashing(MemoryMarket):
        commits = 0

        def commit(self, update: MarketUpdate) -> None:
            self.commits += 1
            if self.commits == 2:
                raise RuntimeError("killed")
            super().commit(update)

    batch = [a_tick(symbol=f"S{number}") for number in range(60)]
    with pytest.raises(RuntimeError):
        store_prices(Crashing(store), batch)
    assert len(store.ticks) == 25
    assert store_prices(MemoryMarket(store), batch) == Stored(
        ticks=35, changed=frozenset(tick.symbol for tick in batch[-35:])
    )
    assert all(candle.sums.n == 1 for candle in store.candles.values())
    assert len(store.candles) == 120


def midnight() -> datetime:
    return opening_of(NOW, Interval.DAY, ZONE)


def three_days(store: MemoryStore) -> None:
    """A price an hour on two of the three days before NOW."""
    hours = [hour for hour in range(72) if not 24 <= hour < 48]
    store_prices(
        MemoryMarket(store),
        [
            a_tick(observed_at=NOW - timedelta(hours=hour), price=Decimal(hour + 1))
            for hour in hours
        ],
    )


def test_candles_are_rebuilt_from_the_history_alone(store: MemoryStore) -> None:
    three_days(store)
    expected = dict(store.candles)
    store.candles.clear()
    quote = store.quotes["AAPL"]
    rebuilt = rebuild_candles(MemoryMarket(store), "AAPL")
    assert store.candles == expected
    assert store.quotes["AAPL"] == quote
    assert rebuilt == Rebuilt(days=4, candles=len(expected))
    assert rebuild_candles(MemoryMarket(store), "AAPL") == Rebuilt(days=4, candles=0)


def test_rebuilding_gives_a_board_of_an_earlier_time_its_trend(store: MemoryStore) -> None:
    three_days(store)
    trend = store.quotes["AAPL"].closes
    store.quotes["AAPL"] = a_quote(observed_at=NOW, price=Decimal(1))
    store.candles.clear()
    rebuild_candles(MemoryMarket(store), "AAPL")
    assert store.quotes["AAPL"].closes == trend


def test_a_price_that_comes_while_candles_are_rebuilt_is_not_lost(store: MemoryStore) -> None:
    store.quotes.clear()  # it would count in the day's highest price, and is in no history
    three_days(store)
    store.candles.clear()
    late = a_tick(observed_at=NOW - timedelta(minutes=1), price=Decimal(77))
    racing = RacingMarket(store, lambda: store_prices(MemoryMarket(store), [late]))
    rebuild_candles(racing, "AAPL")
    fresh = MemoryStore()
    store_prices(MemoryMarket(fresh), list(store.ticks.values()))
    assert store.candles == fresh.candles
    assert store.quotes == fresh.quotes


def test_a_company_without_a_history_has_nothing_to_rebuild(store: MemoryStore) -> None:
    assert rebuild_candles(MemoryMarket(store), "NONE") == Rebuilt()
