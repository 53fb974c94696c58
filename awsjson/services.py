"""How each service is addressed, signed and spoken to."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Service(NamedTuple):
    """One service that speaks AWS's JSON protocol."""

    name: str
    """In its host's name, and in what is signed."""
    target: str
    """Before the operation in `X-Amz-Target`."""
    variable: str
    """Behind `AWS_ENDPOINT_URL_`, for an endpoint of its own."""
    protocol: str = "1.0"
    headers: Mapping[str, str] = _NONE
    """Sent with each request."""
    prefixes: Mapping[str, str] = _NONE
    """What stands before the host of some operations."""
    tokens: Mapping[str, str] = _NONE
    """By operation the parameter that makes a repeated request known as one."""


DYNAMODB: Final = Service(
    name="dynamodb",
    target="DynamoDB_20120810",
    variable="DYNAMODB",
    tokens={"TransactWriteItems": "ClientRequestToken"},
)
SQS: Final = Service(
    name="sqs",
    target="AmazonSQS",
    variable="SQS",
    # Else its errors have other names than those that everybody writes about.
    headers={"x-amzn-query-mode": "true"},
)
STEP_FUNCTIONS: Final = Service(
    name="states",
    target="AWSStepFunctions",
    variable="SFN",
    prefixes={"StartSyncExecution": "sync-"},
)
SECRETS_MANAGER: Final = Service(
    name="secretsmanager",
    target="secretsmanager",
    variable="SECRETS_MANAGER",
    protocol="1.1",
)
