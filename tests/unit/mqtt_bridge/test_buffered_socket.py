"""Small pieces for paho, large ones for the system, and nothing lost between them."""

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from mqtt_bridge.buffered_socket import BufferedSocket


@pytest.fixture
def ends() -> Iterator[tuple[BufferedSocket, socket.socket]]:
    """Ours, and the broker's."""
    near, far = socket.socketpair()
    near.setblocking(False)
    ours = BufferedSocket(near)
    yield ours, far
    ours.close()
    far.close()


Ends = tuple[BufferedSocket, socket.socket]


def test_what_came_at_once_is_read_in_pieces_of_any_size(ends: Ends) -> None:
    ours, far = ends
    far.sendall(b"abcdef")
    assert (ours.recv(1), ours.pending()) == (b"a", 5)
    assert ours.recv(3) == b"bcd"
    assert ours.recv(100) == b"ef"
    assert ours.pending() == 0
    with pytest.raises(BlockingIOError):
        ours.recv(1)


def test_an_end_is_told_after_what_came_before_it(ends: Ends) -> None:
    ours, far = ends
    far.sendall(b"ab")
    far.close()
    assert (ours.recv(1), ours.recv(1), ours.recv(1)) == (b"a", b"b", b"")


def test_what_is_written_goes_out_together_and_in_order(ends: Ends) -> None:
    ours, far = ends
    assert (ours.send(b"ab"), ours.send(bytearray(b"cd"))) == (2, 2)
    assert ours.has_unsent
    ours.flush()
    assert not ours.has_unsent
    assert far.recv(100) == b"abcd"


def test_what_the_system_does_not_take_waits_and_nothing_is_lost(ends: Ends) -> None:
    ours, far = ends
    said = bytes(range(256)) * 40_000
    ours.send(said)
    ours.flush()
    assert ours.has_unsent
    heard = b""
    while len(heard) < len(said):
        heard += far.recv(1_000_000)
        ours.flush()
    assert heard == said


def test_the_last_words_are_sent_before_it_closes(ends: Ends) -> None:
    ours, far = ends
    ours.send(b"goodbye")
    ours.close()
    assert (far.recv(100), far.recv(100)) == (b"goodbye", b"")
    assert ours.fileno() == -1


def test_a_broken_connection_is_told_when_flushing_and_not_when_closing(ends: Ends) -> None:
    ours, far = ends
    far.close()
    ours.send(b"x")
    with pytest.raises(OSError, match="Broken pipe"):
        ours.flush()
    ours.close()


@pytest.mark.parametrize("wants", [ssl.SSLWantReadError, ssl.SSLWantWriteError])
def test_tls_that_must_wait_keeps_what_is_to_be_sent(
    ends: Ends, monkeypatch: pytest.MonkeyPatch, wants: type[Exception]
) -> None:
    ours, far = ends

    class Handshaking:
        def send(self, _: Any) -> int:
            raise wants

    with monkeypatch.context() as patch:
        patch.setattr(ours, "_sock", Handshaking())
        ours.send(b"ab")
        ours.flush()
        assert ours.has_unsent
    ours.flush()
    assert far.recv(100) == b"ab"
