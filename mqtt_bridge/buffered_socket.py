"""A socket that is read and written in large pieces, whatever small ones paho asks for.

paho reads each packet in three pieces and writes each by itself: at ten packets a wake-up the
system's calls took a third of what a message costs. Non-blocking, driven by one thread.
"""

import socket
import ssl
from contextlib import suppress
from typing import Final

import paho.mqtt.client as paho

_PIECE: Final = 64 * 1024
_LATER: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class BufferedSocket:
    """What paho asks of a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._read = b""
        self._at = 0
        self._unsent = bytearray()  # bounded by what may be under way

    def recv(self, size: int) -> bytes:
        """At most so many bytes; raises what the socket raises when there is none."""
        if self._at == len(self._read):
            self._read, self._at = self._sock.recv(_PIECE), 0
        piece = self._read[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def pending(self) -> int:
        """How many bytes can be read without the other side."""
        encrypted = self._sock.pending() if isinstance(self._sock, ssl.SSLSocket) else 0
        return len(self._read) - self._at + encrypted

    def send(self, data: bytes | bytearray) -> int:
        """Kept until `flush`."""
        self._unsent += data
        return len(data)

    def flush(self) -> None:
        """Send what the system takes now; raises OSError when the connection has ended."""
        with suppress(*_LATER):
            while self._unsent:
                del self._unsent[: self._sock.send(self._unsent)]

    @property
    def has_unsent(self) -> bool:
        """Whether `flush` has something left to do."""
        return bool(self._unsent)

    def close(self) -> None:
        """Send the last words, then close."""
        with suppress(OSError):
            self.flush()
        self._sock.close()

    def fileno(self) -> int:
        """For select."""
        return self._sock.fileno()

    def setblocking(self, blocking: bool) -> None:
        """As the socket."""
        self._sock.setblocking(blocking)


class BufferedClient(paho.Client):
    """paho's client over such a socket; whoever drives it flushes."""

    def _create_socket(self) -> BufferedSocket:
        return BufferedSocket(super()._create_socket())  # type: ignore[arg-type]  # no websockets
