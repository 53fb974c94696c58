"""Reading every table of DynamoDB (moto): page by page, few calls, and whatever is in them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import boto3
import pytest
from pynamodb.connection import Connection

from lambdas.domain.orders import Event, Snapshot, order_id_for
from lambdas.services.orders import advance_order
from lambdas.storage.accounts import DynamoAccounts
from lambdas.storage.orders import DynamoOrders
from ops.adapters.audit_store import DynamoAuditStore
from ops.audit import AccountAudit, audit, audit_account
from ops.laws import Law
from ops.ports import Unreadable
from tests.builders import ALICE, BRUNO, NOW, a_deposit, a_placing, a_quote
from tests.fakes.aws import heard
from tests.fakes.dynamo import REGION, tables


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with tables(monkeypatch) as connection:
        DynamoAccounts(connection).commit_deposit(a_deposit())
        yield connection


@pytest.fixture
def store(connection: Connection) -> DynamoAuditStore:
    return DynamoAuditStore(connection)


@pytest.fixture
def raw(connection: Connection) -> Any:
    """A client that can write what our code never would."""
    return boto3.client("dynamodb", region_name=REGION)


@pytest.fixture
def calls(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []
    with heard(lambda operation, request: seen.append((operation, request))):
        yield seen


def no_pause(seconds: float) -> None:
    assert seconds > 0


def audited(store: DynamoAuditStore) -> dict[str, AccountAudit]:
    return {it.records.account_id: it for it in audit(store, workers=1, sleep=no_pause)}


def laws(found: AccountAudit) -> set[Law]:
    return {breach.law for breach in found.breaches}


def place(connection: Connection, number: int) -> str:
    order_id = order_id_for(ALICE, UUID(int=number))
    account = DynamoAccounts(connection).get(ALICE)
    snapshot = Snapshot(account=account, quote=a_quote(), order=None)
    DynamoOrders(connection).commit(a_placing(snapshot, order_id=order_id))
    return order_id


def accept(connection: Connection, order_id: str) -> None:
    orders, accounts = DynamoOrders(connection), DynamoAccounts(connection)
    advance_order(orders, accounts, order_id, Event.ACCEPT, now=NOW)


def test_an_account_costs_six_calls_however_many_orders_up_to_a_hundred(
    connection: Connection, store: DynamoAuditStore, calls: list[tuple[str, Any]]
) -> None:
    for number in (1, 2):
        place(connection, number)
    calls.clear()
    assert not audit_account(store, ALICE, no_pause).breaches
    assert sorted(operation for operation, _ in calls) == [
        *("BatchGetItem", "GetItem", "Query", "Query", "Query", "Query")
    ]


def test_no_item_of_an_account_is_read_twice(
    connection: Connection, store: DynamoAuditStore, calls: list[tuple[str, Any]]
) -> None:
    accept(connection, place(connection, 1))
    calls.clear()
    store.read(ALICE)
    read = []
    for operation, request in calls:
        if operation == "BatchGetItem":
            read += [(table, str(keys)) for table, keys in request["RequestItems"].items()]
        else:
            read.append((request["TableName"], request.get("IndexName", "")))
    assert len(set(read)) == len(read)
    consistent = [it for it in calls if it[0] == "Query" and "IndexName" not in it[1]]
    assert all(request["ConsistentRead"] for _, request in consistent)


def test_an_audit_scans_each_table_once_and_writes_nothing(
    connection: Connection, store: DynamoAuditStore, calls: list[tuple[str, Any]]
) -> None:
    accept(connection, place(connection, 1))
    calls.clear()
    assert list(audited(store)) == [ALICE]
    scanned = [request["TableName"] for operation, request in calls if operation == "Scan"]
    assert sorted(scanned) == [
        *("test-accounts", "test-deposits", "test-orders", "test-positions", "test-postings")
    ]
    assert {operation for operation, _ in calls} == {"Scan", "GetItem", "Query", "BatchGetItem"}


def test_more_accounts_than_a_page_holds_are_all_named(store: DynamoAuditStore, raw: Any) -> None:
    for number in range(4):  # a page of DynamoDB is 1 MB
        item = {"account_id": f"a{number}", "filler": "x" * 390_000}
        raw.put_item(
            TableName="test-accounts", Item={name: {"S": text} for name, text in item.items()}
        )
    assert sorted(store.account_ids()) == sorted([ALICE, "a0", "a1", "a2", "a3"])


NUMBER, TEXT, NOTHING = {"N": "1"}, {"S": "nonsense"}, {"NULL": True}
TIME = {"S": "2026-03-04T15:00:00.000000+0000"}
ACCOUNT = {
    "account_id": {"S": BRUNO},
    "available_minor": NUMBER,
    "held_minor": NUMBER,
    "posted_at": TIME,
    "version": NUMBER,
}
LINE = {"M": {"account": {"S": "demo"}, "amount_minor": NUMBER}}
POSTING = {
    "account_id": {"S": BRUNO},
    "number": {"N": "2"},
    "cause_id": {"S": "p"},
    "kind": {"S": "DEPOSIT"},
    "lines": {"L": [LINE]},
    "available_after_minor": NUMBER,
    "held_after_minor": NUMBER,
    "recorded_at": TIME,
}
POSITION = {
    "account_id": {"S": BRUNO},
    "symbol": {"S": "AAPL"},
    "quantity": NUMBER,
    "cost_minor": NUMBER,
}
DEPOSIT = {
    "account_id": {"S": BRUNO},
    "deposit_id": {"S": "d"},
    "amount_minor": NUMBER,
    "method": {"S": "demo"},
    "state": {"S": "confirmed"},
    "created_at": TIME,
    "version": NUMBER,
}


def without(item: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != name}


def with_line(**changes: Any) -> dict[str, Any]:
    return POSTING | {"lines": {"L": [{"M": LINE["M"] | changes}]}}


@pytest.mark.parametrize(
    ("table", "item"),
    [
        ("accounts", {"account_id": {"S": BRUNO}}),
        ("accounts", ACCOUNT | {"available_minor": {"N": "1.5"}}),
        ("accounts", ACCOUNT | {"available_minor": TEXT}),
        ("accounts", without(ACCOUNT, "version")),
        ("accounts", ACCOUNT | {"posted_at": TEXT}),
        ("postings", POSTING | {"kind": TEXT}),
        ("postings", POSTING | {"recorded_at": TEXT}),
        ("postings", without(POSTING, "lines")),
        ("postings", POSTING | {"lines": TEXT}),
        ("postings", with_line(account=TEXT)),
        ("postings", with_line(amount_minor=TEXT)),
        ("postings", with_line(amount_minor=NOTHING)),
        ("postings", POSTING | {"held_after_minor": NOTHING}),
        ("postings", without(POSTING, "cause_id")),
        ("positions", POSITION | {"quantity": TEXT}),
        ("positions", without(POSITION, "cost_minor")),
        ("deposits", DEPOSIT | {"method": TEXT}),
        ("deposits", without(DEPOSIT, "amount_minor")),
    ],
)
def test_an_unreadable_item_is_reported_and_hides_no_other_account(
    connection: Connection, store: DynamoAuditStore, raw: Any, table: str, item: dict[str, Any]
) -> None:
    DynamoAccounts(connection).commit_deposit(a_deposit(BRUNO, number=2))
    raw.put_item(TableName=f"test-{table}", Item=item)
    found = audited(store)
    (breach,) = found[BRUNO].breaches
    assert (breach.law, f"an item of {table}" in breach.found) == (Law.READABLE, True)
    assert found[ALICE].breaches == ()


@pytest.mark.parametrize(
    ("table", "item", "broken"),
    [
        ("postings", POSTING, {Law.LEDGER, Law.CAUSES}),
        ("positions", POSITION, {Law.POSITIONS}),
        ("deposits", DEPOSIT, {Law.NOTHING_LOST, Law.CAUSES}),
    ],
)
def test_a_readable_item_that_nothing_explains_breaks_the_laws(
    store: DynamoAuditStore, raw: Any, table: str, item: dict[str, Any], broken: set[Law]
) -> None:
    """The account itself does not exist: only this item names it."""
    raw.put_item(TableName=f"test-{table}", Item=item)
    found = audited(store)
    assert laws(found[BRUNO]) == broken
    assert found[ALICE].breaches == ()


def set_attribute(raw: Any, table: str, key: dict[str, Any], name: str, value: Any) -> None:
    raw.update_item(
        TableName=f"test-{table}",
        Key=key,
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )


def test_an_order_that_cannot_be_read_is_reported_by_its_account(
    connection: Connection, store: DynamoAuditStore, raw: Any
) -> None:
    order_id = place(connection, 1)
    set_attribute(raw, "orders", {"order_id": {"S": order_id}}, "state", TEXT)
    (breach,) = audited(store)[ALICE].breaches
    assert (breach.law, "an item of orders" in breach.found) == (Law.READABLE, True)
    with pytest.raises(Unreadable):
        store.order(order_id)


def test_a_lost_posting_is_reported(
    connection: Connection, store: DynamoAuditStore, raw: Any
) -> None:
    accept(connection, place(connection, 1))
    assert audited(store)[ALICE].breaches == ()
    key = {"account_id": {"S": ALICE}, "number": {"N": "3"}}
    raw.delete_item(TableName="test-postings", Key=key)
    assert laws(audited(store)[ALICE]) == {Law.LEDGER, Law.CAUSES}


def test_an_order_whose_cost_was_changed_is_reported(
    connection: Connection, store: DynamoAuditStore, raw: Any
) -> None:
    key = {"order_id": {"S": place(connection, 1)}}
    set_attribute(raw, "orders", key, "cost_minor", NUMBER)
    assert laws(audited(store)[ALICE]) == {Law.HELD, Law.CAUSES}


def test_a_conflict_that_cannot_be_read_is_unreadable(store: DynamoAuditStore, raw: Any) -> None:
    item = {"order_id": {"S": "o"}, "conflict_event": TEXT}
    raw.put_item(TableName="test-orders", Item=item)
    with pytest.raises(Unreadable):
        list(store.in_conflict())
