"""The operator's port `AuditStore`: an auditor misses nothing that the tables hold."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from lambdas.domain import orders as decisions
from lambdas.domain.ledger import Account, Position
from lambdas.domain.orders import Event, Order, Snapshot, order_id_for
from ops.adapters.audit_store import DynamoAuditStore
from ops.laws import account_breaches
from ops.ports import AuditStore
from tests.builders import ALICE, BRUNO, NOW, a_deposit, a_placing, a_quote
from tests.contract.conftest import Ports
from tests.fakes.operations import MemoryAuditStore


@pytest.fixture
def audit_store(ports: Ports) -> AuditStore:
    if ports.connection is not None:
        return DynamoAuditStore(ports.connection)
    assert ports.store is not None
    return MemoryAuditStore(ports.store)


@pytest.fixture
def traded(ports: Ports) -> Ports:
    """Alice has a deposit and three orders (open, accepted, rejected), Bruno a deposit."""
    ports.accounts.commit_deposit(a_deposit(amount_minor=2_000_00))
    ports.accounts.commit_deposit(a_deposit(BRUNO, number=2))
    for number, event in ((1, None), (2, Event.ACCEPT), (3, Event.REJECT)):
        order = place(ports, number)
        if event is not None:
            apply(ports, order, event)
    return ports


def place(ports: Ports, number: int) -> Order:
    order_id = order_id_for(ALICE, UUID(int=number))
    snapshot = Snapshot(account=ports.accounts.get(ALICE), quote=a_quote(), order=None)
    decision = a_placing(snapshot, order_id=order_id, now=NOW + timedelta(seconds=number))
    ports.orders.commit(decision)
    return decision.after


def apply(ports: Ports, order: Order, event: Event) -> Order:
    decision = decisions.apply(order, event, ports.accounts.get(ALICE), now=NOW)
    ports.orders.commit(decision)
    return decision.after


def test_empty_tables_have_no_accounts(audit_store: AuditStore) -> None:
    assert list(audit_store.account_ids()) == []
    assert list(audit_store.in_conflict()) == []
    records = audit_store.read(ALICE)
    assert records.account is None
    for items in (records.postings, records.positions, records.deposits, records.orders):
        assert list(items) == []


def test_every_account_is_named_once(traded: Ports, audit_store: AuditStore) -> None:
    assert sorted(audit_store.account_ids()) == [ALICE, BRUNO]


def test_an_account_is_read_whole(traded: Ports, audit_store: AuditStore) -> None:
    records = audit_store.read(ALICE)
    assert records.account == traded.accounts.get(ALICE)
    assert records.account == Account(
        account_id=ALICE,
        available_minor=1_239_00,
        held_minor=380_50,
        version=6,
        posted_at=NOW + timedelta(seconds=3),
    )
    stored = traded.accounts.postings(ALICE, 100, None).items
    assert list(records.postings) == list(reversed(stored))
    assert [posting.number for posting in records.postings] == [1, 2, 3, 4, 5, 6]
    assert list(records.positions) == list(traded.accounts.positions(ALICE))
    assert list(records.positions) == [
        Position(
            account_id=ALICE,
            symbol="AAPL",
            quantity=records.positions[0].quantity,
            cost_minor=380_50,
        )
    ]
    assert list(records.deposits) == [a_deposit(amount_minor=2_000_00).after]
    expected = {order_id_for(ALICE, UUID(int=number)) for number in (1, 2, 3)}
    assert {order.order_id for order in records.orders} == expected
    assert all(order == traded.orders.get(order.order_id) for order in records.orders)


def test_what_is_read_keeps_every_law(traded: Ports, audit_store: AuditStore) -> None:
    for account_id in (ALICE, BRUNO):
        assert list(account_breaches(audit_store.read(account_id))) == []


def test_two_readings_of_an_account_at_rest_are_equal(
    traded: Ports, audit_store: AuditStore
) -> None:
    assert audit_store.read(ALICE) == audit_store.read(ALICE)


def test_a_step_of_any_kind_makes_another_reading(traded: Ports, audit_store: AuditStore) -> None:
    before = audit_store.read(ALICE)
    order = traded.orders.get(order_id_for(ALICE, UUID(int=1)))
    assert order is not None
    apply(traded, order, Event.ECHOED)
    assert audit_store.read(ALICE) != before


def test_more_orders_than_one_batch_are_all_read(ports: Ports, audit_store: AuditStore) -> None:
    ports.accounts.commit_deposit(a_deposit(amount_minor=100_000_00))
    for number in range(1, 102):
        place(ports, number)
    records = audit_store.read(ALICE)
    assert len({order.order_id for order in records.orders}) == 101
    assert len(records.postings) == 1 + 101


def test_one_order_and_its_postings(traded: Ports, audit_store: AuditStore) -> None:
    order = audit_store.order(order_id_for(ALICE, UUID(int=2)))
    assert order is not None
    assert order == traded.orders.get(order.order_id)
    postings = audit_store.postings_of(order)
    assert [(it.number, it.kind.value) for it in postings] == [(3, "HOLD"), (4, "SPEND")]
    assert audit_store.order("nothing") is None
    assert list(audit_store.postings_of(replace(order, order_id="nothing"))) == []


def test_only_orders_with_a_contradicted_end_are_in_conflict(
    traded: Ports, audit_store: AuditStore
) -> None:
    accepted = apply(traded, place(traded, 4), Event.ACCEPT)
    apply(traded, accepted, Event.REJECT)
    assert list(audit_store.in_conflict()) == [traded.orders.get(accepted.order_id)]
