"""What the port `Books` promises: an auditor misses nothing that the tables hold."""

from datetime import timedelta
from uuid import UUID

import pytest
from lambdas.domain.trading import Snapshot

from lambdas.domain import trading
from lambdas.domain.ledger import Account, PostingKind
from lambdas.domain.orders import Event, Order, order_id_for
from ops.entries import Entry
from tests.builders import ALICE, BRUNO, NOW, a_deposit, a_placing, a_quote
from tests.contract.conftest import Ports


@pytest.fixture
def traded(ports: Ports) -> Ports:
    """Alice has a deposit and three orders (open, accepted, rejected), Bruno a deposit."""
    ports.wallets.deposit(a_deposit(amount_minor=2_000_00))
    ports.wallets.deposit(a_deposit(BRUNO, number=2))
    for number, event in ((1, None), (2, Event.ACCEPT), (3, Event.REJECT)):
        order = placed(ports, number)
        if event is not None:
            ports.orders.commit(trading.apply(order, event, now=NOW))
    return ports


def placed(ports: Ports, number: int) -> Order:
    order_id = order_id_for(ALICE, UUID(int=number))
    snapshot = Snapshot(account=ports.wallets.account(ALICE), quote=a_quote(), order=None)
    decision = a_placing(snapshot, order_id=order_id, now=NOW + timedelta(seconds=number))
    ports.orders.commit(decision)
    return decision.after


def entries(ports: Ports, account_id: str) -> dict[str, Entry]:
    found = list(ports.books.entries(account_id))
    by_cause = {entry.cause_id: entry for entry in found}
    assert len(by_cause) == len(found), "a cause came twice"
    return by_cause


def test_nothing_is_an_empty_book(ports: Ports) -> None:
    assert list(ports.books.accounts()) == []
    assert list(ports.books.mentioned()) == []
    assert list(ports.books.entries(ALICE)) == []
    assert list(ports.books.in_conflict()) == []
    assert list(ports.books.open_orders()) == []
    assert ports.books.balances(ALICE) is None
    assert ports.books.positions(ALICE) == []


def test_every_account_with_balances_is_there_once(traded: Ports) -> None:
    assert sorted(traded.books.accounts()) == [ALICE, BRUNO]
    assert set(traded.books.mentioned()) == {ALICE, BRUNO}
    assert traded.books.without_balances([BRUNO, "nobody", ALICE]) == ["nobody"]


def test_balances_and_positions_are_those_of_the_wallet(traded: Ports) -> None:
    account = traded.books.balances(ALICE)
    assert account == traded.wallets.account(ALICE)
    assert account == Account(account_id=ALICE, available_minor=1_239_00, held_minor=380_50)
    assert traded.books.positions(ALICE) == traded.wallets.positions(ALICE)
    assert len(traded.books.positions(ALICE)) == 1


def test_every_cause_comes_with_its_postings_and_its_order(traded: Ports) -> None:
    found = entries(traded, ALICE)
    kinds = sorted(
        tuple(sorted(posting.kind.value for posting in entry.postings)) for entry in found.values()
    )
    assert kinds == [("DEPOSIT",), ("HOLD",), ("HOLD", "RELEASE"), ("HOLD", "SPEND")]
    for cause_id, entry in found.items():
        is_deposit = entry.postings[0].kind is PostingKind.DEPOSIT
        assert entry.order == (None if is_deposit else traded.orders.get(cause_id))
    assert [tuple(p.kind for p in e.postings) for e in entries(traded, BRUNO).values()] == [
        (PostingKind.DEPOSIT,)
    ]


def test_entries_come_in_the_same_order_again(traded: Ports) -> None:
    assert list(traded.books.entries(ALICE)) == list(traded.books.entries(ALICE))


def test_more_causes_than_one_batch_holds_all_come(ports: Ports) -> None:
    ports.wallets.deposit(a_deposit(amount_minor=100_000_00))
    for number in range(1, 102):
        placed(ports, number)
    found = entries(ports, ALICE)
    assert len(found) == 1 + 101
    assert sum(entry.order is not None for entry in found.values()) == 101


def test_every_order_without_an_end_is_open(traded: Ports) -> None:
    seen = placed(traded, 4)
    traded.orders.commit(trading.apply(seen, Event.SEEN, now=NOW))
    found = {order.order_id: order for order in traded.books.open_orders()}
    expected = [order_id_for(ALICE, UUID(int=number)) for number in (1, 4)]
    assert found == {order_id: traded.orders.get(order_id) for order_id in expected}


def test_only_orders_with_a_contradicted_end_are_in_conflict(traded: Ports) -> None:
    order = placed(traded, 4)
    accepted = trading.apply(order, Event.ACCEPT, now=NOW).after
    traded.orders.commit(trading.apply(order, Event.ACCEPT, now=NOW))
    traded.orders.commit(trading.apply(accepted, Event.REJECT, now=NOW))
    assert list(traded.books.in_conflict()) == [traded.orders.get(order.order_id)]
