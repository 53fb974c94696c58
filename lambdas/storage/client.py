"""The connection to DynamoDB, and the mapping of its errors to ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotocoreConnectionError
from pynamodb.connection import Connection
from pynamodb.exceptions import (
    DoesNotExist,
    PynamoDBException,
    TransactGetError,
    TransactWriteError,
)

from lambdas.domain.errors import StaleDecision, Transient
from lambdas.names import Table
from lambdas.storage.models import MODELS

CONNECT_TIMEOUT_S: Final = 1
READ_TIMEOUT_S: Final = 2
MAX_RETRIES: Final = 1
"""A call on an open connection takes at most five seconds: two attempts and a pause of up to 1 s.
The API's requests that move money make at most two calls in each attempt (services/retry.py), so
that a DynamoDB that does not answer is reported as 503 before the function's time-out of 20 s.
"""

_TRANSIENT_CODES: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "LimitExceededException",
    }
)
_TRANSIENT_REASONS: Final = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})

_STALE_CODES: Final = frozenset(
    {
        "ConditionalCheckFailedException",
        # Another transaction held the item at that moment: load and decide again.
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_STALE_REASONS: Final = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


def connect(table_names: Mapping[Table, str], region: str) -> Connection:
    """Sets the models' table names and makes all models share one connection.

    pynamodb makes one botocore client per model, 30 to 60 ms of CPU each, and has no public way to
    share one. This is the only place that reaches into it; tests/integration/dynamodb says so when
    pynamodb changes.
    """
    connection = Connection(
        region=region,
        connect_timeout_seconds=CONNECT_TIMEOUT_S,
        read_timeout_seconds=READ_TIMEOUT_S,
        max_retry_attempts=MAX_RETRIES,
    )
    for table, name in table_names.items():
        model = MODELS[table]
        model.Meta.table_name = name
        table_connection = model._get_connection()
        connection.add_meta_table(table_connection.get_meta_table())
        table_connection.connection = connection
    return connection


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raises StaleDecision or Transient for DynamoDB's errors; leaves bugs as they are."""
    try:
        yield
    except (PynamoDBException, ClientError, BotoCoreError) as error:
        if _is_unreachable(error):  # first: a time-out has no response that pynamodb could read
            raise Transient from error
        codes = _codes(error)
        if codes & (_STALE_CODES | _STALE_REASONS):
            raise StaleDecision from error
        if codes & (_TRANSIENT_CODES | _TRANSIENT_REASONS) or _is_server_error(error):
            raise Transient from error
        raise


def _is_unreachable(error: Exception) -> bool:
    return isinstance(_cause(error), BotocoreConnectionError | HTTPClientError)


def _is_server_error(error: Exception) -> bool:
    """Whether the status is 5xx, whatever the code: a proxy's error page has no code of AWS.

    pynamodb's own ClientError has no status; the one of botocore, which it is raised from, does.
    """
    cause = _cause(error)
    original = getattr(cause, "__cause__", None) or cause
    if not isinstance(original, ClientError):
        return False
    status: int = original.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500


def _cause(error: Exception) -> Exception | None:
    return error.cause if isinstance(error, PynamoDBException) else error


def _codes(error: Exception) -> frozenset[str]:
    """The error's code, or the reasons why a transaction was cancelled."""
    if isinstance(error, TransactWriteError | TransactGetError):
        reasons = frozenset(
            reason.code for reason in error.cancellation_reasons if reason is not None
        )
        if reasons:
            return reasons
    if isinstance(error, PynamoDBException):
        code = error.cause_response_code
    elif isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code")
    else:
        code = None
    return frozenset() if code is None else frozenset({code})


def found(future: Any) -> Any:
    """The item that a TransactGet read; None where there is none."""
    try:
        return future.get()
    except DoesNotExist:
        return None
