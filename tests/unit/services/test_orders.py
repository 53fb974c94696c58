"""Orders over in-memory ports: repeated requests, and writers that meet."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import pytest

from lambdas.domain.errors import KeyReused, NotFound, Refused, StaleDecision
from lambdas.domain.ledger import Account
from lambdas.domain.orders import Decision, Effect, Event, Order, State
from lambdas.ports import OpenOrder
from lambdas.services import orders as services
from lambdas.services import retry
from lambdas.services.orders import Placed, Sweep, list_orders, place_order, sweep_orders
from tests.builders import ALICE, BRUNO, NOW, POLICY, a_deposit, a_purchase, a_quote
from tests.fakes.memory import MemoryAccounts, MemoryOrders, MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.quotes["AAPL"] = a_quote()
    store.deposit(a_deposit(amount_minor=1_000_00))
    return store


class RacingOrders(MemoryOrders):
    """Orders where each given function is called once, just before a commit."""

    def __init__(self, store: MemoryStore, *before_commit: Callable[[], object]) -> None:
        super().__init__(store)
        self.before_commit = list(before_commit)

    def commit(self, decision: Decision) -> None:
        if self.before_commit:
            self.before_commit.pop(0)()
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


def advance(
    store: MemoryStore,
    order_id: str,
    event: Event,
    orders: MemoryOrders | None = None,
    reason: str | None = None,
) -> Decision:
    ports = orders or MemoryOrders(store), MemoryAccounts(store)
    return services.advance_order(*ports, order_id, event, now=NOW, reason=reason)


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
    store.deposit(a_deposit(BRUNO, number=2))
    mine, theirs = place(store), place(store, account_id=BRUNO)
    assert mine.order.order_id != theirs.order.order_id


def test_the_same_key_with_other_content_is_refused(store: MemoryStore) -> None:
    place(store)
    with pytest.raises(KeyReused):
        place(store, purchase=a_purchase(quantity=Decimal(1)))


def test_an_answer_before_the_echo_settles_and_the_echo_changes_nothing(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    settled = advance(store, order_id, Event.ACCEPT)
    echo = advance(store, order_id, Event.ECHOED)
    assert settled.after.state is State.ACCEPTED
    assert echo.effect is Effect.REPEAT
    assert order_in(store, order_id).state is State.ACCEPTED


def test_an_answer_that_meets_the_echo_is_decided_again(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    echo = partial(advance, store, order_id, Event.ECHOED)
    settled = advance(store, order_id, Event.REJECT, RacingOrders(store, echo))
    assert settled.before is not None
    assert settled.before.state is State.SENT
    assert store.account(ALICE).held_minor == 0


def test_an_answer_that_meets_another_order_of_the_account_is_decided_again(
    store: MemoryStore,
) -> None:
    order_id = place(store).order.order_id
    settled = advance(store, order_id, Event.REJECT, RacingOrders(store, partial(place, store, 2)))
    assert settled.posting is not None
    assert settled.posting.number == 4
    assert store.account(ALICE).held_minor == settled.after.cost_minor


def test_an_answer_is_decided_again_as_often_as_the_account_changes(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    others = [
        partial(place, store, number, purchase=a_purchase(quantity=Decimal("0.01")))
        for number in range(2, 27)
    ]
    settled = advance(store, order_id, Event.ACCEPT, RacingOrders(store, *others))
    assert settled.after.state is State.ACCEPTED
    assert len(store.ledger(ALICE)) == 28


@pytest.mark.parametrize("event", [Event.ACCEPT, Event.REJECT])
def test_an_answer_delivered_twice_at_the_same_moment_settles_once(
    store: MemoryStore, event: Event
) -> None:
    """The other delivery settles the order after this one has read it, and before its account."""

    class RacingAccounts(MemoryAccounts):
        is_first = True

        def get(self, account_id: str) -> Account:
            if self.is_first:
                self.is_first = False
                advance(store, order_id, event)
            return super().get(account_id)

    order_id = place(store).order.order_id
    decision = services.advance_order(
        MemoryOrders(store), RacingAccounts(store), order_id, event, now=NOW
    )
    assert decision.effect is Effect.REPEAT
    assert len(store.ledger(ALICE)) == 3


def test_a_decision_that_is_always_stale_fails_in_the_end(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy(MemoryOrders):
        def commit(self, decision: Decision) -> None:
            raise StaleDecision

    order_id = place(store).order.order_id
    monkeypatch.setattr(retry, "MAX_ELAPSED_S", 0.05)
    with pytest.raises(StaleDecision):
        advance(store, order_id, Event.REJECT, Busy(store))


def test_a_repeated_answer_reads_no_account(store: MemoryStore) -> None:
    class NoAccounts(MemoryAccounts):
        def get(self, account_id: str) -> Account:
            raise AssertionError("a repeat moves no money")

    order_id = place(store).order.order_id
    advance(store, order_id, Event.ACCEPT)
    for event, effect in ((Event.ACCEPT, Effect.REPEAT), (Event.REJECT, Effect.CONFLICT)):
        decision = services.advance_order(
            MemoryOrders(store), NoAccounts(store), order_id, event, now=NOW
        )
        assert decision.effect is effect


def test_the_same_answer_twice_pays_once(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    effects = [advance(store, order_id, Event.REJECT).effect for _ in range(2)]
    assert effects == [Effect.MOVE, Effect.REPEAT]
    assert store.account(ALICE).available_minor == 1_000_00


def test_an_operator_ends_an_order_with_a_reason_and_the_money_is_back(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    advance(store, order_id, Event.VOID, reason="the exchange lost it")
    assert order_in(store, order_id).reason == "the exchange lost it"
    assert store.account(ALICE).available_minor == 1_000_00
    late = advance(store, order_id, Event.ACCEPT)
    assert late.effect is Effect.CONFLICT
    assert store.positions == {}


def test_an_unknown_order_is_not_found(store: MemoryStore) -> None:
    with pytest.raises(NotFound):
        advance(store, "nothing", Event.ACCEPT)


def test_an_ended_order_cannot_be_voided(store: MemoryStore) -> None:
    order_id = place(store).order.order_id
    advance(store, order_id, Event.REJECT)
    with pytest.raises(Refused) as error:
        advance(store, order_id, Event.VOID, reason="too late")
    assert error.value.code == "order_has_ended"


def sweep(orders: MemoryOrders, max_retries: int = 10, **changes: Any) -> Sweep:
    policy = replace(POLICY, **changes)
    return sweep_orders(orders, policy=policy, now=NOW, max_retries=max_retries)


def place_aged(store: MemoryStore, *ages_s: int) -> list[str]:
    share = a_purchase(quantity=Decimal("0.1"))
    return [
        place(store, n, now=NOW - timedelta(seconds=age_s), purchase=share).order.order_id
        for n, age_s in enumerate(ages_s)
    ]


def test_the_sweep_retries_what_is_due_and_counts_what_is_overdue(store: MemoryStore) -> None:
    orders = MemoryOrders(store)
    _, second, third = place_aged(store, 60, 300, 1200)
    assert sweep(orders) == Sweep(unanswered=2, overdue=1, retried=(third, second))
    assert sweep(orders) == Sweep(unanswered=2, overdue=1, retried=())
    assert order_in(store, third).attempts == 1


def test_the_sweep_only_counts_where_retries_are_turned_off(store: MemoryStore) -> None:
    place_aged(store, 300, 1200)
    swept = sweep(MemoryOrders(store), retry_orders=False)
    assert swept == Sweep(unanswered=2, overdue=1, retried=())


def test_one_sweep_has_a_maximum_of_retries_longest_due_first(store: MemoryStore) -> None:
    ids = place_aged(store, 700, 900, 800)
    assert sweep(MemoryOrders(store), max_retries=2).retried == (ids[1], ids[2])


def test_a_sweep_of_more_than_one_batch_of_reads_retries_all(store: MemoryStore) -> None:
    class Counting(MemoryOrders):
        reads: ClassVar[list[int]] = []

        def get_many(self, order_ids: Sequence[str]) -> dict[str, Order]:
            self.reads.append(len(order_ids))
            return super().get_many(order_ids)

    store.deposit(a_deposit(amount_minor=100_000_00, number=9, account=store.account(ALICE)))
    ids = place_aged(store, *[600] * 130)
    assert set(sweep(Counting(store), max_retries=500).retried) == set(ids)
    assert Counting.reads == [100, 30]


def test_an_order_answered_after_the_index_was_read_is_not_retried(store: MemoryStore) -> None:
    class LaggingIndex(MemoryOrders):
        def open(self) -> Sequence[OpenOrder]:
            entries = super().open()
            advance(store, entries[0].order_id, Event.REJECT)
            return entries

    answered, unanswered = place_aged(store, 400, 300)
    swept = sweep(LaggingIndex(store))
    assert swept.retried == (unanswered,)
    assert order_in(store, answered).attempts == 0


def test_an_order_answered_during_its_retry_is_skipped(store: MemoryStore) -> None:
    answered, unanswered = place_aged(store, 400, 300)
    racing = RacingOrders(store, partial(advance, store, answered, Event.ACCEPT))
    assert sweep(racing).retried == (unanswered,)
    assert order_in(store, answered).state is State.ACCEPTED


def test_open_and_ended_orders_are_listed_apart(store: MemoryStore) -> None:
    orders = MemoryOrders(store)
    placed = [
        place(store, n, now=NOW + timedelta(seconds=n), purchase=a_purchase(quantity=Decimal(1)))
        for n in range(1, 5)
    ]
    ids = [p.order.order_id for p in placed]
    for order_id in ids[2:]:
        advance(store, order_id, Event.REJECT)
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


def test_a_filtered_page_reads_on_until_something_matches(store: MemoryStore) -> None:
    ids = place_aged(store, 9, 8, 7, 6, 5)
    for order_id in ids[1:]:
        advance(store, order_id, Event.REJECT)
    page = list_orders(MemoryOrders(store), account_id=ALICE, is_open=True, limit=1, cursor=None)
    assert ([order.order_id for order in page.items], page.next_cursor) == ([ids[0]], None)


def test_a_filtered_page_reads_a_bounded_number_of_pages(store: MemoryStore) -> None:
    ids = place_aged(store, *range(30, 0, -1))
    for order_id in ids[1:]:
        advance(store, order_id, Event.REJECT)
    page = list_orders(MemoryOrders(store), account_id=ALICE, is_open=True, limit=1, cursor=None)
    assert page.items == []
    assert page.next_cursor is not None
