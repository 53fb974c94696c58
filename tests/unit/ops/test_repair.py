"""What an operator types and what is printed: void, replay, candles."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.domain.errors import Transient
from lambdas.domain.ledger import LineAccount, PostingKind
from lambdas.domain.orders import Event, Order, State
from lambdas.services.market import store_prices
from tests.builders import ALICE, NOW, a_tick
from tests.fakes.memory import MemoryMarket
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
    posting = world.store.postings[ALICE, 3]
    assert (posting.kind, posting.cause_id) == (PostingKind.RELEASE, order.order_id)
    assert posting.amount_of(LineAccount.AVAILABLE) == 380_50
    assert world.store.accounts[ALICE].available_minor == 10_000_00
    assert world.run("reconcile")[0] == 0


@pytest.mark.parametrize(("answer", "voided"), [("y\n", 1), ("yes\n", 1), ("n\n", 0), ("", 0)])
def test_only_a_yes_voids(world: World, answer: str, voided: int) -> None:
    world.deposit()
    order = world.place(1)
    status, said = world.run("void", order.order_id, "--reason", REASON, answer=answer)
    assert "has not accepted it and never will? Void it? [y/N]" in said
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
    assert (status, "Give a reason" in said) == (1, True)
    assert world.store.orders[order.order_id].is_open


def test_an_order_that_is_not_there_is_a_clear_sentence(world: World) -> None:
    status, said = world.run("void", "nothing", "--reason", REASON, "--yes")
    assert (status, said) == (1, "✗ There is no order 'nothing'. Is it an order of this stage?\n")


def test_a_cloud_that_does_not_answer_is_status_2(world: World) -> None:
    def silent(order_id: str) -> Order | None:
        raise Transient

    world.orders.get = silent  # type: ignore[method-assign]
    status, said = world.run("void", "any", "--reason", REASON, "--yes")
    assert status == 2
    assert "Run the command again in a moment" in said


def test_no_dead_letters_are_said(world: World) -> None:
    assert world.run("replay", "validations") == (0, "No dead letters of validations.\n")


def put_two(world: World) -> None:
    world.put_aside.put('{"v": 1, "payload": "\\u001b[2J é"}', "no verdict in it")
    world.put_aside.put("second", "")


def test_dead_letters_are_shown_with_reason_and_age_and_moved_after_a_yes(world: World) -> None:
    put_two(world)
    status, said = world.run("replay", "validations", answer="y\n")
    assert status == 0
    for part in ("letter-0", "2 h 0 min", "no verdict in it", "gave up", "2 dead letters."):
        assert part in said
    assert "\x1b" not in said
    assert " \\x1b[2J é\n" in said  # the message, without its envelope
    assert "Move these 2 back to validations?" in said
    assert "✓ 2 went back" in said
    assert world.dead_letters.source == [body for body, _ in world.put_aside.letters]


@pytest.mark.parametrize(
    ("arguments", "answer", "status"), [(["--list"], "", 0), ([], "n\n", 1), ([], "", 1)]
)
def test_looking_moves_nothing(
    world: World, arguments: list[str], answer: str, status: int
) -> None:
    put_two(world)
    assert world.run("replay", "validations", *arguments, answer=answer)[0] == status
    assert world.dead_letters.source == []
    assert len(world.dead_letters.peek(9)) == 2


def test_one_dead_letter_is_dropped_after_it_was_shown_whole(world: World) -> None:
    world.put_aside.put("x" * 1000, "first")
    world.put_aside.put("second", "")
    status, said = world.run("replay", "validations", "--drop", "letter-0", answer="y\n")
    assert status == 0
    assert "x" * 1000 in said
    assert [letter.body for letter in world.dead_letters.peek(9)] == ["second"]
    assert world.dead_letters.source == []


@pytest.mark.parametrize(("letter", "answer"), [("letter-9", "y\n"), ("letter-0", "n\n")])
def test_nothing_is_dropped_without_a_yes_or_when_it_is_not_there(
    world: World, letter: str, answer: str
) -> None:
    put_two(world)
    assert world.run("replay", "validations", "--drop", letter, answer=answer)[0] == 1
    assert len(world.dead_letters.peek(9)) == 2


def test_batches_of_the_relay_are_replayed_and_what_is_left_is_explained(world: World) -> None:
    world.put_aside.put('{"DDBStreamBatchInfo": {}}', "")
    world.dead_letters.unmovable = 1
    status, said = world.run("replay", "relay", "--yes")
    assert status == 1
    assert "0 were processed again. ✗ 1 were not" in said
    assert "the sweep publishes their requests by\nitself" in said
    world.dead_letters.unmovable = 0
    assert world.run("replay", "relay", "--yes")[0] == 0
    assert len(world.dead_letters.source) == 1


def test_an_order_edited_by_hand_is_found_by_reconcile(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.store.orders[order.order_id] = replace(order, state=State.VOIDED, ended_at=NOW)
    assert world.run("reconcile")[0] == 1


def a_world_without_candles() -> World:
    world = World()
    ticks = [
        a_tick(symbol=symbol, observed_at=NOW - timedelta(days=day))
        for symbol in ("AAPL", "MSFT")
        for day in range(2)
    ]
    store_prices(MemoryMarket(world.store), ticks)
    world.store.candles.clear()
    return world


def test_all_companies_get_their_candles_back_and_a_second_run_finds_nothing_to_do() -> None:
    world = a_world_without_candles()
    status, said = world.run("candles")
    assert status == 0
    assert said.count("2 days with prices, 4 candles") == 2
    assert len(world.store.candles) == 8
    assert world.run("candles")[1].count("2 days with prices, 0 candles") == 2


def test_candles_of_one_company_are_rebuilt_alone_and_in_any_case_of_letters() -> None:
    world = a_world_without_candles()
    assert world.run("candles", "msft")[0] == 0
    assert {symbol for symbol, _, _ in world.store.candles} == {"MSFT"}


def test_an_unknown_company_is_a_clear_sentence() -> None:
    status, said = World().run("candles", "NOPE")
    assert (status, "no company 'NOPE'" in said) == (1, True)
