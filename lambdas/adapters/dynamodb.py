"""One connection for all tables, and the one place where DynamoDB's errors become ours.

Counting what happens here is counting what we pay: a call is one HTTP request to DynamoDB.
"""

import random
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from awsjson.client import Client
from awsjson.connections import Timeouts
from awsjson.services import DYNAMODB
from lambdas.adapters.tables import MODELS
from lambdas.domain.errors import StaleDecision, Transient
from lambdas.names import Table

_TIMEOUTS: Final = Timeouts(connect_s=2, read_s=5)
_CALLS: Final = 4
"""At most, of one request: what DynamoDB's SDK does as well."""
_ATTEMPTS: Final = 8
_FIRST_PAUSE_S: Final = 0.02
_LONGEST_PAUSE_S: Final = 0.5

_TRANSIENT: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionInProgressException",
        "TransactionConflictException",
        "LimitExceededException",
    }
)
_TRANSIENT_REASONS: Final = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
)

Key = Mapping[str, Any]
M = TypeVar("M", bound=Model)


class Requests:
    """What pynamodb calls on botocore's client. Values pass as they are, typed, in JSON: none of
    our attributes is binary, the one kind that botocore would encode.
    """

    def __init__(self, region: str) -> None:
        self._make_api_call = Client(
            DYNAMODB, region=region, attempts=_CALLS, timeouts=_TIMEOUTS
        ).call


class LeanConnection(Connection):
    """pynamodb's connection, errors and all, over our own client."""

    @property
    def client(self) -> Any:
        """Made once."""
        if self._client is None:
            self._client = Requests(self.region)  # type: ignore[assignment]  # all that is asked of it
        return self._client


def connect(tables: Mapping[Table, str], region: str) -> Connection:
    """Name the tables, and let all models share one connection.

    pynamodb would open one of botocore's clients for each model.
    """
    connection = LeanConnection(region=region)
    for table, name in tables.items():
        model = MODELS[table]
        model.Meta.table_name = name
        own = model._get_connection()
        connection.add_meta_table(own.get_meta_table())
        own.connection = connection
    return connection


@contextmanager
def translated() -> Iterator[None]:
    """Turn what DynamoDB raises into StaleDecision or Transient; leave bugs as they are."""
    try:
        yield
    except (PynamoDBException, ClientError, BotoCoreError) as error:
        if _is_stale(error):
            raise StaleDecision from error
        if _is_transient(error):
            raise Transient from error
        raise


def write(transaction: TransactWrite) -> None:
    """Commit a transaction; what only met another one on the way is tried again, briefly.

    DynamoDB's SDK does not repeat a transaction that was cancelled because another one held an
    item at that moment, although nothing is wrong with it.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with translated():
                transaction._commit()
        except Transient as error:
            if attempt == _ATTEMPTS - 1 or not _met_another(error.__cause__):
                raise
            pause(_longest_pause_s(attempt))
        else:
            return


def read_batch(
    connection: Connection,
    keys: Sequence[tuple[type[Model], Key]],
    *,
    loosely: Collection[type[Model]] = (),
) -> list[Model]:
    """The items of these keys that exist, across tables, in one BatchGetItem: consistent, but for
    the tables that may be read `loosely`, for half the price.

    At most 100 keys. What DynamoDB leaves unprocessed is asked for again.
    """
    assert len(keys) <= 100, "BatchGetItem takes 100 keys"
    models = {model.Meta.table_name: model for model, _ in keys}
    wanted: dict[str, Any] = {}
    for model, key in keys:
        request = wanted.setdefault(
            model.Meta.table_name, {"Keys": [], "ConsistentRead": model not in loosely}
        )
        request["Keys"].append({name: {"S": value} for name, value in key.items()})
    found: list[Model] = []
    for attempt in range(_ATTEMPTS):
        with translated():
            answer = connection.dispatch("BatchGetItem", {"RequestItems": wanted})
        for table, items in answer["Responses"].items():
            found += [models[table].from_raw_data(item) for item in items]
        wanted = answer.get("UnprocessedKeys") or {}
        if not wanted:
            return found
        pause(_longest_pause_s(attempt))
    raise Transient


def pause(longest_s: float) -> None:
    """Wait for a random part of that time: whoever met here shall not meet again at once."""
    time.sleep(random.uniform(0, longest_s))  # noqa: S311 - jitter, no secret


def _longest_pause_s(attempt: int) -> float:
    return min(_FIRST_PAUSE_S * 2.0**attempt, _LONGEST_PAUSE_S)


def of_model(model: type[M], items: Sequence[Model]) -> list[M]:
    """Those of the items that are of this model."""
    return [item for item in items if isinstance(item, model)]


def _is_stale(error: Exception) -> bool:
    if isinstance(error, TransactWriteError):
        codes = [reason.code for reason in error.cancellation_reasons if reason is not None]
        return "ConditionalCheckFailed" in codes
    return _code(error) == "ConditionalCheckFailedException"


def _is_transient(error: Exception) -> bool:
    cause = getattr(error, "cause", None) or error
    if isinstance(cause, (NoConnection, HTTPClientError)):  # no connection, or no answer in time
        return True
    return _met_another(error) or _code(error) in _TRANSIENT


def _met_another(error: BaseException | None) -> bool:
    """Whether a transaction was cancelled for nothing but what happens to be going on beside it."""
    if not isinstance(error, TransactWriteError):
        return False
    codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
    return bool(codes) and codes <= _TRANSIENT_REASONS


def _code(error: Exception) -> str | None:
    cause = getattr(error, "cause", None) or error
    response = getattr(cause, "response", None) or {}
    code = response.get("Error", {}).get("Code")
    return code if isinstance(code, str) else None
