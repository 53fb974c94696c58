"""Connections that are kept open between requests, each one caller's at a time."""

import select
import socket
import ssl
import weakref
from collections import defaultdict, deque
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.exceptions import SSLError as UntrustedError
from botocore.httpsession import get_cert_path


class Timeouts(NamedTuple):
    """How long to wait, in seconds."""

    connect_s: float
    read_s: float
    """For each part of an answer."""


class Answer(NamedTuple):
    """What came back, whole. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes


Idle = deque[HTTPConnection]


class Connections:
    """Open connections by endpoint; safe to share between threads.

    The one used last is used first: of those that a burst has left the others fall asleep, and
    are thrown away once the other side has closed them.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._idle: Final = defaultdict[str, Idle](deque)
        weakref.finalize(self, _close_all, self._idle)

    def exchange(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST, and read the answer; follows no redirect.

        Raises botocore's errors of a connection, the one for an answer that is not whole too.
        """
        connection = self._awake(url) or self._open(url)
        try:
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
            content = response.read()
        except BaseException as error:  # noqa: BLE001 - told in other words, or as it is
            connection.close()
            _close(self._idle[url])  # they are as old as this one
            raise _told(error, url) from None
        if response.will_close:
            connection.close()
        else:
            self._idle[url].append(connection)
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, content)

    def close(self) -> None:
        """Close what nobody uses at the moment."""
        _close_all(self._idle)

    def _awake(self, url: str) -> HTTPConnection | None:
        """An open connection. One that has something to read, with nothing asked, has been closed
        by the other side, as happens to functions that slept.
        """
        with suppress(IndexError):  # there is none
            while True:
                connection = self._idle[url].pop()
                if not _is_readable(connection.sock):
                    return connection
                connection.close()
        return None

    def _open(self, url: str) -> HTTPConnection:
        connection = _connection(url, self._timeouts.connect_s)
        try:
            connection.connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=url, error=error) from None
        except ssl.SSLError as error:
            raise UntrustedError(endpoint_url=url, error=error) from None
        except OSError as error:  # no such name, nobody there, no way
            raise EndpointConnectionError(endpoint_url=url, error=error) from None
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.sock.settimeout(self._timeouts.read_s)
        return connection


def _close_all(idle: Mapping[str, Idle]) -> None:
    for some in list(idle.values()):
        _close(some)


def _close(idle: Idle) -> None:
    with suppress(IndexError):  # it is empty
        while True:
            idle.pop().close()


def _connection(url: str, timeout_s: float) -> HTTPConnection:
    place = urlsplit(url)
    assert place.hostname, f"{url} names no host"
    if place.scheme == "http":  # a local cloud's
        return HTTPConnection(place.hostname, place.port, timeout=timeout_s)
    return HTTPSConnection(place.hostname, place.port, timeout=timeout_s, context=_trust())


@cache
def _trust() -> ssl.SSLContext:
    """Verifies by the authorities that botocore trusts. Read once: it takes some milliseconds."""
    return ssl.create_default_context(cafile=get_cert_path(True))


def _is_readable(sock: socket.socket) -> bool:
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _told(error: BaseException, url: str) -> BaseException:
    """In botocore's words."""
    told = error
    if isinstance(error, TimeoutError):
        told = ReadTimeoutError(endpoint_url=url, error=error)
    elif isinstance(error, (OSError, HTTPException)):  # closed, reset, half an answer
        told = ConnectionClosedError(endpoint_url=url, error=error)
    elif isinstance(error, ValueError):  # its own words quote the header, which may be a token
        told = ValueError("a header holds what no header may")
    return told
