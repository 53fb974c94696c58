"""A client of one service: each call signed, sent, read, and repeated where that may help."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from awsjson import environment, faults
from awsjson.connections import Answer, Connections, Timeouts
from awsjson.services import Service

if TYPE_CHECKING:
    from botocore.credentials import Credentials

_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0


class Client:
    """Safe to share between threads.

    A request that may have been carried out is repeated as well, as botocore repeats it: what must
    not be done twice carries a token or a condition. `attempts=1` repeats nothing.
    """

    def __init__(
        self, service: Service, *, region: str | None = None, attempts: int, timeouts: Timeouts
    ) -> None:
        self._service = service
        self._region = region or environment.region()
        self._endpoint = environment.endpoint(service, self._region)
        self._prefixes = service.prefixes if environment.has_prefixed_hosts() else {}
        self._attempts = attempts
        self._connections = Connections(timeouts)
        self._credentials: environment.Keys | Credentials | None = None
        self._headers = {
            "Content-Type": f"application/x-amz-json-{service.protocol}",
            "User-Agent": "fintech",
            **service.headers,
        }

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one request.

        Raises ClientError for what AWS refuses, another error of botocore's where there was no
        answer, or none that is whole.
        """
        token = self._service.tokens.get(operation)
        if token is not None:  # the same in each attempt
            request = {token: str(uuid.uuid4()), **request}  # noqa: TID251 - names no thing of ours
        body = json.dumps(request).encode()
        for attempt in range(self._attempts - 1):
            try:
                return self._ask(operation, body)
            except (ClientError, NoConnection, HTTPClientError) as error:
                if not faults.may_pass(error):
                    raise
            _pause(attempt)
        return self._ask(operation, body)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._connections.close()

    def _ask(self, operation: str, body: bytes) -> dict[str, Any]:
        url = self._url(operation)
        answer = self._connections.exchange(url, self._signed(url, operation, body), body)
        if not _is_whole(answer):
            raise ConnectionClosedError(endpoint_url=url)
        if answer.status != 200:
            raise faults.refusal(operation, answer.status, answer.headers, answer.content)
        return _read(answer.content, url)

    def _url(self, operation: str) -> str:
        prefix = self._prefixes.get(operation)
        if prefix is None:
            return self._endpoint
        scheme, _, host = self._endpoint.partition("://")
        return f"{scheme}://{prefix}{host}"

    def _signed(self, url: str, operation: str, body: bytes) -> dict[str, str]:
        """The headers of a request. Signed for each attempt: a signature is of its moment."""
        if self._credentials is None:
            self._credentials = environment.credentials()
        headers = {**self._headers, "X-Amz-Target": f"{self._service.target}.{operation}"}
        request = AWSRequest(method="POST", url=f"{url}/", headers=headers, data=body)
        frozen = self._credentials.get_frozen_credentials()
        SigV4Auth(frozen, self._service.name, self._region).add_auth(request)
        return dict(request.headers.items())


def _is_whole(answer: Answer) -> bool:
    """Whether it is what DynamoDB has sent, by the sum that it sends along."""
    expected = answer.headers.get("x-amz-crc32")
    return expected is None or expected == str(crc32(answer.content))


def _read(content: bytes, url: str) -> dict[str, Any]:
    """Raises ConnectionClosedError for what is no JSON object: somebody else, or half of one."""
    try:
        found = json.loads(content) if content else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConnectionClosedError(endpoint_url=url)
    return found


def _pause(attempt: int) -> None:
    """Random from nothing on: who failed together shall not come back together."""
    longest_s = min(_FIRST_PAUSE_S * 2.0**attempt, _LONGEST_PAUSE_S)
    time.sleep(random.uniform(0, longest_s))  # noqa: S311 - jitter, no secret
