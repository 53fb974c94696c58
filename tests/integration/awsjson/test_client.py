"""What the client asks, what it repeats, and what it tells of what it cannot mend."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
)
from botocore.parsers import create_parser

from awsjson import faults
from awsjson.services import SQS
from tests.integration.awsjson.conftest import TOKEN, Connect
from tests.integration.awsjson.server import (
    Act,
    Server,
    answer,
    error,
    reset,
    silence,
    summed,
)

GOOD = {"Item": {"price": {"N": "190.25"}}}
REASONS = [
    {"Code": "None"},
    {"Code": "ConditionalCheckFailed", "Message": "The request failed", "Item": {"a": {"S": "b"}}},
]


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> Any:
    return caught.value.response["Error"]["Code"]


def test_an_answer_is_handed_on_as_it_comes(server: Server, connect: Connect) -> None:
    server.acts = [summed(GOOD)]
    assert connect().call("GetItem", {"TableName": "t", "Key": {"ñ": {"S": "é"}}}) == GOOD
    (request,) = server.requests
    assert request.line == "POST / HTTP/1.1"
    assert request.headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert request.body == {"TableName": "t", "Key": {"ñ": {"S": "é"}}}


def test_an_answer_without_content_is_an_empty_one(server: Server, connect: Connect) -> None:
    server.acts = [answer(b"")]
    assert connect(SQS).call("DeleteMessage", {}) == {}


@pytest.mark.parametrize(
    "fault",
    [
        reset,
        silence,
        answer(GOOD, half=True),
        answer(b'{"Item": {'),
        answer(b"<html>a proxy</html>"),
        answer(["no", "object"]),
        summed(GOOD, wrong=True),
        error("InternalServerError", 500),
        answer(b"<html>busy</html>", 503),
        error("ProvisionedThroughputExceededException"),
        error("ThrottlingException"),
        error("TransactionInProgressException"),
        answer(b"", 429),
    ],
)
def test_what_may_pass_is_asked_again_after_a_pause(
    server: Server, connect: Connect, pauses: list[float], fault: Act
) -> None:
    server.acts = [fault, fault, summed(GOOD)]
    assert connect().call("GetItem", {"TableName": "t"}) == GOOD
    assert len(server.requests) == 3
    assert 0 <= pauses[0] <= 0.1
    assert 0 <= pauses[1] <= 0.2


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (reset, ConnectionClosedError),
        (silence, ReadTimeoutError),
        (answer(GOOD, half=True), ConnectionClosedError),
        (answer(b"nonsense"), ConnectionClosedError),
        (error("InternalServerError", 500), ClientError),
        (error("ThrottlingException"), ClientError),
    ],
)
def test_what_does_not_pass_is_told_after_as_many_attempts_as_were_allowed(
    server: Server, connect: Connect, fault: Act, told: type[Exception]
) -> None:
    server.acts = [fault]
    with pytest.raises(told):
        connect(attempts=3).call("GetItem", {})
    assert len(server.requests) == 3


def test_who_allows_one_attempt_gets_one(server: Server, connect: Connect) -> None:
    server.acts = [reset, answer(GOOD)]
    with pytest.raises(ConnectionClosedError):
        connect(attempts=1).call("GetItem", {})
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "kind", ["ConditionalCheckFailedException", "ValidationException", "AccessDeniedException"]
)
def test_what_would_be_refused_again_is_told_at_once(
    server: Server, connect: Connect, kind: str
) -> None:
    server.acts = [error(kind)]
    with pytest.raises(ClientError) as caught:
        connect().call("PutItem", {})
    assert code_of(caught) == kind
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed(server: Server, connect: Connect) -> None:
    with Server() as elsewhere:
        server.acts = [answer(b"", 307, {"Location": elsewhere.url})]
        with pytest.raises(ClientError) as caught:
            connect().call("GetItem", {})
        assert code_of(caught) == "307"
        assert not elsewhere.requests


def test_a_cancelled_transaction_tells_its_reasons(server: Server, connect: Connect) -> None:
    server.acts = [error("TransactionCanceledException", CancellationReasons=REASONS)]
    with pytest.raises(ClientError) as caught:
        connect().call("TransactWriteItems", {"TransactItems": []})
    assert code_of(caught) == "TransactionCanceledException"
    assert caught.value.response["CancellationReasons"] == REASONS  # type: ignore[typeddict-item]


def test_a_transaction_carries_the_same_token_in_each_attempt_and_another_in_the_next(
    server: Server, connect: Connect
) -> None:
    server.acts = [reset, error("InternalServerError", 500), answer({})]
    client = connect()
    client.call("TransactWriteItems", {"TransactItems": []})
    client.call("TransactWriteItems", {"TransactItems": []})
    first, second, third, other = [r.body["ClientRequestToken"] for r in server.requests]
    assert first == second == third != other
    client.call("TransactWriteItems", {"TransactItems": [], "ClientRequestToken": "own"})
    assert server.requests[-1].body["ClientRequestToken"] == "own"


def test_a_credential_that_fits_no_header_is_not_told(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", f"{TOKEN}\nand more")
    server.acts = [answer(GOOD)]
    with pytest.raises(ValueError, match="a header holds") as caught:
        connect().call("GetItem", {})
    assert caught.value.__suppress_context__
    assert not server.requests


@pytest.mark.parametrize("kind", ["InvalidSignatureException", "SignatureDoesNotMatch"])
def test_no_error_tells_a_credential(server: Server, connect: Connect, kind: str) -> None:
    said = f"The canonical request should have been x-amz-security-token:{TOKEN}"
    server.acts = [answer({"__type": kind, "message": said}, 403)]
    with pytest.raises(ClientError) as caught:
        connect().call("GetItem", {})
    assert TOKEN not in repr(caught.value.response)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b'{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}', {}),
        (b'{"__type":"X:http://internal.amazon.com/","Message":"no"}', {}),
        (
            b'{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"}',
            {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"},
        ),
        (b"", {}),
        (b'{"message":"who are you"}', {"x-amzn-requestid": "R1"}),
    ],
)
def test_an_error_is_read_as_botocore_reads_it(content: bytes, headers: dict[str, str]) -> None:
    ours = faults.refusal("GetItem", 400, headers, content).response
    given = {"status_code": 400, "headers": headers, "body": content}
    theirs = create_parser("json").parse(given, None)
    assert ours["Error"]["Code"] == theirs["Error"]["Code"]
    assert ours["Error"]["Message"] == theirs["Error"]["Message"]
    assert ours["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert ours["ResponseMetadata"]["RequestId"] == headers.get("x-amzn-requestid", "")
