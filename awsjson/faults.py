"""What went wrong: AWS's errors as botocore tells them, and which of them may pass."""

import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

_PASSING_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_PASSING_CODES: Final = frozenset(
    {
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""What botocore's mode 'standard' repeats."""


def refusal(operation: str, status: int, headers: Mapping[str, str], content: bytes) -> ClientError:
    """The error that an answer tells of. Names of headers are in lower case."""
    body = _object(content)
    code = _code(body, headers) or str(status)
    # What AWS says of a bad signature repeats the request, with the token of the session.
    is_secret = "Signature" in code
    message = "" if is_secret else str(body.get("message") or body.get("Message") or "")
    answer = {
        **({} if is_secret else body),
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {
            "HTTPStatusCode": status,
            "HTTPHeaders": dict(headers),
            "RequestId": headers.get("x-amzn-requestid", ""),
        },
    }
    return ClientError(answer, operation)


def may_pass(error: Exception) -> bool:
    """Whether the same request may go well a moment later."""
    if isinstance(error, ClientError):
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status in _PASSING_STATUSES or error.response["Error"]["Code"] in _PASSING_CODES
    return isinstance(error, (NoConnection, HTTPClientError))


def _code(body: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """`com.amazonaws.sqs#QueueDoesNotExist:http://…`, or SQS's older name for it, `NAME;Sender`."""
    older, _, _ = headers.get("x-amzn-query-error", "").partition(";")
    if older:
        return older
    kind, _, _ = str(body.get("__type", "")).partition(":")
    return kind.rpartition("#")[2]


def _object(content: bytes) -> dict[str, Any]:
    """Empty for what is no JSON object: a proxy's page of HTML, a part of an answer."""
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
