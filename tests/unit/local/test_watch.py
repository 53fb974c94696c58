"""`make watch`: one line for each message, and a new ticket for each connection."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from rich.console import Console
from websockets.exceptions import ConnectionClosedOK

from lambdas.api import live
from lambdas.api.live_examples import EXAMPLES
from local import watch as watching
from local.options import CannotRun
from local.users import NotConfirmed
from local.watch import describe, watch

LINES = {
    live.OrderMessage: "0.5 AAPL for 94.75: SENT",
    live.WalletMessage: "available 905.25, held 94.75 USD",
    live.DepositMessage: "1000.00 USD",
    live.ReceiptMessage: "ready, of order be0e538d-c983-53e8-957b-391746eb4236",
    live.PricesMessage: "1 companies: AAPL 189.5",
    live.HeartbeatMessage: "board version 60, account version 2",
}


class Enough(Exception):
    """Ends a watch, which ends by itself never."""


class Ana:
    """An investor whose tickets are numbered."""

    email = "ana@example.com"

    def __init__(self, refused: Exception | None = None) -> None:
        self.refused = refused
        self.tickets = 0

    def sign_in(self) -> None:
        if self.refused:
            raise self.refused

    def post(self, path: str, body: dict[str, str]) -> Any:
        assert (path, body) == ("/live/tickets", {})
        self.tickets += 1
        return {"url": "ws://cloud/live", "ticket": f"a/b{self.tickets}"}


class Script:
    """Connections, each with what it says before its end."""

    def __init__(self, *connections: list[str | Exception]) -> None:
        self.connections = list(connections)
        self.addresses: list[str] = []

    @contextmanager
    def open(self, address: str) -> Iterator["Script"]:
        self.addresses.append(address)
        if not self.connections:
            raise Enough
        yield self
        self.connections.pop(0)

    def recv(self, timeout: float | None = None) -> str | bytes:
        assert timeout == watching.SILENCE_S
        event = self.connections[0].pop(0)
        if isinstance(event, Exception):
            self.connections.pop(0)
            raise event
        return event


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PAUSE_S", 0)


def seen(script: Script, ana: Ana) -> list[str]:
    printed = io.StringIO()
    with pytest.raises(Enough):
        watch(ana, open_at=script.open, console=Console(file=printed))  # type: ignore[arg-type]
    return printed.getvalue().splitlines()


def test_every_message_has_a_line_that_says_it() -> None:
    assert set(LINES) == set(live.MESSAGES)
    for message, said in LINES.items():
        text = json.loads(EXAMPLES[message])
        kind, line = describe(text)
        assert kind == text["type"]
        assert line.startswith(said)


def test_a_message_of_a_kind_that_it_does_not_know_is_shown_whole() -> None:
    assert describe({"type": "new", "data": 1}) == ("new", '{"type": "new", "data": 1}')


def test_what_comes_is_printed_in_its_order_with_its_time() -> None:
    texts = [EXAMPLES[live.WalletMessage], EXAMPLES[live.HeartbeatMessage]]
    lines = seen(Script([*texts, ConnectionClosedOK(None, None)]), Ana())
    assert "live connection of ana@example.com" in lines[0]
    assert lines[1].startswith("19:33:02  wallet ")
    assert lines[2].startswith("19:33:02  heartbeat ")


@pytest.mark.parametrize("end", [TimeoutError(), ConnectionResetError("reset")])
def test_a_connection_that_ends_is_opened_again_with_a_new_ticket(end: Exception) -> None:
    script = Script([end], [EXAMPLES[live.ReceiptMessage], end])
    lines = seen(script, Ana())
    assert script.addresses == [f"ws://cloud/live?ticket=a%2Fb{n}" for n in (1, 2, 3)]
    assert sum("it is opened again" in line for line in lines) == 2
    assert sum("ready, of order" in line for line in lines) == 1


def test_control_characters_in_a_message_do_not_reach_the_terminal() -> None:
    hostile = json.dumps({"type": "receipt", "data": {"order_id": "\x1b[2J"}})
    lines = seen(Script([hostile, TimeoutError()]), Ana())
    assert "\\x1b[2J" in lines[1]


def test_an_account_that_is_not_confirmed_says_what_to_do() -> None:
    with pytest.raises(CannotRun, match=r"make confirm EMAIL=ana@example\.com"):
        watch(Ana(NotConfirmed()), open_at=Script().open)  # type: ignore[arg-type]
