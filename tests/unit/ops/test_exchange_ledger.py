"""What we hold as accepted is what the exchange holds as accepted; differences are reported."""

import json
from pathlib import Path

import pytest

from lambdas.domain.orders import Event, Order
from ops.ports import Unreadable
from tests.builders import ALICE
from tests.fakes.operations import MemoryAuditStore
from tests.unit.ops.world import World


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def line(order_id: str, valid: bool, group_id: object = 3) -> str:
    return json.dumps({"request_id": order_id, "group_id": group_id, "valid": valid}) + "\n"


def reconciled(world: World, ledger: Path) -> tuple[int, str]:
    return world.run("reconcile", "--exchange-ledger", str(ledger))


def test_both_sides_agree(world: World, ledger: Path) -> None:
    world.deposit()
    accepted = world.happen(world.place(1), Event.ACCEPT)
    rejected = world.happen(world.place(2), Event.REJECT)
    other = line("33333333-3333-4333-8333-333333333333", True, group_id=13)
    ledger.write_text(line(accepted.order_id, True) + line(rejected.order_id, False) + other)
    assert reconciled(world, ledger)[0] == 0


def test_a_group_is_the_same_as_number_and_as_text(world: World, ledger: Path) -> None:
    world.deposit()
    accepted = world.happen(world.place(1), Event.ACCEPT)
    ledger.write_text(line(accepted.order_id, True, group_id="3"))
    assert reconciled(world, ledger)[0] == 0


def test_an_order_that_cannot_be_read_is_reported(world: World, ledger: Path) -> None:
    class Torn(MemoryAuditStore):
        def order(self, order_id: str) -> Order | None:
            raise Unreadable("an item of orders cannot be read")

    world.audit_store = Torn(world.store)
    ledger.write_text(line("33333333-3333-4333-8333-333333333333", True))
    status, said = reconciled(world, ledger)
    assert (status, "is unreadable (here), must be accepted" in said) == (1, True)


@pytest.mark.parametrize(("theirs", "word"), [("", "unknown"), ("rejected", "rejected")])
def test_what_only_we_hold_as_accepted(world: World, ledger: Path, theirs: str, word: str) -> None:
    world.deposit()
    order = world.happen(world.place(1), Event.ACCEPT)
    ledger.write_text(line(order.order_id, False) if theirs else "")
    status, said = reconciled(world, ledger)
    assert status == 1
    assert f"✗ account {ALICE}" in said
    assert f"{order.order_id} is ACCEPTED (here), must be {word} (the exchange)" in said


@pytest.mark.parametrize("event", [Event.REJECT, Event.VOID])
def test_what_only_the_exchange_holds_as_accepted(world: World, ledger: Path, event: Event) -> None:
    world.deposit()
    order = world.happen(world.place(1), event)
    ledger.write_text(line(order.order_id, True))
    status, said = reconciled(world, ledger)
    assert status == 1
    assert f"is {order.state} (here), must be accepted (the exchange)" in said


def test_an_order_that_we_never_had(world: World, ledger: Path) -> None:
    ledger.write_text(line("33333333-3333-4333-8333-333333333333", True))
    status, said = reconciled(world, ledger)
    assert status == 1
    assert "is unknown (here), must be accepted (the exchange)" in said


def test_an_answer_that_is_on_its_way_is_no_breach(world: World, ledger: Path) -> None:
    world.deposit()
    ledger.write_text(line(world.place(1).order_id, True))
    status, said = reconciled(world, ledger)
    assert status == 0
    assert "1 accepted by the exchange, still open here" in said


def test_a_line_that_is_being_written_is_not_answered_yet(world: World, ledger: Path) -> None:
    world.deposit()
    order = world.place(1)
    ledger.write_text(line(order.order_id, True)[:-10])
    assert reconciled(world, ledger)[0] == 0


@pytest.mark.parametrize("text", ["nonsense\n", "[]\n", '{"request_id": "r"}\n'])
def test_a_file_that_is_no_ledger_cannot_be_compared(world: World, ledger: Path, text: str) -> None:
    ledger.write_text(text)
    status, said = reconciled(world, ledger)
    assert status == 2
    assert "line 1, is not an answer" in said


def test_a_file_that_is_not_there_cannot_be_compared(world: World, ledger: Path) -> None:
    status, said = reconciled(world, ledger)
    assert (status, "cannot be read" in said) == (2, True)
