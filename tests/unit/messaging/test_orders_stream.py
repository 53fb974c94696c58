"""Which changes of the table orders are published."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from lambdas.domain.ledger import Account
from lambdas.domain.orders import Event, Order, Snapshot, State, apply, retry
from lambdas.messaging.orders_stream import Publication, publication_of
from lambdas.storage.orders import order_item
from tests.builders import ALICE, NOW, POLICY, a_placing, a_quote

RICH = Account(
    account_id=ALICE, available_minor=1_000_00, held_minor=1_000_00, version=1, posted_at=NOW
)


@pytest.fixture
def order() -> Order:
    snapshot = Snapshot(account=RICH, quote=a_quote(), order=None)
    return a_placing(snapshot, order_id="order").after


def record(before: Order | None, after: Order | None) -> DynamoDBRecord:
    images = {
        name: order_item(order).serialize()
        for name, order in (("OldImage", before), ("NewImage", after))
        if order is not None
    }
    return DynamoDBRecord({"dynamodb": {"SequenceNumber": "1", **images}})


def publication(order: Order) -> Publication:
    return Publication(
        order.order_id, order.symbol, order.quantity, order.created_at, order.attempts
    )


def test_a_new_order_is_published(order: Order) -> None:
    assert publication_of(record(None, order)) == publication(order)


def test_quantities_and_times_arrive_exactly(order: Order) -> None:
    exact = replace(order, quantity=Decimal("999999999.999999"))
    found = publication_of(record(None, exact))
    assert found is not None
    assert found.quantity == exact.quantity
    assert found.created_at == exact.created_at == NOW


@pytest.mark.parametrize("event", [None, Event.ECHOED])
def test_an_order_due_again_is_published(order: Order, event: Event | None) -> None:
    before = order if event is None else apply(order, event, None, now=NOW).after
    decision = retry(before, POLICY, NOW + timedelta(hours=1))
    assert decision is not None
    found = publication_of(record(before, decision.after))
    assert found == publication(decision.after)
    assert found.attempts == 1


@pytest.mark.parametrize("event", list(Event))
def test_no_other_change_is_published(order: Order, event: Event) -> None:
    assert publication_of(record(order, apply(order, event, RICH, now=NOW).after)) is None


@pytest.mark.parametrize("state", [State.ACCEPTED, State.REJECTED, State.VOIDED])
def test_an_ended_order_is_never_published(order: Order, state: State) -> None:
    ended = replace(order, state=state)
    assert publication_of(record(None, ended)) is None
    assert publication_of(record(order, replace(ended, attempts=1))) is None


def test_a_removed_order_is_not_published(order: Order) -> None:
    assert publication_of(record(order, None)) is None


@pytest.mark.parametrize("change", [{}, {"dynamodb": {}}])
def test_a_record_without_an_image_is_not_published(change: dict[str, Any]) -> None:
    assert publication_of(DynamoDBRecord(change)) is None
