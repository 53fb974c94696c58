"""Judging accounts of a system that lives: no false alarm, and nothing overlooked."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from lambdas.domain.errors import Transient
from lambdas.domain.ledger import Account, Position
from lambdas.domain.orders import Event
from ops.audit import PATIENCE, READINGS, Judged, audit, judge
from ops.entries import Entry
from ops.errors import Unreadable
from ops.laws import Law
from tests.builders import ALICE, BRUNO
from tests.fakes.operations import MemoryBooks
from tests.unit.ops.world import World


def judged(world: World, workers: int = 2) -> dict[str, Judged]:
    found = list(audit(world.books, workers=workers, pause=world.pauses.append))
    by_account = {it.reading.account_id: it for it in found}
    assert len(by_account) == len(found), "an account was judged twice"
    return by_account


class RestlessBooks(MemoryBooks):
    """Something happens to the account between its balances and its postings, so often."""

    def __init__(self, world: World, happen: Callable[[int], object], times: int) -> None:
        super().__init__(world.store)
        self._happen = happen
        self._left = times

    def entries(self, account_id: str) -> Iterator[Entry]:
        if self._left > 0:
            self._left -= 1
            self._happen(self._left)
        return super().entries(account_id)


class BusyBooks(MemoryBooks):
    """Refuses so often before it answers."""

    def __init__(self, world: World, refusals: int) -> None:
        super().__init__(world.store)
        self._left = refusals

    def balances(self, account_id: str) -> Account | None:
        self._left -= 1
        if self._left >= 0:
            raise Transient
        return super().balances(account_id)


def test_a_sound_account_is_read_once_and_nobody_waits(world: World) -> None:
    world.deposit()
    world.place(1)
    assert not judged(world)[ALICE].reading.breaches
    assert world.pauses == []


def test_what_is_broken_is_told_after_a_second_equal_look(world: World) -> None:
    world.deposit()
    world.store.accounts[ALICE] = replace(world.store.accounts[ALICE], available_minor=1)
    found = judged(world)[ALICE]
    assert found.is_settled
    assert {breach.law for breach in found.reading.breaches} == {Law.NOTHING_LOST, Law.BALANCES}
    assert len(world.pauses) == 1


@pytest.mark.parametrize("times", range(1, READINGS))
def test_an_account_that_moves_while_it_is_read_is_no_false_alarm(world: World, times: int) -> None:
    world.deposit()
    books = RestlessBooks(world, lambda left: world.place(left, shares="0.01"), times)
    found = judge(books, ALICE, world.pauses.append)
    assert found.is_settled
    assert found.reading.breaches == ()
    assert len(world.pauses) == times


def test_an_account_that_never_rests_is_said_to_be_unsettled(world: World) -> None:
    world.deposit()
    books = RestlessBooks(world, lambda left: world.place(left, shares="0.01"), 10_000)
    found = judge(books, ALICE, world.pauses.append)
    assert not found.is_settled
    assert len(world.pauses) == READINGS


def test_a_breach_is_found_behind_an_account_that_moves(world: World) -> None:
    world.deposit()
    world.store.accounts[ALICE] = replace(world.store.accounts[ALICE], held_minor=1)
    books = RestlessBooks(world, lambda left: world.place(left, shares="0.01"), 3)
    found = judge(books, ALICE, world.pauses.append)
    assert found.is_settled
    assert {breach.off_by for breach in found.reading.breaches} == {"+0.01"}


def test_every_account_is_judged_once_however_many_there_are(world: World) -> None:
    accounts = [f"account-{number}" for number in range(257)]
    for number, account_id in enumerate(accounts):
        world.deposit(account_id, number=number + 1)
        world.place(number, account_id, shares="0.5")
    assert sorted(judged(world, workers=3)) == sorted(accounts)


def test_accounts_without_balances_are_found_by_what_names_them(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.happen(order, Event.REJECT)
    stray = replace(order, order_id="00000000-0000-4000-8000-00000000000f", account_id=BRUNO)
    world.store.orders[stray.order_id] = stray
    world.store.positions["carla", "AAPL"] = Position(
        account_id="carla", symbol="AAPL", quantity=order.quantity, cost_minor=1
    )
    found = judged(world)
    assert set(found) == {ALICE, BRUNO, "carla"}
    assert not found[ALICE].reading.breaches
    assert {it.law for it in found[BRUNO].reading.breaches} == {Law.HELD, Law.ENDS}
    assert {it.law for it in found["carla"].reading.breaches} == {Law.POSITIONS}


def test_what_cannot_be_read_is_a_breach_and_the_others_are_still_judged(world: World) -> None:
    class Torn(MemoryBooks):
        def entries(self, account_id: str) -> Iterator[Entry]:
            if account_id == ALICE:
                raise Unreadable("ValueError")
            return super().entries(account_id)

    world.deposit()
    world.deposit(BRUNO, number=2)
    world.books = Torn(world.store)
    found = judged(world)
    assert [breach.law for breach in found[ALICE].reading.breaches] == [Law.READABLE]
    assert not found[BRUNO].reading.breaches


@pytest.mark.parametrize("refusals", [1, PATIENCE])
def test_a_busy_store_is_asked_again(world: World, refusals: int) -> None:
    world.deposit()
    books = BusyBooks(world, refusals)
    assert judge(books, ALICE, world.pauses.append).is_settled
    assert len(world.pauses) == refusals


def test_a_store_that_stays_busy_ends_the_command(world: World) -> None:
    world.deposit()
    with pytest.raises(Transient):
        judge(BusyBooks(world, PATIENCE + 1), ALICE, world.pauses.append)


def test_whoever_listens_hears_of_every_order(world: World) -> None:
    world.deposit()
    placed = {world.place(number, shares="0.1").order_id for number in range(5)}
    heard: set[str] = set()
    judge(world.books, ALICE, world.pauses.append, lambda order: heard.add(order.order_id))
    assert heard == placed
