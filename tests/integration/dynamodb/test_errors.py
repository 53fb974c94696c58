"""What DynamoDB raises becomes what the core knows, and is repeated only where that helps."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from pynamodb.connection import Connection
from pynamodb.exceptions import CancellationReason, TransactWriteError, VerboseClientError
from pynamodb.transactions import TransactWrite

from lambdas.adapters import dynamodb
from lambdas.domain.errors import StaleDecision, Transient


def cancelled(*codes: str | None) -> Exception:
    reasons = [None if code is None else CancellationReason(code=code) for code in codes]
    error = {"Error": {"Code": "TransactionCanceledException", "Message": "…"}}
    cause = VerboseClientError(error, "TransactWriteItems", cancellation_reasons=reasons)
    return TransactWriteError("cancelled", cause)


def failed(code: str) -> Exception:
    cause = VerboseClientError({"Error": {"Code": code, "Message": "…"}}, "TransactWriteItems")
    return TransactWriteError("failed", cause)


class Scripted(TransactWrite):
    """A transaction that raises what it is told to, and then commits."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__(connection=Connection(region="us-east-1"))
        self.errors = list(errors)
        self.tries = 0

    def _commit(self) -> Any:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb, "pause", lambda _: None)


CONFLICT = ("TransactionConflict", None)


def test_a_transaction_that_met_another_one_is_tried_again() -> None:
    transaction = Scripted(cancelled(*CONFLICT), cancelled(*CONFLICT))
    dynamodb.write(transaction)
    assert transaction.tries == 3


def test_one_that_always_meets_another_one_is_told_in_the_end() -> None:
    transaction = Scripted(*[cancelled(*CONFLICT) for _ in range(50)])
    with pytest.raises(Transient):
        dynamodb.write(transaction)
    assert transaction.tries == 8


@pytest.mark.parametrize(
    ("make", "becomes"),
    [
        (lambda: cancelled(None, "ConditionalCheckFailed"), StaleDecision),
        (lambda: cancelled("TransactionConflict", "ConditionalCheckFailed"), StaleDecision),
        (lambda: failed("InternalServerError"), Transient),
        (lambda: failed("ThrottlingException"), Transient),
        (lambda: TransactWriteError("x", EndpointConnectionError(endpoint_url="y")), Transient),
        (lambda: failed("ValidationException"), TransactWriteError),
        (lambda: failed("AccessDeniedException"), TransactWriteError),
        (lambda: cancelled("ValidationError"), TransactWriteError),
    ],
)
def test_everything_else_is_told_at_once(
    make: Callable[[], Exception], becomes: type[Exception]
) -> None:
    transaction = Scripted(make())
    with pytest.raises(becomes):
        dynamodb.write(transaction)
    assert transaction.tries == 1
