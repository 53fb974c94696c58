"""A quote is a function of the ticks seen, whatever their order, and of nothing else."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.market import Quote, Tick, with_tick
from tests.builders import NOW, a_tick

ticks = st.lists(
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
        quote = with_tick(quote, tick)
    assert quote is not None
    return quote


@given(ticks, st.randoms(use_true_random=False))
def test_the_order_in_which_prices_come_does_not_matter(seen: list[Tick], random: object) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert quote_of(shuffled) == quote_of(seen)


@given(ticks)
def test_a_quote_is_the_newest_price_and_the_last_of_the_day_before(seen: list[Tick]) -> None:
    quote = quote_of([*seen, *seen])
    newest = max(seen, key=lambda tick: tick.observed_at)
    before = [t for t in seen if t.observed_at.date() < newest.observed_at.date()]
    last_before = max(before, key=lambda tick: tick.observed_at, default=None)
    assert (quote.price, quote.observed_at) == (newest.price, newest.observed_at)
    assert quote.previous_price == (None if last_before is None else last_before.price)
    assert (quote.change is None) is (last_before is None)
