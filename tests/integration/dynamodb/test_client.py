"""The connection to DynamoDB: shared by all models, with time-outs, and its errors as ours.

A stub server answers, so that pynamodb and botocore raise their real exceptions.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, TransactGetError, TransactWriteError

from lambdas.domain.errors import StaleDecision, Transient
from lambdas.names import Table
from lambdas.storage import client
from lambdas.storage.accounts import DynamoAccounts
from lambdas.storage.client import connect
from lambdas.storage.models import MODELS
from lambdas.storage.orders import DynamoOrders
from tests.builders import a_deposit
from tests.fakes.aws import Answer, AwsServer, Call
from tests.fakes.dynamo import REGION, forget_tables, set_credentials

CALLS_PER_REQUEST = 3
"""A decision reads and writes, and one that is stale is tried again: the next call that fails ends
the request.
"""

API_TIMEOUT_S = 20


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsServer]:
    set_credentials(monkeypatch)
    forget_tables()
    with AwsServer().running() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server
    forget_tables()


@pytest.fixture
def connection(server: AwsServer) -> Connection:
    return connect({table: f"stub-{table}" for table in Table}, REGION)


def failing(code: str, status: int = 400, **fields: Any) -> Callable[[Call], Answer]:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "…", **fields}
    return lambda _: Answer(status, json.dumps(body).encode())


def cancelled(*reasons: str) -> Callable[[Call], Answer]:
    return failing(
        "TransactionCanceledException", CancellationReasons=[{"Code": r} for r in reasons]
    )


def read(connection: Connection) -> None:
    DynamoOrders(connection).get("order")


def read_in_transaction(connection: Connection) -> None:
    DynamoOrders(connection).snapshot("account", "AAPL", "order")


def write_in_transaction(connection: Connection) -> None:
    DynamoAccounts(connection).commit_deposit(a_deposit())


OPERATIONS = [read, read_in_transaction, write_in_transaction]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "code",
    [
        "ConditionalCheckFailedException",
        "TransactionConflictException",
        "TransactionInProgressException",
    ],
)
def test_an_item_that_has_changed_or_is_locked_makes_a_decision_stale(
    server: AwsServer, connection: Connection, code: str, operation: Callable[[Connection], None]
) -> None:
    server.carry = failing(code)
    with pytest.raises(StaleDecision):
        operation(connection)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InternalServerError", 500),
        ("ServiceUnavailable", 503),
        ("InternalFailure", 500),
        ("ProvisionedThroughputExceededException", 400),
        ("RequestLimitExceeded", 400),
        ("ThrottlingException", 400),
        ("LimitExceededException", 400),
    ],
)
@pytest.mark.parametrize("operation", [read, write_in_transaction])
def test_a_busy_dynamodb_is_transient(
    server: AwsServer,
    connection: Connection,
    code: str,
    status: int,
    operation: Callable[[Connection], None],
) -> None:
    server.carry = failing(code, status)
    with pytest.raises(Transient):
        operation(connection)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_error_page_without_a_code_of_aws_is_transient(
    server: AwsServer, connection: Connection, operation: Callable[[Connection], None]
) -> None:
    server.carry = lambda _: Answer(503, b"<html>Service Unavailable</html>")
    with pytest.raises(Transient):
        operation(connection)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "code", ["ValidationException", "AccessDeniedException", "ResourceNotFoundException"]
)
def test_a_bug_stays_what_it_is(
    server: AwsServer, connection: Connection, code: str, operation: Callable[[Connection], None]
) -> None:
    server.carry = failing(code)
    with pytest.raises(PynamoDBException):
        operation(connection)


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (["None", "ConditionalCheckFailed", "None"], StaleDecision),
        (["TransactionConflict", "None", "None"], StaleDecision),
        (["TransactionConflict", "ConditionalCheckFailed", "None"], StaleDecision),
        (["ThrottlingError", "ConditionalCheckFailed", "None"], StaleDecision),
        (["None", "ThrottlingError", "None"], Transient),
        (["None", "None", "ProvisionedThroughputExceeded"], Transient),
        (["None", "ValidationError", "None"], TransactWriteError),
        (["None", "ItemCollectionSizeLimitExceeded", "None"], TransactWriteError),
    ],
)
def test_a_cancelled_write_is_what_its_reasons_say(
    server: AwsServer, connection: Connection, reasons: list[str], expected: type[Exception]
) -> None:
    server.carry = cancelled(*reasons)
    with pytest.raises(expected):
        write_in_transaction(connection)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("TransactionConflict", StaleDecision),
        ("ThrottlingError", Transient),
        ("ValidationError", TransactGetError),
    ],
)
def test_a_cancelled_read_is_what_its_reasons_say(
    server: AwsServer, connection: Connection, reason: str, expected: type[Exception]
) -> None:
    server.carry = cancelled("None", reason, "None")
    with pytest.raises(expected):
        read_in_transaction(connection)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_unreachable_dynamodb_is_transient(
    server: AwsServer,
    monkeypatch: pytest.MonkeyPatch,
    operation: Callable[[Connection], None],
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    connection = connect({table: f"stub-{table}" for table in Table}, REGION)
    with pytest.raises(Transient):
        operation(connection)


def test_a_dynamodb_that_never_answers_is_transient_within_the_time_of_a_request(
    server: AwsServer, connection: Connection
) -> None:
    def never(_: Call) -> Answer:
        time.sleep(60)
        raise AssertionError("nobody waits for so long")

    server.carry = never
    began_s = time.monotonic()
    with pytest.raises(Transient):
        read_in_transaction(connection)
    elapsed_s = time.monotonic() - began_s
    attempts = client.MAX_RETRIES + 1
    assert elapsed_s >= attempts * client.READ_TIMEOUT_S, "each attempt waited"
    assert CALLS_PER_REQUEST * elapsed_s < API_TIMEOUT_S


def test_a_failed_call_is_repeated_as_often_as_the_client_says(
    server: AwsServer, connection: Connection
) -> None:
    calls: list[str] = []

    def failing_call(call: Call) -> Answer:
        calls.append(call.operation)
        return failing("InternalServerError", 500)(call)

    server.carry = failing_call
    with pytest.raises(Transient):
        read(connection)
    assert calls == ["GetItem"] * (client.MAX_RETRIES + 1)


def test_all_models_share_one_client_with_our_time_outs(connection: Connection) -> None:
    """Fails when pynamodb changes what `connect` reaches into."""
    clients = {id(model._get_connection().connection.client) for model in MODELS.values()}
    assert clients == {id(connection.client)}
    config = connection.client.meta.config
    assert config.connect_timeout == client.CONNECT_TIMEOUT_S
    assert config.read_timeout == client.READ_TIMEOUT_S
    assert config.retries["total_max_attempts"] == client.MAX_RETRIES + 1


def test_every_model_reads_the_table_of_its_deployment(
    server: AwsServer, connection: Connection
) -> None:
    tables: list[str] = []

    def empty(call: Call) -> Answer:
        tables.append(call.request["TableName"])
        return Answer(200, b'{"Items": [], "Count": 0, "ScannedCount": 0}')

    server.carry = empty
    for model in MODELS.values():
        assert list(model.scan()) == []
    assert tables == [f"stub-{table}" for table in MODELS]
    assert set(MODELS) == set(Table)


def test_a_function_attaches_only_the_tables_that_it_may_use(server: AwsServer) -> None:
    connection = connect({Table.ORDERS: "only-orders"}, REGION)
    server.carry = lambda _: Answer(200, b"{}")
    assert DynamoOrders(connection).get("order") is None
