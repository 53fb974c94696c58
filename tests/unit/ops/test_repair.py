"""What an operator types, and what is answered: repairing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.domain.errors import Transient
from lambdas.domain.ledger import PostingKind
from lambdas.domain.orders import Event, Order, State
from tests.builders import ALICE, NOW
from tests.unit.ops.world import World

REASON = "the exchange has no such request"


def test_an_order_is_voided_with_its_own_posting_and_reason(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.now = NOW + timedelta(hours=1)
    status, said = world.run("void", order.order_id, "--reason", f" {REASON}\n", "--yes")
    assert status == 0
    assert "VOIDED; 380.50 USD are available again" in said
    ended = world.store.orders[order.order_id]
    assert (ended.state, ended.reason, ended.ended_at) == (State.VOIDED, REASON, world.now)
    posting = world.store.postings[ALICE, f"{order.order_id}#END"]
    assert posting.kind is PostingKind.RELEASE
    assert (posting.available_minor, posting.held_minor) == (380_50, -380_50)
    assert world.store.accounts[ALICE].available_minor == 10_000_00
    assert world.run("reconcile")[0] == 0


@pytest.mark.parametrize(("answer", "voided"), [("y\n", 1), ("yes\n", 1), ("n\n", 0), ("", 0)])
def test_only_a_yes_voids(world: World, answer: str, voided: int) -> None:
    world.deposit()
    order = world.place(1)
    status, said = world.run("void", order.order_id, "--reason", REASON, answer=answer)
    assert "Have you seen there that it has not? Void it? [y/N]" in said
    assert (status, world.store.orders[order.order_id].state) == (
        (0, State.VOIDED) if voided else (1, State.PENDING)
    )


@pytest.mark.parametrize("event", [Event.ACCEPT, Event.REJECT])
def test_an_ended_order_is_not_voided(world: World, event: Event) -> None:
    world.deposit()
    order = world.happen(world.place(1), event)
    status, said = world.run("void", order.order_id, "--reason", REASON)
    assert status == 1
    assert f"ended as {order.state} at 2026-03-04 15:00:00 UTC" in said
    assert "Nothing was changed" in said
    assert world.store.orders[order.order_id] == order


def test_voiding_again_changes_nothing_and_tells_the_first_reason(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.run("void", order.order_id, "--reason", REASON, "--yes")
    before = world.store.orders[order.order_id]
    status, said = world.run("void", order.order_id, "--reason", "another", "--yes")
    assert status == 0
    assert f"voided already, at 2026-03-04 15:00:00 UTC ({REASON})" in said
    assert world.store.orders[order.order_id] == before


def test_an_order_that_ends_while_the_operator_thinks_is_not_voided(world: World) -> None:
    world.deposit()
    order = world.place(1)
    get = world.orders.get

    def answered_meanwhile(order_id: str) -> Order | None:
        found = get(order_id)
        if found is not None and found.is_open:
            world.happen(order, Event.ACCEPT)
        return found

    world.orders.get = answered_meanwhile  # type: ignore[method-assign]
    status, said = world.run("void", order.order_id, "--reason", REASON, "--yes")
    assert status == 1
    assert "ended as ACCEPTED" in said
    assert world.store.accounts[ALICE].available_minor == 10_000_00 - 380_50


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 201, "red\x1b[31m"])
def test_a_reason_is_needed_that_its_owner_can_read(world: World, reason: str) -> None:
    world.deposit()
    order = world.place(1)
    status, said = world.run("void", order.order_id, "--reason", reason, "--yes")
    assert (status, "Say why" in said) == (1, True)
    assert world.store.orders[order.order_id].is_open


def test_an_order_that_is_not_there_is_a_clear_sentence(world: World) -> None:
    status, said = world.run("void", "nothing", "--reason", REASON, "--yes")
    assert (status, said) == (1, "✗ There is no order 'nothing'.\n")


def test_a_cloud_that_does_not_answer_is_status_2(world: World) -> None:
    def silent(order_id: str) -> Order | None:
        raise Transient

    world.orders.get = silent  # type: ignore[method-assign]
    status, said = world.run("void", "any", "--reason", REASON, "--yes")
    assert status == 2
    assert said.startswith("✗ unavailable")


def test_no_dead_letters_are_said(world: World) -> None:
    assert world.run("replay", "validations") == (0, "No dead letters of validations.\n")


def put_two(world: World) -> None:
    world.box.put('{"v": 1, "payload": "\\u001b[2J é"}', "no verdict in it")
    world.box.put("second", "")


def test_dead_letters_are_shown_with_reason_and_age_and_moved_after_a_yes(world: World) -> None:
    put_two(world)
    status, said = world.run("replay", "validations", answer="y\n")
    assert status == 0
    for part in ("letter-0", "2 h 0 min", "no verdict in it", "tried in vain", "2 dead letters."):
        assert part in said
    assert "\x1b" not in said
    assert " \\x1b[2J é\n" in said  # the message, without its envelope
    assert "Move these 2 back to validations?" in said
    assert "✓ 2 went back" in said
    assert world.letters.source == [body for body, _ in world.box.letters]


@pytest.mark.parametrize(
    ("arguments", "answer", "status"), [(["--list"], "", 0), ([], "n\n", 1), ([], "", 1)]
)
def test_looking_moves_nothing(
    world: World, arguments: list[str], answer: str, status: int
) -> None:
    put_two(world)
    assert world.run("replay", "validations", *arguments, answer=answer)[0] == status
    assert world.letters.source == []
    assert len(world.letters.look(9)) == 2


def test_one_letter_is_dropped_after_it_was_shown_whole(world: World) -> None:
    world.box.put("x" * 1000, "first")
    world.box.put("second", "")
    status, said = world.run("replay", "validations", "--drop", "letter-0", answer="y\n")
    assert status == 0
    assert "x" * 1000 in said
    assert [letter.body for letter in world.letters.look(9)] == ["second"]
    assert world.letters.source == []


@pytest.mark.parametrize(("letter", "answer"), [("letter-9", "y\n"), ("letter-0", "n\n")])
def test_nothing_is_dropped_without_a_yes_or_when_it_is_not_there(
    world: World, letter: str, answer: str
) -> None:
    put_two(world)
    assert world.run("replay", "validations", "--drop", letter, answer=answer)[0] == 1
    assert len(world.letters.look(9)) == 2


def test_notes_of_the_relay_cannot_be_moved_and_are_explained(world: World) -> None:
    world.box.put('{"DDBStreamBatchInfo": {}}', "")
    status, said = world.run("replay", "relay", "--yes")
    assert status == 0
    assert "`remind` has the sweep ask for each of them" in said
    assert world.letters.source == []


def test_an_order_edited_by_hand_is_found_by_reconcile(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.store.orders[order.order_id] = replace(order, state=State.VOIDED, ended_at=NOW)
    assert world.run("reconcile")[0] == 1


def test_the_sweep_is_reminded_of_every_open_order_and_of_no_other(world: World) -> None:
    world.deposit()
    waiting = [world.place(1), world.happen(world.place(2), Event.SEEN)]
    world.happen(world.place(3), Event.REJECT)
    assert world.run("remind") == (0, "The sweep is reminded of 2 open orders.\n")
    assert world.reminders.waiting == [order.order_id for order in waiting]


def test_a_reminder_that_was_not_taken_is_told(world: World) -> None:
    world.deposit()
    world.place(1)
    world.reminders.refuse = {0}
    status, said = world.run("remind")
    assert status == 1
    assert "reminded of 0 open orders" in said
    assert "✗ 1 reminders were not taken: run it again." in said
