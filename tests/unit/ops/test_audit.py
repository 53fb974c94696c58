"""Auditing accounts of a running system: no false alarm, and nothing overlooked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from lambdas.domain.errors import Transient
from lambdas.domain.ledger import LineAccount, Position
from lambdas.domain.orders import Event
from ops.audit import MAX_READINGS, MAX_RETRIES, AccountAudit, Totals, age_group, audit
from ops.audit import audit_account as audit_one
from ops.laws import AccountRecords, Law
from ops.ports import Unreadable
from tests.builders import ALICE, BRUNO, NOW, a_deposit
from tests.fakes.operations import MemoryAuditStore
from tests.unit.ops.world import World


def audited(world: World, workers: int = 2) -> dict[str, AccountAudit]:
    found = list(audit(world.audit_store, workers=workers, sleep=world.pauses.append))
    by_account = {it.records.account_id: it for it in found}
    assert len(by_account) == len(found), "an account was audited twice"
    return by_account


class MovingStore(MemoryAuditStore):
    """The account changes between the reads of its account item and of its postings, so often."""

    def __init__(self, world: World, happen: Callable[[int], object], times: int) -> None:
        super().__init__(world.store)
        self._happen = happen
        self._left = times

    def read(self, account_id: str) -> AccountRecords:
        account = self.store.accounts.get(account_id)
        if self._left > 0:
            self._left -= 1
            self._happen(self._left)
        return replace(super().read(account_id), account=account)


class ThrottledStore(MemoryAuditStore):
    """Refuses so often before it answers."""

    def __init__(self, world: World, refusals: int) -> None:
        super().__init__(world.store)
        self._left = refusals

    def read(self, account_id: str) -> AccountRecords:
        self._left -= 1
        if self._left >= 0:
            raise Transient
        return super().read(account_id)


def test_a_sound_account_is_read_once_and_nobody_waits(world: World) -> None:
    world.deposit()
    world.place(1)
    assert not audited(world)[ALICE].breaches
    assert world.pauses == []


def test_a_breach_is_reported_after_a_second_equal_reading(world: World) -> None:
    world.deposit()
    world.store.accounts[ALICE] = replace(world.store.accounts[ALICE], available_minor=1)
    found = audited(world)[ALICE]
    assert not found.is_busy
    assert {breach.law for breach in found.breaches} == {Law.NOTHING_LOST, Law.LEDGER}
    assert len(world.pauses) == 1


@pytest.mark.parametrize("times", range(1, MAX_READINGS))
def test_an_account_that_moves_while_it_is_read_is_no_false_alarm(world: World, times: int) -> None:
    world.deposit()
    store = MovingStore(world, lambda left: world.place(left, shares="0.01"), times)
    found = audit_one(store, ALICE, world.pauses.append)
    assert not found.is_busy
    assert found.breaches == ()
    assert len(world.pauses) == times


def test_an_account_that_changes_at_every_look_is_busy(world: World) -> None:
    world.deposit()
    store = MovingStore(world, lambda left: world.place(left, shares="0.01"), 10_000)
    found = audit_one(store, ALICE, world.pauses.append)
    assert (found.is_busy, found.breaches) == (True, ())
    assert len(world.pauses) == MAX_READINGS


def test_a_breach_is_found_behind_an_account_that_moves(world: World) -> None:
    world.deposit()
    store = MovingStore(world, lambda left: world.place(left, shares="0.01"), 3)
    world.store.positions[ALICE, "MSFT"] = a_position(ALICE)
    found = audit_one(store, ALICE, world.pauses.append)
    assert not found.is_busy
    assert {breach.off_by for breach in found.breaches} == {"+1", "+0.01"}


def a_position(account_id: str) -> Position:
    return Position(
        account_id=account_id,
        symbol="MSFT",
        quantity=Decimal(1),
        cost_minor=1,
    )


def test_every_account_is_audited_once_however_many_there_are(world: World) -> None:
    accounts = [f"account-{number}" for number in range(257)]
    for number, account_id in enumerate(accounts):
        world.deposit(account_id, number=number + 1)
        world.place(number, account_id, shares="0.5")
    assert sorted(audited(world, workers=3)) == sorted(accounts)


def test_accounts_without_an_account_item_are_found_by_what_names_them(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.happen(order, Event.REJECT)
    stray = replace(order, order_id="00000000-0000-4000-8000-00000000000f", account_id=BRUNO)
    world.store.orders[stray.order_id] = stray
    world.store.positions["carla", "MSFT"] = a_position("carla")
    decision = a_deposit("diego", number=7)
    world.store.postings["diego", 1] = decision.posting
    world.store.deposits["emma", decision.after.deposit_id] = decision.after
    found = {
        account_id: {breach.law for breach in it.breaches}
        for account_id, it in audited(world).items()
    }
    assert found == {
        ALICE: set(),
        BRUNO: {Law.HELD, Law.CAUSES},
        "carla": {Law.POSITIONS},
        "diego": {Law.LEDGER, Law.CAUSES},
        "emma": {Law.NOTHING_LOST, Law.CAUSES},
    }


def test_an_unreadable_item_is_a_breach_and_the_other_accounts_are_still_audited(
    world: World,
) -> None:
    class Torn(MemoryAuditStore):
        def read(self, account_id: str) -> AccountRecords:
            if account_id == ALICE:
                raise Unreadable("an item of postings cannot be read")
            return super().read(account_id)

    world.deposit()
    world.deposit(BRUNO, number=2)
    world.audit_store = Torn(world.store)
    found = audited(world)
    (breach,) = found[ALICE].breaches
    assert (breach.law, breach.found) == (Law.READABLE, "an item of postings cannot be read")
    assert not found[BRUNO].breaches


@pytest.mark.parametrize("refusals", [1, MAX_RETRIES])
def test_a_throttled_store_is_asked_again(world: World, refusals: int) -> None:
    world.deposit()
    store = ThrottledStore(world, refusals)
    assert not audit_one(store, ALICE, world.pauses.append).is_busy
    assert len(world.pauses) == refusals


def test_a_store_that_keeps_refusing_ends_the_command(world: World) -> None:
    world.deposit()
    with pytest.raises(Transient):
        audit_one(ThrottledStore(world, MAX_RETRIES + 1), ALICE, world.pauses.append)


def test_totals_add_up_accounts_and_group_open_holds_by_age(world: World) -> None:
    world.deposit()
    world.deposit(BRUNO, number=2)
    world.place(1)
    world.place(2, BRUNO, shares="1")
    world.happen(world.place(3), Event.ACCEPT)
    totals = Totals(now=NOW + timedelta(minutes=20))
    for it in audited(world).values():
        totals.add(it)
    assert (totals.accounts, totals.orders, totals.deposits, totals.postings) == (2, 3, 2, 6)
    assert totals.deposited_minor == 20_000_00
    assert totals.counter_minor == {LineAccount.DEMO: -20_000_00, LineAccount.EXCHANGE: 380_50}
    assert totals.holds == {"15 min to 1 h": 2}
    assert totals.holds_minor == {"15 min to 1 h": 380_50 + 190_25}
    assert totals.breaches == totals.busy == 0


@pytest.mark.parametrize(
    ("minutes", "group"),
    [(-1, "under 15 min"), (15, "15 min to 1 h"), (60, "1 h to 1 d"), (1440, "1 d or more")],
)
def test_age_groups_begin_at_their_bound(minutes: int, group: str) -> None:
    assert age_group(timedelta(minutes=minutes)) == group
