"""A server that speaks HTTP as badly as it is told: an act for each request; the last one stays."""

import json
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from zlib import crc32

Act = Callable[[socket.socket], None]
"""What becomes of a request: it may answer, and may close."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What came. Names of headers are in lower case."""

    line: str
    headers: dict[str, str]
    body: Any
    connection: int
    """Which one it came by, counted from 1."""


def answer(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None, *, half: bool = False
) -> Act:
    """A good answer, or half of one."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    whole = "\r\n".join(lines).encode() + b"\r\n\r\n" + content

    def act(connection: socket.socket) -> None:
        connection.sendall(whole[: -(len(content) // 2)] if half else whole)
        if half:
            connection.shutdown(socket.SHUT_RDWR)

    return act


def summed(body: object, *, wrong: bool = False) -> Act:
    """With the sum that DynamoDB sends along."""
    content = json.dumps(body).encode()
    return answer(content, headers={"x-amz-crc32": str(crc32(content) ^ wrong)})


def error(kind: str, status: int = 400, **more: object) -> Act:
    """As AWS says it."""
    return answer({"__type": f"com.amazonaws#{kind}", "message": "…", **more}, status)


def reset(connection: socket.socket) -> None:
    """The connection breaks, without an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


def silence(connection: socket.socket) -> None:
    """No answer for longer than anybody waits here."""
    time.sleep(1)


@dataclass(kw_only=True)
class Server:
    """On loopback, until its block ends."""

    acts: list[Act] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    _connections: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if self.tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for it in (self._listener, *self._connections):
            it.close()

    def hang_up(self) -> None:
        """Ends all connections, as a server does with those that have been idle for long."""
        for connection in self._connections:
            connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                number = len(self._connections)
                threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError), self._secured(connection) as secured:
            self._hear(secured, number)

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self.tls.wrap_socket(connection, server_side=True) if self.tls else connection

    def _hear(self, connection: socket.socket, number: int) -> None:
        with connection.makefile("rb") as stream:
            while line := stream.readline().decode().strip():
                headers = {}
                while text := stream.readline().decode().strip():
                    name, _, value = text.partition(": ")
                    headers[name.lower()] = value
                body = json.loads(stream.read(int(headers["content-length"])))
                self.requests.append(
                    Request(line=line, headers=headers, body=body, connection=number)
                )
                act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
                act(connection)
