"""What an operator types, and what is answered: looking."""

from datetime import timedelta

import pytest

from lambdas.domain.orders import LONG, Event
from tests.builders import ALICE, BRUNO, NOW
from tests.unit.ops.world import World


def test_reconcile_of_nothing_finds_nothing(world: World) -> None:
    status, said = world.run("reconcile")
    assert status == 0
    assert "0 accounts, 0 orders, 0 postings" in said


def test_reconcile_tells_the_sums_of_a_sound_system(world: World) -> None:
    world.deposit()
    world.deposit(BRUNO, number=2)
    world.happen(world.place(1), Event.ACCEPT)
    world.place(2)
    status, said = world.run("reconcile")
    assert status == 0
    assert "2 accounts, 2 orders, 5 postings: deposited 20000.00" in said
    assert "available 19239.00 + held 380.50 + spent 380.50" in said
    assert "✓ every law holds" in said


def test_reconcile_names_account_law_and_amount(world: World) -> None:
    world.deposit()
    world.deposit(BRUNO, number=2)
    world.place(1)
    world.store.postings.pop((ALICE, next(iter(world.store.orders)) + "#HOLD"))
    status, said = world.run("reconcile")
    assert status == 1
    assert f"✗ account {ALICE}" in said
    assert BRUNO not in said
    assert "law 5 (the balances = the sum of the postings): available is 9619.50, " in said
    assert "must be 10000.00, off by -380.50" in said
    assert "law 6" in said
    assert "HOLD of AAPL, available -380.50, held +380.50" in said


def test_no_order_overdue_is_said(world: World) -> None:
    world.deposit()
    world.place(1)
    assert world.run("overdue") == (0, "No order has waited for 900 s or longer.\n")


def test_overdue_orders_come_with_age_account_asks_and_cost(world: World) -> None:
    world.deposit()
    late = world.place(1)
    world.happen(world.place(2), Event.REJECT)
    world.ask_again(late, NOW + timedelta(minutes=3))
    world.now = NOW + timedelta(minutes=75)
    status, said = world.run("overdue")
    assert status == 0
    (line,) = [line for line in said.splitlines() if late.order_id in line]
    for part in (ALICE, "PENDING", "1 h 15 min", "1 times", "380.50 USD", "2 AAPL"):
        assert part in line
    assert "1 orders without an answer; 380.50 USD held by them." in said


@pytest.mark.parametrize(("minutes", "count"), [(15, 1), (14.99, 0)])
def test_an_order_is_overdue_at_the_very_moment(world: World, minutes: float, count: int) -> None:
    world.deposit()
    world.place(1)
    world.now = NOW + timedelta(minutes=minutes)
    assert world.run("overdue")[1].count("380.50 USD") == 2 * count


def test_an_operator_may_look_for_younger_ones(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.now = NOW + timedelta(seconds=61)
    assert order.order_id in world.run("overdue", "--after", "60")[1]


def test_conflicts_show_both_sides_and_when(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.happen(world.place(2), Event.ACCEPT)
    for event in (Event.VOID, Event.ACCEPT):
        world.happen(order, event)
    status, said = world.run("conflicts")
    assert status == 0
    (line,) = [line for line in said.splitlines() if ALICE in line]
    for part in (order.order_id, "VOIDED", "accepted", "2026-03-04 15:00:00 UTC", "380.50 USD"):
        assert part in line
    assert "1 orders in conflict" in said


def test_no_conflict_is_said(world: World) -> None:
    assert world.run("conflicts")[0] == 0


def test_a_story_tells_an_order_whole(world: World) -> None:
    world.deposit()
    order = world.place(1)
    for event in (Event.SEEN, Event.ACCEPT, Event.REJECT):
        world.happen(order, event)
    status, said = world.run("story", order.order_id)
    assert status == 0
    for part in (
        f"Order    {order.order_id}",
        "2 AAPL at 190.25 = 380.50 USD",
        "ACCEPTED: the exchange accepted it",
        "seen there  2026-03-04 15:00:00 UTC",
        "CONFLICT",
        "HOLD",
        "available -380.50",
        "SPEND",
        "✓ its postings are those of its state",
    ):
        assert part in said


def test_a_story_of_an_open_order_says_when_it_is_asked_for_again(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.now = NOW + timedelta(seconds=30)
    _, said = world.run("story", order.order_id)
    assert "next ask    2026-03-04 15:02:00 UTC" in said
    assert "waiting     30 s" in said


def test_a_story_whose_postings_do_not_fit_says_so(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.now = NOW + 2 * LONG  # so late that its end is a posting by itself
    world.happen(order, Event.REJECT)
    world.store.postings.pop((ALICE, f"{order.order_id}#END"))
    status, said = world.run("story", order.order_id)
    assert status == 1
    assert "must be RELEASE of AAPL, available +380.50, held -380.50" in said


def test_a_story_of_nothing_is_a_clear_sentence(world: World) -> None:
    assert world.run("story", "nothing") == (1, "✗ There is no order 'nothing'.\n")
