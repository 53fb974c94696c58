"""Connections: kept, thrown away, shared, and whom they trust."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.exceptions import SSLError as UntrustedError

from awsjson import connections
from tests.fakes.certificates import certificate
from tests.integration.awsjson.conftest import Connect
from tests.integration.awsjson.server import Server, answer, reset

GOOD = {"Item": {"price": {"N": "190.25"}}}


def test_a_connection_is_used_again(server: Server, connect: Connect) -> None:
    server.acts = [answer(GOOD)]
    client = connect()
    for _ in range(3):
        client.call("GetItem", {})
    assert [request.connection for request in server.requests] == [1, 1, 1]


def test_one_that_says_that_it_ends_is_not_used_again(server: Server, connect: Connect) -> None:
    server.acts = [answer(GOOD, headers={"Connection": "close"})]
    client = connect()
    client.call("GetItem", {})
    client.call("GetItem", {})
    assert [request.connection for request in server.requests] == [1, 2]


def test_one_that_was_closed_meanwhile_is_noticed_before_it_is_used(
    server: Server, connect: Connect, pauses: list[float]
) -> None:
    server.acts = [answer(GOOD)]
    client = connect(attempts=1)
    client.call("GetItem", {})
    server.hang_up()
    client.call("GetItem", {})
    assert [request.connection for request in server.requests] == [1, 2]
    assert not pauses


def test_one_that_breaks_takes_the_other_idle_ones_with_it(
    server: Server, connect: Connect
) -> None:
    together = threading.Barrier(2)

    def at_once(connection: socket.socket) -> None:
        together.wait(5)
        answer(GOOD)(connection)

    server.acts = [at_once, at_once, reset, answer(GOOD)]
    client = connect()
    both = [threading.Thread(target=client.call, args=("GetItem", {})) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    client.call("GetItem", {})
    assert {request.connection for request in server.requests[:3]} == {1, 2}
    assert server.requests[3].connection == 3


def test_threads_may_share_it(server: Server, connect: Connect) -> None:
    server.acts = [lambda connection: answer({"Items": [1] * 5_000})(connection)]
    client, wrong = connect(), []

    def ask() -> None:
        for _ in range(50):
            if client.call("Query", {}) != {"Items": [1] * 5_000}:
                wrong.append(1)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(server.requests) == 400
    assert max(request.connection for request in server.requests) <= 8


def test_nobody_there_is_told_as_that(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    with pytest.raises(EndpointConnectionError):
        connect().call("GetItem", {})


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server with a certificate of its own, to which `AWS_ENDPOINT_URL_DYNAMODB` leads."""
    certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with Server(acts=[answer(GOOD)], tls=tls) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        yield server


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Server, connect: Connect) -> None:
    with pytest.raises(UntrustedError):
        connect(attempts=1).call("GetItem", {})
    assert not secure.requests


def test_one_that_is_vouched_for_is_spoken_to_again_and_again(
    secure: Server, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    monkeypatch.setattr(connections, "_trust", lambda: trusting)
    client = connect(attempts=1)
    for _ in range(3):
        assert client.call("GetItem", {}) == GOOD
    assert [request.connection for request in secure.requests] == [1, 1, 1]
