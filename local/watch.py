"""`make watch`: what an account's live connection says, line by line, as it comes.

It opens the connection as the site does: it signs in, gets a ticket, and connects with that; when
the connection closes or falls silent, it does so again.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol
from urllib.parse import quote

from botocore.exceptions import ClientError
from rich.console import Console
from rich.text import Text
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from local.options import CannotRun
from local.users import Investor, NotConfirmed

SILENCE_S: Final = 75
"""Heartbeats come every 30 seconds: two in a row did not."""

PAUSE_S: Final = 2
_SHOWN_STOCKS: Final = 6
_STYLES: Final = {"heartbeat": "dim", "prices": "cyan", "order": "bold", "closed": "yellow"}


class Socket(Protocol):
    """What is used of a connection by `websockets`."""

    def recv(self, timeout: float | None = None) -> str | bytes:
        """The next message; raises TimeoutError, or a WebSocketException once it is closed."""


Open = Callable[[str], AbstractContextManager[Socket]]


def open_socket(address: str) -> AbstractContextManager[Socket]:
    """A real connection; the gateway answers no pings of the protocol for certain."""
    return connect(address, ping_interval=None, proxy=None)


def watch(
    investor: Investor, *, open_at: Open = open_socket, console: Console | None = None
) -> None:
    """Prints every message to the account, until Ctrl-C."""
    console = console or Console(highlight=False)
    address = _address(investor)  # what is wrong with the account shows here, before anything
    while True:
        try:
            with open_at(address) as socket:
                _say(console, "open", f"live connection of {investor.email}; Ctrl-C ends it")
                for text in _messages(socket):
                    message = json.loads(text)
                    _say(console, *describe(message), at=message.get("at", ""))
        except (OSError, WebSocketException) as error:  # a TimeoutError is an OSError
            reason = str(error) or type(error).__name__
            _say(console, "closed", f"{reason}; it is opened again")
        time.sleep(PAUSE_S)
        address = _address(investor)


def _address(investor: Investor) -> str:
    """Where to connect, once: a ticket works for one connection, and a token for an hour."""
    try:
        investor.sign_in()
    except NotConfirmed:
        raise CannotRun(
            f"{investor.email} is not confirmed yet: make confirm EMAIL={investor.email}"
        ) from None
    except ClientError as error:
        raise CannotRun(
            f"{investor.email} cannot sign in: {error.response['Error']['Message']}"
        ) from error
    issued = investor.post("/live/tickets", {})
    return f"{issued['url']}?ticket={quote(issued['ticket'], safe='')}"


def _messages(socket: Socket) -> Iterator[str | bytes]:
    while True:
        yield socket.recv(timeout=SILENCE_S)


def describe(message: dict[str, Any]) -> tuple[str, str]:
    """The type of a message, and what it says on one line."""
    data = message.get("data", {})
    match message.get("type"):
        case "order" as kind:
            said = f"{data['quantity']} {data['symbol']} for {data['cost']}: {data['state']}"
            return kind, f"{said}   {data['order_id']} {_version(message)}"
        case "wallet" as kind:
            said = f"available {data['available']}, held {data['held']} {data['currency']}"
            return kind, f"{said}   {_version(message)}"
        case "deposit" as kind:
            said = f"{data['amount']} {data['currency']}"
            return kind, f"{said}   {data['deposit_id']} {_version(message)}"
        case "receipt" as kind:
            return kind, f"ready, of order {data['order_id']}"
        case "prices" as kind:
            shown = ", ".join(f"{it['symbol']} {it['price']}" for it in data[:_SHOWN_STOCKS])
            more = ", …" if len(data) > _SHOWN_STOCKS else ""
            return kind, f"{len(data)} companies: {shown}{more}"
        case "heartbeat" as kind:
            return kind, f"board version {data['board_version']}, {_version(message)}"
        case kind:
            return str(kind), json.dumps(message)


def _version(message: dict[str, Any]) -> str:
    return f"account version {message['account_version']}"


def _say(console: Console, kind: str, said: str, at: str = "") -> None:
    """One line; `at` is UTC, to the second."""
    line = f"{at[11:19]:8}  {kind:9}  {said}"
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)
    console.print(Text(shown, style=_STYLES.get(kind, "")), soft_wrap=True)
