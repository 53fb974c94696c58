"""Reading every table of DynamoDB (moto): page by page, few calls, and whatever lies in them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import boto3
import pytest
from pynamodb.connection import Connection

from lambdas.adapters.orders import DynamoOrders
from lambdas.adapters.wallets import DynamoWallets
from lambdas.domain.orders import LONG, Event, order_id_for
from lambdas.domain.trading import Snapshot
from lambdas.usecases.advance_order import advance_order
from ops.adapters.books import DynamoBooks
from ops.audit import Judged, audit, judge
from ops.errors import Unreadable
from ops.laws import Law
from tests.builders import ALICE, BRUNO, NOW, a_deposit, a_placing, a_quote
from tests.fakes.aws import heard
from tests.fakes.dynamo import REGION, tables


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with tables(monkeypatch) as connection:
        DynamoWallets(connection).deposit(a_deposit())
        yield connection


@pytest.fixture
def books(connection: Connection) -> DynamoBooks:
    return DynamoBooks(connection)


@pytest.fixture
def raw(connection: Connection) -> Any:
    """A client that can write what our code never would."""
    return boto3.client("dynamodb", region_name=REGION)


@pytest.fixture
def calls(connection: Connection) -> Iterator[list[str]]:
    seen: list[str] = []
    with heard(lambda operation, _: seen.append(operation)):
        yield seen


def no_pause(seconds: float) -> None:
    assert seconds > 0


def judged(books: DynamoBooks) -> dict[str, Judged]:
    return {it.reading.account_id: it for it in audit(books, workers=1, pause=no_pause)}


def place(connection: Connection, number: int) -> str:
    order_id = order_id_for(ALICE, UUID(int=number))
    account = DynamoWallets(connection).account(ALICE)
    snapshot = Snapshot(account=account, quote=a_quote(), order=None)
    DynamoOrders(connection).commit(a_placing(snapshot, order_id=order_id))
    return order_id


def test_an_account_costs_five_calls_however_many_orders_up_to_a_hundred(
    connection: Connection, books: DynamoBooks, calls: list[str]
) -> None:
    for number in (1, 2):
        place(connection, number)
    calls.clear()
    assert not judge(books, ALICE, no_pause).reading.breaches
    assert calls == ["GetItem", "GetItem", "Query", "Query", "BatchGetItem"]


def test_reconciling_scans_each_table_once_and_writes_nothing(
    connection: Connection, books: DynamoBooks, calls: list[str]
) -> None:
    advance_order(DynamoOrders(connection), place(connection, 1), Event.ACCEPT, now=NOW)
    calls.clear()
    assert list(judged(books)) == [ALICE]
    assert calls.count("Scan") == 3  # accounts, orders' index, postings
    assert set(calls) == {"Scan", "GetItem", "Query", "BatchGetItem"}


def test_more_accounts_than_a_page_holds_are_all_read(books: DynamoBooks, raw: Any) -> None:
    for number in range(4):  # a page of DynamoDB is 1 MB
        item = {"account_id": f"a{number}", "filler": "x" * 390_000}
        raw.put_item(
            TableName="test-accounts", Item={name: {"S": text} for name, text in item.items()}
        )
    assert sorted(books.accounts()) == sorted([ALICE, "a0", "a1", "a2", "a3"])


NUMBER, TEXT = {"N": "1"}, {"S": "nonsense"}
BALANCES = {"account_id": {"S": BRUNO}, "available_minor": NUMBER, "held_minor": NUMBER}
POSTING = {
    "account_id": {"S": BRUNO},
    "posting_id": {"S": "p"},
    "cause_id": {"S": "p"},
    "kind": {"S": "DEPOSIT"},
    "available_minor": NUMBER,
    "held_minor": {"N": "0"},
    "recorded_at": {"S": "2026-03-04T15:00:00.000000+0000"},
}


@pytest.mark.parametrize(
    ("table", "item"),
    [
        ("accounts", {"account_id": {"S": BRUNO}}),
        (
            "accounts",
            {"account_id": {"S": BRUNO}, "available_minor": {"N": "1.5"}, "held_minor": NUMBER},
        ),
        (
            "accounts",
            {"account_id": {"S": BRUNO}, "available_minor": TEXT, "held_minor": NUMBER},
        ),
        ("postings", POSTING | {"kind": TEXT}),
        ("postings", POSTING | {"recorded_at": TEXT}),
        ("postings", {name: POSTING[name] for name in ("account_id", "posting_id")}),
        ("postings", POSTING | {"held_minor": {"NULL": True}}),
        ("accounts", BALANCES | {"shares#AAPL": NUMBER}),
        ("accounts", BALANCES | {"shares#AAPL": NUMBER, "cost#AAPL": TEXT}),
    ],
)
def test_what_no_code_of_ours_wrote_is_told_and_hides_no_other_account(
    connection: Connection, books: DynamoBooks, raw: Any, table: str, item: dict[str, Any]
) -> None:
    DynamoWallets(connection).deposit(a_deposit(BRUNO, number=2))
    raw.put_item(TableName=f"test-{table}", Item=item)
    found = judged(books)
    assert [it.law for it in found[BRUNO].reading.breaches] == [Law.READABLE]
    assert found[ALICE].reading.breaches == ()


def test_an_order_that_cannot_be_read_is_told_by_its_account(
    connection: Connection, books: DynamoBooks, raw: Any
) -> None:
    key = {"order_id": {"S": place(connection, 1)}}
    raw.update_item(
        TableName="test-orders",
        Key=key,
        UpdateExpression="SET #s = :n",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":n": TEXT},
    )
    assert [it.law for it in judged(books)[ALICE].reading.breaches] == [Law.READABLE]


def test_an_end_that_came_late_and_lost_its_posting_is_told(
    connection: Connection, books: DynamoBooks, raw: Any
) -> None:
    order_id = place(connection, 1)
    advance_order(DynamoOrders(connection), order_id, Event.ACCEPT, now=NOW + 2 * LONG)
    assert judged(books)[ALICE].reading.breaches == ()
    key = {"account_id": {"S": ALICE}, "posting_id": {"S": f"{order_id}#END"}}
    raw.delete_item(TableName="test-postings", Key=key)
    laws = {it.law for it in judged(books)[ALICE].reading.breaches}
    assert laws == {Law.BALANCES, Law.ENDS}


def test_an_order_whose_cost_was_changed_is_told(
    connection: Connection, books: DynamoBooks, raw: Any
) -> None:
    raw.update_item(
        TableName="test-orders",
        Key={"order_id": {"S": place(connection, 1)}},
        UpdateExpression="SET cost_minor = :n",
        ExpressionAttributeValues={":n": NUMBER},
    )
    laws = {it.law for it in judged(books)[ALICE].reading.breaches}
    assert laws == {Law.NOTHING_LOST, Law.HELD, Law.BALANCES}


def test_a_conflict_that_cannot_be_read_is_no_crash(books: DynamoBooks, raw: Any) -> None:
    item = {"order_id": {"S": "o"}, "conflict_event": TEXT}
    raw.put_item(TableName="test-orders", Item=item)
    with pytest.raises(Unreadable):
        list(books.in_conflict())
