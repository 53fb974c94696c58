"""The port `Orders`: a decision is committed whole or not at all, and only once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from lambdas.domain.errors import InvalidInput, StaleDecision
from lambdas.domain.ledger import Account, Position
from lambdas.domain.orders import (
    Decision,
    Event,
    Order,
    Snapshot,
    State,
    apply,
    order_id_for,
    retry,
)
from lambdas.names import Table
from tests.builders import (
    ALICE,
    BRUNO,
    NOW,
    POLICY,
    a_board,
    a_deposit,
    a_placing,
    a_purchase,
    a_quote,
    key,
)
from tests.contract.conftest import Ports, add_unknown_attribute, has_unknown_attribute


@pytest.fixture
def funded(ports: Ports) -> Ports:
    ports.accounts.commit_deposit(a_deposit(amount_minor=1_000_00))
    ports.market.commit(a_board(a_quote()))
    return ports


def placing(
    ports: Ports, number: int = 1, account_id: str = ALICE, age_s: int = 0, quantity: int = 2
) -> Decision:
    order_id = order_id_for(account_id, key(number))
    snapshot = ports.orders.snapshot(account_id, "AAPL", order_id)
    purchase = a_purchase(quantity=Decimal(quantity))
    now = NOW - timedelta(seconds=age_s)
    return a_placing(snapshot, order_id=order_id, purchase=purchase, now=now)


def place(ports: Ports, number: int = 1, account_id: str = ALICE, age_s: int = 0) -> Order:
    decision = placing(ports, number, account_id, age_s)
    ports.orders.commit(decision)
    return decision.after


def deciding(ports: Ports, order: Order, event: Event) -> Decision:
    account = ports.accounts.get(order.account_id)
    return apply(order, event, account, now=NOW, reason="looked at")


def advance(ports: Ports, order: Order, event: Event) -> Order:
    decision = deciding(ports, order, event)
    ports.orders.commit(decision)
    return decision.after


def retrying(order: Order) -> Decision:
    decision = retry(order, POLICY, NOW)
    assert decision is not None
    return decision


def everything_of(ports: Ports, account_id: str = ALICE) -> list[object]:
    return [
        ports.accounts.get(account_id),
        list(ports.accounts.postings(account_id, 100, None).items),
        list(ports.accounts.positions(account_id)),
        list(ports.orders.of_account(account_id, 100, None).items),
        list(ports.orders.open()),
    ]


def balances(ports: Ports) -> tuple[int, int]:
    account = ports.accounts.get(ALICE)
    return account.available_minor, account.held_minor


def test_a_snapshot_of_nothing_is_an_empty_account(ports: Ports) -> None:
    snapshot = ports.orders.snapshot(ALICE, "AAPL", "nothing")
    assert snapshot == Snapshot(account=Account(account_id=ALICE), quote=None, order=None)


def test_a_snapshot_shows_account_quote_and_order(funded: Ports) -> None:
    order = place(funded)
    assert funded.orders.snapshot(ALICE, "AAPL", order.order_id) == Snapshot(
        account=Account(
            account_id=ALICE, available_minor=619_50, held_minor=380_50, version=2, posted_at=NOW
        ),
        quote=a_quote(),
        order=order,
    )


def test_placing_writes_the_order_the_balances_and_a_posting(funded: Ports) -> None:
    decision = placing(funded)
    funded.orders.commit(decision)
    assert decision.posting is not None
    assert funded.orders.get(decision.after.order_id) == decision.after
    assert funded.accounts.get(ALICE) == decision.posting.account_after
    assert funded.accounts.postings(ALICE, 1, None).items == [decision.posting]


def test_an_order_of_the_same_id_is_placed_once(funded: Ports) -> None:
    decision = placing(funded)
    funded.orders.commit(decision)
    before = everything_of(funded)
    with pytest.raises(StaleDecision):
        funded.orders.commit(decision)
    assert everything_of(funded) == before


def a_retry(ports: Ports, order: Order) -> None:
    ports.orders.commit(retrying(order))


def an_echo(ports: Ports, order: Order) -> None:
    advance(ports, order, Event.ECHOED)


def a_void(ports: Ports, order: Order) -> None:
    advance(ports, order, Event.VOID)


def a_new_deposit(ports: Ports, _: Order) -> None:
    ports.accounts.commit_deposit(a_deposit(number=9, account=ports.accounts.get(ALICE)))


@pytest.mark.parametrize("event", [Event.ACCEPT, Event.REJECT, Event.VOID])
@pytest.mark.parametrize("meanwhile", [a_retry, an_echo, a_void, a_new_deposit])
def test_an_end_is_stale_once_order_or_account_has_changed_and_writes_nothing(
    funded: Ports, event: Event, meanwhile: Callable[[Ports, Order], None]
) -> None:
    order = place(funded, age_s=600)
    decision = deciding(funded, order, event)
    meanwhile(funded, order)
    before = everything_of(funded)
    with pytest.raises(StaleDecision):
        funded.orders.commit(decision)
    assert everything_of(funded) == before


def test_a_placing_is_stale_once_the_account_has_changed_and_stores_no_order(
    funded: Ports,
) -> None:
    first, second = (placing(funded, number, quantity=3) for number in (1, 2))
    funded.orders.commit(first)
    before = everything_of(funded)
    with pytest.raises(StaleDecision):
        funded.orders.commit(second)
    assert funded.orders.get(second.after.order_id) is None
    assert everything_of(funded) == before


def test_the_first_posting_of_an_account_is_written_once(funded: Ports) -> None:
    one, other = a_deposit(BRUNO, number=1), a_deposit(BRUNO, number=2)
    funded.accounts.commit_deposit(one)
    with pytest.raises(StaleDecision):
        funded.accounts.commit_deposit(other)
    assert funded.accounts.get(BRUNO) == one.posting.account_after


def test_acceptance_spends_what_was_held_and_adds_to_the_position(funded: Ports) -> None:
    for number in (1, 2):
        ended = advance(funded, place(funded, number), Event.ACCEPT)
    assert balances(funded) == (239_00, 0)
    assert funded.accounts.positions(ALICE) == [
        Position(account_id=ALICE, symbol="AAPL", quantity=Decimal(4), cost_minor=761_00)
    ]
    assert funded.orders.get(ended.order_id) == ended
    assert (ended.state, ended.ended_at) == (State.ACCEPTED, NOW)


@pytest.mark.parametrize("event", [Event.REJECT, Event.VOID])
def test_the_other_ends_release_what_was_held(funded: Ports, event: Event) -> None:
    ended = advance(funded, place(funded), event)
    assert balances(funded) == (1_000_00, 0)
    assert funded.accounts.positions(ALICE) == []
    assert funded.orders.get(ended.order_id) == ended


def test_an_echo_marks_the_order_as_sent_and_moves_no_money(funded: Ports) -> None:
    sent = advance(funded, place(funded), Event.ECHOED)
    assert funded.orders.get(sent.order_id) == sent
    assert (sent.state, sent.sent_at) == (State.SENT, NOW)
    assert balances(funded) == (619_50, 380_50)


def test_an_order_names_the_number_of_its_latest_posting(funded: Ports) -> None:
    placed = place(funded)
    assert placed.account_version == 2
    sent = advance(funded, placed, Event.ECHOED)
    a_new_deposit(funded, sent)
    ended = advance(funded, sent, Event.ACCEPT)
    assert (sent.account_version, ended.account_version) == (2, 4)
    assert funded.orders.get(ended.order_id) == ended
    newest = funded.accounts.postings(ALICE, 1, None).items[0]
    assert (newest.number, newest.cause_id) == (ended.account_version, ended.order_id)


def test_two_sweeps_at_once_retry_once(funded: Ports) -> None:
    decision = retrying(place(funded, age_s=600))
    funded.orders.commit(decision)
    with pytest.raises(StaleDecision):
        funded.orders.commit(decision)
    stored = funded.orders.get(decision.after.order_id)
    assert stored == decision.after
    assert stored is not None
    assert stored.attempts == 1


def test_a_conflict_is_recorded_and_changes_nothing_else(funded: Ports) -> None:
    accepted = advance(funded, place(funded), Event.ACCEPT)
    conflicting = advance(funded, accepted, Event.REJECT)
    stored = funded.orders.get(accepted.order_id)
    assert stored == conflicting
    assert stored == replace(accepted, conflict=conflicting.conflict, version=accepted.version + 1)
    assert conflicting.conflict is not None
    assert conflicting.conflict.event is Event.REJECT
    assert balances(funded) == (619_50, 0)


def test_an_order_or_account_that_does_not_exist_is_not_created_by_a_change(
    funded: Ports,
) -> None:
    decision = placing(funded)
    with pytest.raises(StaleDecision):
        funded.orders.commit(retrying(replace(decision.after, next_attempt_at=NOW)))
    assert funded.orders.get(decision.after.order_id) is None


def test_an_update_keeps_attributes_that_this_version_does_not_know(funded: Ports) -> None:
    order = place(funded, age_s=600)
    keys = {Table.ORDERS: {"order_id": order.order_id}, Table.ACCOUNTS: {"account_id": ALICE}}
    for table, item_key in keys.items():
        add_unknown_attribute(funded, table, item_key)
    sent = advance(funded, order, Event.ECHOED)
    again = retrying(sent)
    funded.orders.commit(again)
    accepted = advance(funded, again.after, Event.ACCEPT)
    position = {"account_id": ALICE, "symbol": "AAPL"}
    add_unknown_attribute(funded, Table.POSITIONS, position)
    advance(funded, accepted, Event.REJECT)  # a conflict
    advance(funded, place(funded, 2), Event.ACCEPT)
    for table, item_key in (keys | {Table.POSITIONS: position}).items():
        assert has_unknown_attribute(funded, table, item_key)


def test_an_ended_order_leaves_the_index_of_open_orders(funded: Ports) -> None:
    orders = [place(funded, number, age_s=600) for number in (1, 2)]
    assert {entry.order_id for entry in funded.orders.open()} == {o.order_id for o in orders}
    advance(funded, orders[0], Event.REJECT)
    assert [entry.order_id for entry in funded.orders.open()] == [orders[1].order_id]


def test_open_orders_of_all_accounts_come_by_their_next_attempt(funded: Ports) -> None:
    for account, number in ((BRUNO, 20), ("carla", 21), ("dora", 22), ("emil", 23), ("fay", 24)):
        funded.accounts.commit_deposit(a_deposit(account, number=number))
    ages = {ALICE: 300, BRUNO: 900, "carla": 100, "dora": 700, "emil": 500, "fay": 1100}
    orders = {account: place(funded, 1, account, age_s) for account, age_s in ages.items()}
    by_age = [orders[account] for account in sorted(ages, key=lambda account: -ages[account])]
    assert [tuple(entry) for entry in funded.orders.open()] == [
        (order.order_id, order.next_attempt_at, order.created_at) for order in by_age
    ]
    decision = retrying(by_age[0])
    funded.orders.commit(decision)
    expected = [order.order_id for order in (*by_age[1:], by_age[0])]
    assert [entry.order_id for entry in funded.orders.open()] == expected


def test_an_accounts_orders_come_newest_first_by_pages(funded: Ports) -> None:
    expected = [place(funded, number, age_s=number) for number in range(1, 3)]
    funded.accounts.commit_deposit(a_deposit(BRUNO, number=2))
    place(funded, 9, BRUNO)
    first = funded.orders.of_account(ALICE, 1, None)
    assert list(first.items) == expected[:1]
    second = funded.orders.of_account(ALICE, 1, first.next_cursor)
    assert list(second.items) == expected[1:]
    assert second.next_cursor is None


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "AAAA", "é", "a" * 4000])
def test_an_invalid_cursor_is_invalid_input(funded: Ports, cursor: str) -> None:
    with pytest.raises(InvalidInput) as error:
        funded.orders.of_account(ALICE, 10, cursor)
    assert error.value.faults[0].field == "cursor"


def test_many_orders_are_read_at_once_whoever_owns_them(funded: Ports) -> None:
    funded.accounts.commit_deposit(a_deposit(BRUNO, number=2))
    ours, theirs = place(funded, 1), place(funded, 2, BRUNO)
    ids = [theirs.order_id, "nobody's", ours.order_id]
    assert funded.orders.get_many(ids) == {it.order_id: it for it in (ours, theirs)}
    assert funded.orders.get_many([]) == {}
