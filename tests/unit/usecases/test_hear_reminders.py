"""Reminders: those of open orders stay, those of ended ones go, and none is lost on the way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from lambdas.domain.errors import Transient
from lambdas.domain.orders import Event, Order
from lambdas.ports import Reminder
from lambdas.usecases.advance_order import advance_order
from lambdas.usecases.hear_reminders import KEPT, LONGEST, UNEXPLAINED, Heard, hear_reminders
from lambdas.usecases.place_order import place_order
from tests.builders import ALICE, NOW, POLICY, a_deposit, a_purchase, a_quote
from tests.fakes.memory import MemoryDeadLetters, MemoryOrders, MemoryStore
from tests.fakes.reminders import HIDDEN, MemoryReminders


class World:
    def __init__(self) -> None:
        self.now = NOW
        self.step = timedelta(0)
        self.store = MemoryStore()
        self.orders = MemoryOrders(self.store)
        self.reminders = MemoryReminders(lambda: self.now)
        self.dead_letters = MemoryDeadLetters()
        self.store.quotes["AAPL"] = a_quote()
        self.store.book(a_deposit(amount_minor=100_000_00))

    def clock(self) -> datetime:
        """Which goes on by a step each time that somebody looks at it."""
        self.now += self.step
        return self.now

    def placed(self, number: int) -> Order:
        order = place_order(
            self.orders,
            account_id=ALICE,
            key=UUID(int=number),
            purchase=a_purchase(),
            policy=POLICY,
            now=NOW,
        ).order
        self.reminders.send([order.order_id], timedelta(0))
        return order

    def hear(self) -> Heard:
        return hear_reminders(self.orders, self.reminders, self.dead_letters, clock=self.clock)


@pytest.fixture
def world() -> World:
    return World()


def test_every_open_order_is_heard_of_once_and_stays(world: World) -> None:
    placed = {order.order_id: order for order in (world.placed(n) for n in range(1, 24))}
    world.reminders.send(list(placed)[:5], timedelta(0))
    for _ in range(3):
        assert world.hear().open == placed
        assert world.hear().open == {}  # hidden
        world.now += HIDDEN


@pytest.mark.parametrize("end", [Event.ACCEPT, Event.REJECT, Event.VOID])
def test_an_order_that_has_ended_is_forgotten(world: World, end: Event) -> None:
    ended, waiting = world.placed(1), world.placed(2)
    advance_order(world.orders, ended.order_id, end, now=NOW)
    assert world.hear().open == {waiting.order_id: waiting}
    assert world.reminders.waiting == [waiting.order_id]


def test_what_no_order_explains_is_put_aside_whole(world: World) -> None:
    order = world.placed(1)
    world.reminders.send(["of nobody"], timedelta(0))
    heard = world.hear()
    assert (list(heard.open), heard.unexplained) == ([order.order_id], 1)
    assert world.dead_letters.letters == [("of nobody", UNEXPLAINED)]
    assert world.reminders.waiting == [order.order_id]


def test_an_old_reminder_is_sent_anew_before_it_goes(world: World) -> None:
    order = world.placed(1)
    world.now = NOW + KEPT
    assert world.hear().open == {order.order_id: order}
    assert world.reminders.waiting == [order.order_id]
    world.now += HIDDEN
    (reminder,) = world.reminders.due()
    assert reminder.sent_at == NOW + KEPT


def test_an_old_reminder_stays_where_no_new_one_can_be_sent(world: World) -> None:
    first, second = world.placed(1), world.placed(2)
    world.now = NOW + KEPT
    world.reminders.refuse = {0}
    world.hear()
    assert sorted(world.reminders.waiting) == sorted([first.order_id, second.order_id])


def test_a_reminder_of_several_stays_until_all_have_ended(world: World) -> None:
    world.reminders.together = 10
    placed = [world.placed(number) for number in (1, 2)]
    world.reminders.done(world.reminders.due())
    world.reminders.send([order.order_id for order in placed], timedelta(0))
    for order in placed:
        assert order.order_id in world.hear().open
        assert world.reminders.waiting == [it.order_id for it in placed]
        advance_order(world.orders, order.order_id, Event.ACCEPT, now=NOW)
        world.now += HIDDEN
    assert world.hear().open == {}
    assert world.reminders.waiting == []


def test_what_is_open_stays_where_what_no_order_explains_was_put_aside(world: World) -> None:
    order = world.placed(1)
    world.reminders.done(world.reminders.due())
    world.reminders.together = 10
    world.reminders.send(["of nobody", order.order_id], timedelta(0))
    for _ in range(2):
        assert world.hear().open == {order.order_id: order}
        assert world.reminders.waiting == [order.order_id]
        world.now += HIDDEN
    assert world.dead_letters.letters == [("of nobody", UNEXPLAINED)]


def test_one_sweep_hears_no_longer_than_a_reminder_may_be_hidden(world: World) -> None:
    for number in range(1, 60):
        world.placed(number)
    world.step = LONGEST / 4
    assert 10 <= len(world.hear().open) < 59


def test_orders_that_have_ended_do_not_count_as_enough(world: World) -> None:
    placed = [world.placed(number) for number in range(1, 31)]
    for order in placed[:-1]:
        advance_order(world.orders, order.order_id, Event.ACCEPT, now=NOW)
    heard = world.hear()
    assert (list(heard.open), heard.is_all) == ([placed[-1].order_id], True)
    assert world.reminders.waiting == [placed[-1].order_id]


class Breaking(MemoryReminders):
    """Whose queue is away from some call on."""

    good_calls = 0

    def due(self) -> Sequence[Reminder]:
        self._call()
        return super().due()

    def done(self, reminders: Sequence[Reminder]) -> None:
        self._call()
        super().done(reminders)

    def _call(self) -> None:
        if self.good_calls == 0:
            raise Transient
        self.good_calls -= 1


@pytest.mark.parametrize(("good_calls", "heard"), [(1, 10), (2, 10), (3, 15), (4, 15)])
def test_what_was_heard_before_the_queue_went_away_is_not_lost(
    world: World, good_calls: int, heard: int
) -> None:
    world.reminders = breaking = Breaking(lambda: world.now)
    for number in range(1, 16):
        world.placed(number)
    breaking.good_calls = good_calls
    found = world.hear()
    assert (len(found.open), found.is_all) == (heard, False)
    assert len(breaking.waiting) == 15


def test_a_queue_that_is_away_from_the_beginning_is_told(world: World) -> None:
    world.reminders = Breaking(lambda: world.now)
    with pytest.raises(Transient):
        world.hear()


def test_more_orders_than_one_read_takes_are_read_in_parts(world: World) -> None:
    placed = [world.placed(number) for number in range(1, 121)]
    world.reminders.done([it for _ in range(12) for it in world.reminders.due()])
    world.reminders.together = 120
    world.reminders.send([order.order_id for order in placed], timedelta(0))
    assert len(world.hear().open) == 120
