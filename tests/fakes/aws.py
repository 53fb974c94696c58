"""AWS for tests: moto, in this process, behind an HTTP server on loopback.

Whoever reads AWS_ENDPOINT_URL reaches it, whatever client it uses, and every call can be listened
to. moto's transactions are not isolated from each other: nothing concurrent may be judged by it.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple
from unittest.mock import patch

import requests
from moto import mock_aws

REGION: Final = "us-east-1"
SERVICES: Final = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs"}
"""The services that moto answers for, by the prefix of their X-Amz-Target header."""


class Call(NamedTuple):
    """One request to AWS."""

    service: str
    operation: str
    request: Any
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """What AWS answers: a status and JSON."""

    status: int
    content: bytes


class ConnectionLost(Exception):
    """Raised instead of an answer: the connection breaks."""


Carry = Callable[[Call], Answer]

_one_at_a_time = threading.Lock()  # moto's transactions copy tables that nobody may change
_http = requests.Session()
_http.trust_env = False  # reading the environment and .netrc takes as long as the call


def send(call: Call) -> Answer:
    """Has moto answer; within `mock_aws` it also answers what the `requests` library sends."""
    url = f"https://{call.service}.{REGION}.amazonaws.com/"
    with _one_at_a_time:
        answer = _http.post(url, data=call.body, headers=call.headers)
    return Answer(answer.status_code, answer.content)


class AwsServer(ThreadingHTTPServer):
    """AWS's JSON protocol on a free port. `carry` answers each call; `send` by default."""

    daemon_threads = True

    def __init__(self, *, keep_alive: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _KeepAlive if keep_alive else _Handler)
        self.carry: Carry = send

    @property
    def url(self) -> str:
        """What AWS_ENDPOINT_URL has to say."""
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def running(self) -> Iterator["AwsServer"]:
        """Serves from a thread of its own."""
        thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: AwsServer
    wbufsize = -1  # head and body in one packet: else the second waits for an acknowledgement

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        target, _, operation = self.headers["X-Amz-Target"].partition(".")
        call = Call(SERVICES[target], operation, json.loads(body), _kept(self.headers), body)
        try:
            status, content = self.server.carry(call)
        except ConnectionLost:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_PUT(self) -> None:
        """S3's PutObject: taken and not kept."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: tests look at calls, not at lines."""


class _KeepAlive(_Handler):
    """Clients keep their connections, as with AWS; tests would have to close them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True


def _kept(headers: Any) -> dict[str, str]:
    return {n: v for n, v in headers.items() if n.lower() not in ("host", "content-length")}


_server: AwsServer | None = None


@contextmanager
def moto() -> Iterator[AwsServer]:
    """For as long as it lasts, AWS_ENDPOINT_URL leads to an empty AWS in this process."""
    global _server
    with mock_aws(), AwsServer().running() as server:
        before, _server = _server, server
        with patch.dict(os.environ, {"AWS_ENDPOINT_URL": server.url}):
            try:
                yield server
            finally:
                _server = before


@contextmanager
def heard(by: Callable[[str, Any], None]) -> Iterator[None]:
    """Tells the operation and the request of every call to DynamoDB, before it is answered."""
    assert _server, "heard() works within moto()"
    server, carry = _server, _server.carry

    def listening(call: Call) -> Answer:
        if call.service == "dynamodb":
            by(call.operation, call.request)
        return carry(call)

    server.carry = listening
    try:
        yield
    finally:
        server.carry = carry
