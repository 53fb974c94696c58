"""What an operator types and what is printed: reconcile, overdue, conflicts, order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.domain.ledger import Posting
from lambdas.domain.orders import Event, Order
from ops.laws import AccountRecords
from ops.ports import Unreadable
from tests.builders import ALICE, BRUNO, NOW
from tests.fakes.operations import MemoryAuditStore
from tests.unit.ops.world import World


def test_reconcile_of_an_empty_system_finds_nothing(world: World) -> None:
    status, said = world.run("reconcile")
    assert status == 0
    assert "0 accounts, 0 orders, 0 deposits, 0 postings" in said
    assert "counter-accounts: none" in said


def test_reconcile_prints_the_sums_of_a_sound_system(world: World) -> None:
    world.deposit()
    world.deposit(BRUNO, number=2)
    world.happen(world.place(1), Event.ACCEPT)
    world.place(2)
    world.now = NOW + timedelta(minutes=90)
    status, said = world.run("reconcile")
    assert status == 0
    assert "2 accounts, 2 orders, 2 deposits, 5 postings: deposited 20000.00" in said
    assert "available 19239.00 + held 380.50 + spent 380.50" in said
    assert "counter-accounts: demo -20000.00, exchange +380.50" in said
    assert said.splitlines()[-2].split() == ["1", "h", "to", "1", "d", "1", "380.50"]
    assert said.endswith("✓ every law holds\n")


def test_reconcile_names_account_law_and_amount(world: World) -> None:
    world.deposit()
    world.deposit(BRUNO, number=2)
    order = world.place(1)
    del world.store.postings[ALICE, 2]
    status, said = world.run("reconcile")
    assert status == 1
    assert f"✗ account {ALICE}\n" in said
    assert BRUNO not in said
    assert "available (against the last posting) is 9619.50, must be 10000.00, off by -380.50" in (
        said
    )
    assert (
        "law 6 (every order and deposit has exactly its postings, and ends as the exchange says): "
        f"posting of order {order.order_id}, which is PENDING, is none, "
        "must be HOLD of AAPL: available -380.50, held +380.50"
    ) in said
    assert "docs/operations.md#reconcile" in said


def test_reconcile_of_a_busy_account_is_status_2_and_says_to_run_it_again(world: World) -> None:
    class Restless(MemoryAuditStore):
        def read(self, account_id: str) -> AccountRecords:
            account = self.store.accounts[account_id]
            world.place(len(self.store.orders), shares="0.01")
            return replace(super().read(account_id), account=account)

    world.deposit()
    world.audit_store = Restless(world.store)
    status, said = world.run("reconcile")
    assert status == 2
    assert f"? account {ALICE} is busy" in said
    assert "Run it again." in said


def test_an_unreadable_item_is_a_breach_of_law_0(world: World) -> None:
    class Torn(MemoryAuditStore):
        def read(self, account_id: str) -> AccountRecords:
            raise Unreadable("an item of deposits cannot be read (ValueError)")

    world.deposit()
    world.audit_store = Torn(world.store)
    status, said = world.run("reconcile")
    assert status == 1
    assert "law 0 (every item has the form that our code writes): an item is an item of" in said


def test_no_order_overdue_is_said(world: World) -> None:
    world.deposit()
    world.place(1)
    assert world.run("overdue") == (0, "No order has waited for 900 s or longer.\n")


def test_overdue_orders_come_with_age_account_retries_and_cost(world: World) -> None:
    world.deposit()
    late = world.place(1)
    world.happen(world.place(2), Event.REJECT)
    world.retry(late, NOW + timedelta(minutes=3))
    world.now = NOW + timedelta(minutes=75)
    status, said = world.run("overdue")
    assert status == 0
    (line,) = [line for line in said.splitlines() if late.order_id in line]
    for part in (ALICE, "PENDING", "1 h 15 min", "1 times", "380.50 USD", "2 AAPL"):
        assert part in line
    assert "1 orders without an answer; 380.50 USD held by them." in said


def test_more_overdue_orders_than_one_batch_are_all_listed(world: World) -> None:
    world.deposit()
    placed = [world.place(number, shares="0.01") for number in range(101)]
    world.now = NOW + timedelta(hours=1)
    said = world.run("overdue")[1]
    assert all(order.order_id in said for order in placed)
    assert "101 orders without an answer" in said


def test_an_order_that_ended_after_the_index_was_read_is_not_overdue(world: World) -> None:
    world.deposit()
    order = world.place(1)
    entries = world.orders.open()
    world.orders.open = lambda: entries  # type: ignore[method-assign]
    world.happen(order, Event.ACCEPT)
    world.now = NOW + timedelta(hours=1)
    assert order.order_id not in world.run("overdue")[1]


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
    status, said = world.run("conflicts")
    assert (status, said) == (0, "✓ No order has an answer that contradicts its end.\n")


def test_an_order_is_shown_whole(world: World) -> None:
    world.deposit()
    order = world.place(1)
    for event in (Event.ECHOED, Event.ACCEPT, Event.REJECT):
        world.happen(order, event)
    status, said = world.run("order", order.order_id)
    assert status == 0
    for part in (
        f"order        {order.order_id}",
        "2 AAPL at 190.25 = 380.50 USD",
        "ACCEPTED: the exchange accepted it",
        "echoed       2026-03-04 15:00:00 UTC",
        "CONFLICT     2026-03-04 15:00:00 UTC: the exchange then said rejected",
        "available -380.50, held +380.50",
        "available 9619.50, held 380.50",
        "held -380.50, exchange +380.50",
        "✓ its postings are those of its state",
    ):
        assert part in said


def test_an_open_order_says_when_it_is_published_again(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.now = NOW + timedelta(seconds=30)
    _, said = world.run("order", order.order_id)
    assert "next attempt 2026-03-04 15:02:00 UTC" in said
    assert "waiting      30 s" in said


def test_an_order_whose_postings_do_not_fit_is_status_1(world: World) -> None:
    world.deposit()
    order = world.happen(world.place(1), Event.REJECT)
    del world.store.postings[ALICE, 3]
    status, said = world.run("order", order.order_id)
    assert status == 1
    assert "is none, must be RELEASE of AAPL: available +380.50, held -380.50" in said


def test_an_order_that_changes_while_it_is_read_is_no_false_alarm(world: World) -> None:
    class Moving(MemoryAuditStore):
        def postings_of(self, order: Order) -> Sequence[Posting]:
            world.happen(order, Event.ACCEPT)
            return super().postings_of(order)

    world.deposit()
    order = world.place(1)
    world.audit_store = Moving(world.store)
    status, said = world.run("order", order.order_id)
    assert (status, "✗" in said) == (1, False)
    assert "run the command again" in said


def test_an_order_that_does_not_exist_is_a_clear_sentence(world: World) -> None:
    status, said = world.run("order", "nothing")
    assert (status, said) == (
        1,
        "✗ There is no order 'nothing'. Is it an order of this stage?\n",
    )
