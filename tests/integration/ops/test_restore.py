"""Exports and restores on tables (moto): what is back, what is cut off, what is asked again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import pytest
from pynamodb.connection import Connection
from typer.testing import CliRunner

from lambdas.domain.orders import Event, Order, State, order_id_for
from lambdas.names import Table
from lambdas.services.orders import advance_order, place_order
from lambdas.services.wallet import make_deposit
from lambdas.storage.accounts import DynamoAccounts
from lambdas.storage.market import DynamoMarket
from lambdas.storage.models import MODELS
from lambdas.storage.orders import DynamoOrders
from ops.__main__ import app
from ops.adapters.audit_store import DynamoAuditStore
from ops.adapters.backups import DynamoBackups
from ops.ports import StageSettings, Tools
from tests.builders import ALICE, BRUNO, NOW, POLICY, ZONE, a_purchase, a_quote
from tests.fakes.dynamo import REGION, tables

LATER = NOW + timedelta(minutes=10)


@dataclass
class Place:
    """A stage on moto's tables, with people and an operator."""

    connection: Connection
    raw: Any

    def __post_init__(self) -> None:
        self.orders = DynamoOrders(self.connection)
        self.accounts = DynamoAccounts(self.connection)
        names = {table: model.Meta.table_name for table, model in MODELS.items()}
        self.names = names
        self.tools = Tools(
            public_api=lambda: pytest.fail("no request over HTTP"),
            canary_user=lambda: pytest.fail("no canary user"),
            orders=self.orders,
            accounts=self.accounts,
            market=lambda: DynamoMarket(self.connection, ZONE),
            audit_store=DynamoAuditStore(self.connection),
            dead_letters=lambda _: pytest.fail("no dead letters"),
            settings=lambda: StageSettings(
                group_id="3", overdue_after=timedelta(minutes=15), market_zone=ZONE
            ),
            logs=lambda: pytest.fail("no logs"),
            alarms=list,
            queue_depths=list,
            backups=lambda: DynamoBackups(self.raw, names),
            now=lambda: LATER,
            sleep=lambda _: None,
        )

    def deposit(self, account_id: str, number: int, amount_minor: int = 1_000_00) -> None:
        key = UUID(int=number)
        make_deposit(
            self.accounts, account_id=account_id, key=key, amount_minor=amount_minor, now=NOW
        )

    def place(self, account_id: str, number: int, shares: str = "1") -> Order:
        return place_order(
            self.orders,
            account_id=account_id,
            key=UUID(int=number),
            purchase=a_purchase(quantity=Decimal(shares)),
            policy=POLICY,
            now=NOW,
        ).order

    def happen(self, order: Order, event: Event) -> None:
        advance_order(self.orders, self.accounts, order.order_id, event, now=NOW)

    def run(self, *arguments: str) -> tuple[int, str]:
        ran = CliRunner().invoke(app, list(arguments), obj=lambda: self.tools)
        return ran.exit_code, ran.output

    def items(self, table: Table) -> list[dict[str, Any]]:
        found = self.raw.scan(TableName=self.names[table])["Items"]
        return sorted(found, key=repr)

    def everything(self) -> dict[Table, list[dict[str, Any]]]:
        money = (Table.ACCOUNTS, Table.DEPOSITS, Table.POSTINGS, Table.POSITIONS, Table.ORDERS)
        return {table: self.items(table) for table in money}


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with tables(monkeypatch) as connection:
        made = Place(connection, boto3.client("dynamodb", region_name=REGION))
        from lambdas.storage.market import quote_item

        quote_item(a_quote(), 0).save()
        made.deposit(ALICE, 1)
        made.deposit(BRUNO, 2)
        made.happen(made.place(ALICE, 3), Event.ACCEPT)
        made.happen(made.place(ALICE, 4), Event.REJECT)
        yield made


def test_an_export_brings_everything_back_and_what_came_since_is_gone(
    place: Place, tmp_path: Path
) -> None:
    before = place.everything()
    assert place.run("export", str(tmp_path / "copy"))[0] == 0
    place.deposit(ALICE, 10)
    place.happen(place.place(BRUNO, 11), Event.ACCEPT)
    assert place.everything() != before
    status, output = place.run("restore", "--from", str(tmp_path / "copy"), "--yes")
    assert (status, "every law holds" in output) == (0, True), output
    assert place.everything() == before


def test_an_open_order_is_due_under_the_same_id(place: Place, tmp_path: Path) -> None:
    order = place.place(BRUNO, 20)
    place.run("export", str(tmp_path / "copy"))
    place.happen(order, Event.ACCEPT)
    status, output = place.run("restore", "--from", str(tmp_path / "copy"), "--yes")
    assert status == 0, output
    assert "1 open orders are due" in output
    (entry,) = place.orders.open()
    assert (entry.order_id, entry.next_attempt_at) == (order.order_id, LATER)
    place.happen(order, Event.ACCEPT)  # the exchange answers again
    assert place.run("reconcile")[0] == 0


def test_the_same_key_places_an_order_that_was_lost_again(place: Place, tmp_path: Path) -> None:
    place.run("export", str(tmp_path / "copy"))
    lost = place.place(BRUNO, 30)
    place.run("restore", "--from", str(tmp_path / "copy"), "--yes")
    assert place.orders.get(lost.order_id) is None
    assert place.place(BRUNO, 30).order_id == lost.order_id == order_id_for(BRUNO, UUID(int=30))


@pytest.mark.parametrize("missing", [Table.ACCOUNTS, Table.POSTINGS, Table.POSITIONS, Table.ORDERS])
def test_a_transaction_that_was_torn_apart_is_cut_off(
    place: Place, tmp_path: Path, missing: Table
) -> None:
    """One table of the copy is older than the others by the end of an order."""
    order = place.place(ALICE, 40)
    place.run("export", str(tmp_path / "old"))
    place.happen(order, Event.ACCEPT)
    place.run("export", str(tmp_path / "copy"))
    name = f"{missing.value}.jsonl"
    (tmp_path / "copy" / name).write_bytes((tmp_path / "old" / name).read_bytes())
    status, output = place.run("restore", "--from", str(tmp_path / "copy"), "--yes")
    assert (status, "every law holds" in output) == (0, True), output
    state = place.orders.get(order.order_id)
    assert state is not None
    is_torn = missing in (Table.POSTINGS, Table.ORDERS)
    assert state.state is (State.PENDING if is_torn else State.ACCEPTED)
    if is_torn:
        assert state.account_version == 6
        place.happen(order, Event.ACCEPT)
        assert place.run("reconcile")[0] == 0


@pytest.mark.parametrize("missing", [Table.DEPOSITS, Table.POSTINGS, Table.ORDERS])
def test_so_is_the_beginning_of_an_order_or_a_deposit(
    place: Place, tmp_path: Path, missing: Table
) -> None:
    place.run("export", str(tmp_path / "old"))
    place.deposit(BRUNO, 50)
    place.place(BRUNO, 51)
    place.run("export", str(tmp_path / "copy"))
    name = f"{missing.value}.jsonl"
    (tmp_path / "copy" / name).write_bytes((tmp_path / "old" / name).read_bytes())
    status, output = place.run("restore", "--from", str(tmp_path / "copy"), "--yes")
    assert (status, "every law holds" in output) == (0, True), output


def test_a_point_in_time_recovery_is_read_from_tables_of_its_own(place: Place) -> None:
    for name in place.names.values():
        place.raw.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
    before = place.everything()
    status, output = place.run("restore", "--at", "2026-11-25T10:00:00Z", "--yes")
    assert (status, "every law holds" in output) == (0, True), output
    assert place.everything() == before
    found = place.raw.list_tables()["TableNames"]
    assert sum("-restored-" in name for name in found) == 5


def test_nothing_happens_without_a_yes_and_without_a_source(place: Place, tmp_path: Path) -> None:
    before = place.everything()
    assert place.run("restore", "--from", str(tmp_path))[0] == 1
    assert place.run("restore", "--yes")[0] == 2
    assert place.run("restore", "--from", str(tmp_path / "nowhere"), "--yes")[0] == 2
    assert place.everything() == before
