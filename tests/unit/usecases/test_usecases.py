"""Use cases over in-memory ports: what happens when two things happen at once, or again."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from lambdas.domain import trading
from lambdas.domain.errors import KeyReused, NotFound, Refused, StaleDecision
from lambdas.domain.orders import Effect, Event, Order, State
from lambdas.domain.trading import Decision
from lambdas.usecases.advance_order import advance_order
from lambdas.usecases.ask_again import ask_again
from lambdas.usecases.check_health import check_health
from lambdas.usecases.list_orders import list_orders
from lambdas.usecases.make_deposit import make_deposit
from lambdas.usecases.place_order import Placed, place_order
from lambdas.usecases.value_portfolio import value_portfolio
from tests.builders import ALICE, BRUNO, NOW, POLICY, a_deposit, a_purchase, a_quote
from tests.fakes.memory import MemoryMarket, MemoryOrders, MemoryStore, MemoryWallets


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.quotes["AAPL"] = a_quote()
    store.book(a_deposit(amount_minor=1_000_00))
    return store


class RacingOrders(MemoryOrders):
    """Orders among which something else happens just before a commit, as often as told."""

    def __init__(self, store: MemoryStore, *meanwhile: Callable[[], object]) -> None:
        super().__init__(store)
        self.meanwhile = list(meanwhile)

    def commit(self, decision: Decision) -> None:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        super().commit(decision)


def place(
    store: MemoryStore, number: int = 1, orders: MemoryOrders | None = None, **changes: Any
) -> Placed:
    values: dict[str, Any] = {
        "account_id": ALICE,
        "key": UUID(int=number),
        "purchase": a_purchase(),
        "policy": POLICY,
        "now": NOW,
    }
    return place_order(orders or MemoryOrders(store), **(values | changes))


def order_in(store: MemoryStore, order_id: str) -> Order:
    return store.orders[order_id]


def test_a_retry_gets_the_same_order_and_pays_once(store: MemoryStore) -> None:
    first, second = place(store), place(store)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.order == second.order
    assert store.account(ALICE).held_minor == first.order.cost_minor


def test_a_double_click_in_the_same_moment_gets_the_same_order(store: MemoryStore) -> None:
    racing = RacingOrders(store, lambda: place(store))
    placed = place(store, orders=racing)
    assert not placed.is_new
    assert len(store.orders) == 1


def test_money_that_goes_in_the_same_moment_is_refused_not_spent_twice(store: MemoryStore) -> None:
    rich = a_purchase(quantity=Decimal(5))
    racing = RacingOrders(store, lambda: place(store, 2, purchase=rich))
    with pytest.raises(Refused) as error:
        place(store, orders=racing, purchase=rich)
    assert error.value.code == "insufficient_funds"
    assert len(store.orders) == 1


def test_the_same_key_of_another_account_is_its_own_order(store: MemoryStore) -> None:
    store.book(a_deposit(BRUNO, number=2))
    mine, theirs = place(store), place(store, account_id=BRUNO)
    assert mine.order.order_id != theirs.order.order_id


def test_the_same_key_with_other_content_is_refused(store: MemoryStore) -> None:
    place(store)
    with pytest.raises(KeyReused):
        place(store, purchase=a_purchase(quantity=Decimal(1)))


def test_an_answer_before_the_echo_settles_and_the_echo_changes_nothing(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    orders = MemoryOrders(store)
    settled = advance_order(orders, order_id, Event.ACCEPT, now=NOW)
    echo = advance_order(orders, order_id, Event.SEEN, now=NOW)
    assert settled.after.state is State.ACCEPTED
    assert echo.effect is Effect.REPEAT
    assert order_in(store, order_id).state is State.ACCEPTED


def test_an_answer_that_meets_the_echo_is_decided_again(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    echo = partial(advance_order, MemoryOrders(store), order_id, Event.SEEN, now=NOW)
    settled = advance_order(RacingOrders(store, echo), order_id, Event.REJECT, now=NOW)
    assert settled.before is not None
    assert settled.before.state is State.SENT
    assert store.account(ALICE).held_minor == 0


def test_a_third_collision_is_told(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    seen, accepted = (
        partial(advance_order, MemoryOrders(store), order_id, event, now=NOW)
        for event in (Event.SEEN, Event.ACCEPT)
    )

    def asked() -> None:
        again = trading.ask_again(store.orders[order_id], POLICY, NOW + timedelta(minutes=5))
        assert again is not None
        MemoryOrders(store).commit(again)

    racing = RacingOrders(store, seen, asked, accepted)
    with pytest.raises(StaleDecision):
        advance_order(racing, order_id, Event.REJECT, now=NOW)


class BehindOrders(MemoryOrders):
    """Orders of which a glimpse shows what was when it was made."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.old = dict(store.orders)

    def glimpse(self, order_id: str) -> Order | None:
        return self.old.get(order_id)


def test_an_old_glimpse_is_found_out(store: MemoryStore) -> None:
    before_it = BehindOrders(store)
    order_id = place(store).order.order_id
    before_its_end = BehindOrders(store)
    accepted = advance_order(before_it, order_id, Event.ACCEPT, now=NOW)
    assert accepted.after.state is State.ACCEPTED
    for event, effect in (
        (Event.SEEN, Effect.REPEAT),
        (Event.ACCEPT, Effect.REPEAT),
        (Event.REJECT, Effect.CONFLICT),
    ):
        assert advance_order(before_its_end, order_id, event, now=NOW).effect is effect
    assert store.account(ALICE).held_minor == 0


def test_the_same_answer_twice_pays_once(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    orders = MemoryOrders(store)
    effects = [advance_order(orders, order_id, Event.REJECT, now=NOW).effect for _ in range(2)]
    assert effects == [Effect.MOVE, Effect.REPEAT]
    assert store.account(ALICE).available_minor == 1_000_00


def test_an_operator_ends_an_order_with_a_reason_and_the_money_is_back(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    orders = MemoryOrders(store)
    advance_order(orders, order_id, Event.VOID, now=NOW, reason="the exchange lost it")
    assert order_in(store, order_id).reason == "the exchange lost it"
    assert store.account(ALICE).available_minor == 1_000_00
    late = advance_order(orders, order_id, Event.ACCEPT, now=NOW)
    assert late.effect is Effect.CONFLICT
    assert store.positions == {}


def test_nothing_happens_to_an_order_that_is_not_there(store: MemoryStore) -> None:
    with pytest.raises(NotFound):
        advance_order(MemoryOrders(store), "nothing", Event.ACCEPT, now=NOW)


def test_the_sweep_asks_about_what_is_due_and_counts_what_is_overdue(store: MemoryStore) -> None:
    orders = MemoryOrders(store)
    for number, age_s in ((1, 60), (2, 300), (3, 1200)):
        place(
            store,
            number,
            now=NOW - timedelta(seconds=age_s),
            purchase=a_purchase(quantity=Decimal(1)),
        )
    swept = ask_again(orders, store.orders.values(), policy=POLICY, now=NOW, at_most=10)
    assert (swept.unanswered, swept.overdue, len(swept.asked)) == (2, 1, 2)
    again = ask_again(orders, store.orders.values(), policy=POLICY, now=NOW, at_most=10)
    assert (again.unanswered, again.asked) == (2, ())


def test_one_sweep_asks_no_more_than_it_may_the_oldest_first(store: MemoryStore) -> None:
    placed = [
        place(
            store,
            n,
            now=NOW - timedelta(seconds=1000 - n),
            purchase=a_purchase(quantity=Decimal(1)),
        )
        for n in range(1, 4)
    ]
    found = reversed(store.orders.values())
    swept = ask_again(MemoryOrders(store), list(found), policy=POLICY, now=NOW, at_most=2)
    assert swept.asked == tuple(p.order.order_id for p in placed[:2])


def test_an_order_that_was_answered_since_it_was_read_is_not_asked_for(store: MemoryStore) -> None:
    order = place(store, now=NOW - timedelta(minutes=5)).order
    advance_order(MemoryOrders(store), order.order_id, Event.REJECT, now=NOW)
    swept = ask_again(MemoryOrders(store), [order], policy=POLICY, now=NOW, at_most=2)
    assert swept.asked == ()


def test_a_deposit_is_made_once_per_key(store: MemoryStore) -> None:
    wallets = MemoryWallets(store)
    first, second = (
        make_deposit(wallets, account_id=BRUNO, key=UUID(int=1), amount_minor=5, now=NOW)
        for _ in range(2)
    )
    assert (first.is_new, second.is_new) == (True, False)
    assert store.account(BRUNO).available_minor == 5
    with pytest.raises(KeyReused):
        make_deposit(wallets, account_id=BRUNO, key=UUID(int=1), amount_minor=6, now=NOW)


def test_open_and_done_orders_are_listed_apart(store: MemoryStore) -> None:
    orders = MemoryOrders(store)
    placed = [
        place(store, n, now=NOW + timedelta(seconds=n), purchase=a_purchase(quantity=Decimal(1)))
        for n in range(1, 5)
    ]
    ids = [p.order.order_id for p in placed]
    for order_id in ids[2:]:
        advance_order(orders, order_id, Event.REJECT, now=NOW)
    listed = {
        is_open: [
            order.order_id
            for order in list_orders(
                orders, account_id=ALICE, is_open=is_open, limit=2, cursor=None
            ).items
        ]
        for is_open in (True, False, None)
    }
    assert listed[True] == [ids[1], ids[0]]
    assert listed[False] == listed[None] == [ids[3], ids[2]]


def test_the_link_is_alive_while_prices_come(store: MemoryStore) -> None:
    market = MemoryMarket(store)
    alive = check_health(market, now=NOW, silent_after=timedelta(minutes=15))
    silent = check_health(market, now=NOW + timedelta(hours=1), silent_after=timedelta(minutes=15))
    empty = check_health(MemoryMarket(MemoryStore()), now=NOW, silent_after=timedelta(minutes=15))
    assert (alive.link_alive, silent.link_alive, empty.link_alive) == (True, False, False)
    assert alive.newest_price_age == timedelta(seconds=60)
    assert empty.newest_price_age is None


def test_a_bought_share_is_in_the_portfolio_at_its_cost(store: MemoryStore) -> None:
    order = place(store).order
    advance_order(MemoryOrders(store), order.order_id, Event.ACCEPT, now=NOW)
    portfolio = value_portfolio(MemoryWallets(store), MemoryMarket(store), ALICE)
    assert portfolio.cost_minor == portfolio.value_minor == order.cost_minor
