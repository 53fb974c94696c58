"""AWS in this process: what our own client would send goes to moto, without a socket.

moto hears botocore's clients by itself, and nobody else. Sockets, half answers and the like are
the business of `tests/integration/awsjson`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from botocore.awsrequest import AWSRequest
from moto import mock_aws
from moto.core.models import botocore_stubber

from awsjson.connections import Answer, Connections
from awsjson.services import DYNAMODB, SQS, STEP_FUNCTIONS, Service

SERVICES: Final = {service.target: service for service in (DYNAMODB, SQS, STEP_FUNCTIONS)}


@contextmanager
def moto() -> Iterator[None]:
    """For as long as it lasts AWS is in this process, for botocore's clients and for ours."""
    with mock_aws(), patch.object(Connections, "exchange", _exchange):
        yield


def _exchange(_: Connections, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    request = AWSRequest(method="POST", url=f"{url}/", headers=headers, data=body).prepare()
    answered = botocore_stubber.process_request(request)
    assert answered is not None, f"nobody is at {url}"
    status, found, content = answered
    return Answer(
        status=status,
        headers={name.lower(): str(value) for name, value in found.items()},
        content=content.encode() if isinstance(content, str) else content,
    )


class Call(NamedTuple):
    """A request on its way."""

    service: Service
    operation: str
    request: Any
    send: Callable[[], Answer]


@contextmanager
def through(carry: Callable[[Call], Answer]) -> Iterator[None]:
    """Has all that our clients send carried by this; `send` is what would have happened."""
    sent = Connections.exchange

    def exchange(own: Connections, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        target, _, operation = headers["X-Amz-Target"].rpartition(".")
        send = partial(sent, own, url, headers, body)
        return carry(Call(SERVICES[target], operation, json.loads(body), send))

    with patch.object(Connections, "exchange", exchange):
        yield


@contextmanager
def heard(by: Callable[[str, Any], None]) -> Iterator[None]:
    """Tells of the operation and the request of all that is asked of DynamoDB."""

    def carry(call: Call) -> Answer:
        if call.service is DYNAMODB:
            by(call.operation, call.request)
        return call.send()

    with through(carry):
        yield
