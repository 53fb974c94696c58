"""What the port `Orders` promises: decisions are committed whole or not at all, and only once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from lambdas.domain import trading
from lambdas.domain.errors import InvalidInput, StaleDecision
from lambdas.domain.ledger import Account, Position
from lambdas.domain.orders import Event, Order, State, order_id_for
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
from tests.contract.conftest import Ports


@pytest.fixture
def funded(ports: Ports) -> Ports:
    ports.wallets.deposit(a_deposit(amount_minor=1_000_00))
    ports.market.commit(a_board(a_quote()))
    return ports


def placed(ports: Ports, number: int = 1, account_id: str = ALICE, age_s: int = 0) -> Order:
    order_id = order_id_for(account_id, key(number))
    snapshot = ports.orders.snapshot(account_id, "AAPL", order_id)
    decision = a_placing(snapshot, order_id=order_id, now=NOW - timedelta(seconds=age_s))
    ports.orders.commit(decision)
    return decision.after


def test_a_snapshot_of_nothing_is_an_empty_account(ports: Ports) -> None:
    snapshot = ports.orders.snapshot(ALICE, "AAPL", "nothing")
    assert snapshot == trading.Snapshot(account=Account(account_id=ALICE), quote=None, order=None)


def test_a_snapshot_shows_account_quote_and_order(funded: Ports) -> None:
    order = placed(funded)
    snapshot = funded.orders.snapshot(ALICE, "AAPL", order.order_id)
    assert snapshot.order == order
    assert snapshot.quote == a_quote()
    assert snapshot.account == Account(account_id=ALICE, available_minor=619_50, held_minor=380_50)


def test_placing_writes_the_order_and_moves_the_balances(funded: Ports) -> None:
    order = placed(funded)
    assert funded.orders.get(order.order_id) == order
    assert funded.wallets.account(ALICE) == Account(
        account_id=ALICE, available_minor=619_50, held_minor=380_50
    )


def test_placing_the_same_order_again_is_stale_and_takes_no_money(funded: Ports) -> None:
    order_id = order_id_for(ALICE, key(1))
    snapshot = funded.orders.snapshot(ALICE, "AAPL", order_id)
    decision = a_placing(snapshot, order_id=order_id)
    funded.orders.commit(decision)
    with pytest.raises(StaleDecision):
        funded.orders.commit(decision)
    assert funded.wallets.account(ALICE).available_minor == 619_50


def test_a_hold_beyond_what_is_available_now_is_stale_and_stores_no_order(funded: Ports) -> None:
    snapshots = {
        n: funded.orders.snapshot(ALICE, "AAPL", order_id_for(ALICE, key(n))) for n in (1, 2)
    }
    first, second = (
        a_placing(
            snapshots[n],
            order_id=order_id_for(ALICE, key(n)),
            purchase=a_purchase(quantity=Decimal(3)),
        )
        for n in (1, 2)
    )
    funded.orders.commit(first)
    with pytest.raises(StaleDecision):
        funded.orders.commit(second)
    assert funded.orders.get(second.after.order_id) is None
    assert funded.wallets.account(ALICE) == Account(
        account_id=ALICE, available_minor=429_25, held_minor=570_75
    )


def test_acceptance_spends_what_was_held_and_grows_the_position(funded: Ports) -> None:
    for number in (1, 2):
        order = placed(funded, number)
        funded.orders.commit(trading.apply(order, Event.ACCEPT, now=NOW))
    assert funded.wallets.account(ALICE) == Account(
        account_id=ALICE, available_minor=239_00, held_minor=0
    )
    assert funded.wallets.positions(ALICE) == [
        Position(account_id=ALICE, symbol="AAPL", quantity=Decimal(4), cost_minor=761_00)
    ]
    ended = funded.orders.get(order.order_id)
    assert ended is not None
    assert (ended.state, ended.ended_at) == (State.ACCEPTED, NOW)


@pytest.mark.parametrize("event", [Event.REJECT, Event.VOID])
def test_the_other_ends_give_back_what_was_held(funded: Ports, event: Event) -> None:
    order = placed(funded)
    funded.orders.commit(trading.apply(order, event, now=NOW, reason="looked at"))
    assert funded.wallets.account(ALICE) == Account(account_id=ALICE, available_minor=1_000_00)
    assert funded.wallets.positions(ALICE) == []


@pytest.mark.parametrize("second", [Event.ACCEPT, Event.REJECT, Event.VOID, Event.SEEN])
def test_what_was_decided_on_an_open_order_cannot_be_written_over_its_end(
    funded: Ports, second: Event
) -> None:
    order = placed(funded)
    late = trading.apply(order, second, now=NOW)
    funded.orders.commit(trading.apply(order, Event.ACCEPT, now=NOW))
    with pytest.raises(StaleDecision):
        funded.orders.commit(late)
    assert funded.wallets.account(ALICE).held_minor == 0
    assert len(funded.wallets.positions(ALICE)) == 1


def test_a_seen_request_is_sent_and_moves_no_money(funded: Ports) -> None:
    order = placed(funded)
    funded.orders.commit(trading.apply(order, Event.SEEN, now=NOW))
    sent = funded.orders.get(order.order_id)
    assert sent is not None
    assert (sent.state, sent.sent_at) == (State.SENT, NOW)
    assert funded.wallets.account(ALICE).held_minor == 380_50


def test_two_sweeps_at_once_ask_once(funded: Ports) -> None:
    order = placed(funded, age_s=600)
    decision = trading.ask_again(order, POLICY, NOW)
    assert decision is not None
    funded.orders.commit(decision)
    with pytest.raises(StaleDecision):
        funded.orders.commit(decision)
    asked = funded.orders.get(order.order_id)
    assert asked is not None
    assert asked.asks == 1


def test_a_conflict_is_kept_and_changes_nothing_else(funded: Ports) -> None:
    order = placed(funded)
    accepted = trading.apply(order, Event.ACCEPT, now=NOW)
    funded.orders.commit(accepted)
    conflict = trading.apply(accepted.after, Event.REJECT, now=NOW)
    funded.orders.commit(conflict)
    known = funded.orders.get(order.order_id)
    assert known == conflict.after
    assert known is not None
    assert known.state is State.ACCEPTED
    assert known.conflict is not None
    assert known.conflict.event is Event.REJECT
    assert funded.wallets.account(ALICE).available_minor == 619_50


def test_an_accounts_orders_come_newest_first_by_pages(funded: Ports) -> None:
    expected = [placed(funded, number, age_s=number) for number in range(1, 3)]
    funded.wallets.deposit(a_deposit(BRUNO, number=2))
    placed(funded, 9, BRUNO)
    first = funded.orders.of_account(ALICE, 1, None)
    assert list(first.items) == expected[:1]
    second = funded.orders.of_account(ALICE, 1, first.next_cursor)
    assert list(second.items) == expected[1:]
    assert second.next_cursor is None


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "AAAA", "é", "a" * 4000])
def test_a_cursor_that_is_none_is_the_callers_mistake(funded: Ports, cursor: str) -> None:
    for read in (funded.orders.of_account, funded.wallets.postings):
        if cursor or read is funded.orders.of_account:
            with pytest.raises(InvalidInput) as error:
                read(ALICE, 10, cursor)
            assert error.value.faults[0].field == "cursor"


def test_orders_are_read_many_at_a_time_whoever_owns_them(funded: Ports) -> None:
    funded.wallets.deposit(a_deposit(BRUNO, number=2))
    ours, theirs = placed(funded, 1), placed(funded, 2, BRUNO)
    asked = [theirs.order_id, "nobody's", ours.order_id, ours.order_id]
    assert funded.orders.read(asked) == {it.order_id: it for it in (ours, theirs)}
    assert funded.orders.read([]) == {}
