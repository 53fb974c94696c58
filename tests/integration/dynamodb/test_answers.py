"""Our reading of DynamoDB's answers, against botocore's own."""

import json
from typing import Any

import botocore.session
import pytest
from botocore.parsers import ResponseParserFactory

from lambdas.adapters.answers import PlainAnswers

ITEM = {
    "symbol": {"S": "AAPL"},
    "price": {"N": "190.25"},
    "valid": {"BOOL": True},
    "list": {"L": [{"S": "a"}, {"M": {"n": {"N": "1"}}}]},
}
ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("GetItem", {"Item": ITEM}),
    ("GetItem", {}),
    ("Query", {"Items": [ITEM, ITEM], "Count": 2, "ScannedCount": 2, "LastEvaluatedKey": ITEM}),
    ("BatchGetItem", {"Responses": {"quotes": [ITEM]}, "UnprocessedKeys": {}}),
    ("TransactWriteItems", {}),
]
FAULT = {"__type": "com.amazonaws#TransactionCanceledException", "message": "no"}
REASONS = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "The request failed"}]


def read(factory: ResponseParserFactory, operation: str, status: int, body: object) -> Any:
    session = botocore.session.get_session()
    service = session.get_service_model("dynamodb")
    answer = {"headers": {}, "status_code": status, "body": json.dumps(body).encode()}
    parser = factory.create_parser("json")
    return parser.parse(answer, service.operation_model(operation).output_shape)


@pytest.mark.parametrize(("operation", "body"), ANSWERS)
def test_an_answer_is_read_as_botocore_reads_it(operation: str, body: dict[str, Any]) -> None:
    ours, theirs = PlainAnswers(), ResponseParserFactory()
    assert read(ours, operation, 200, body) == read(theirs, operation, 200, body)


def test_an_error_is_read_as_botocore_reads_it() -> None:
    body = FAULT | {"CancellationReasons": REASONS}
    ours = read(PlainAnswers(), "TransactWriteItems", 400, body)
    assert ours == read(ResponseParserFactory(), "TransactWriteItems", 400, body)
    assert ours["Error"]["Code"] == "TransactionCanceledException"
