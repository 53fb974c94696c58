"""The laws of money: every history that our decisions write keeps them, and every change behind
their back breaks exactly the laws that it should, by that much.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.errors import InvalidInput, Refused
from lambdas.domain.ledger import Account, Line, LineAccount, Position, Posting, PostingKind
from lambdas.domain.orders import Conflict, Event, Order, State
from ops.audit import MAX_BREACHES, audit_account
from ops.laws import AccountRecords, Law, account_breaches, counter_sums
from tests.builders import ALICE, BRUNO, NOW
from tests.unit.ops.world import World

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["place", "deposit", *Event]),
        st.integers(min_value=0, max_value=9),
        st.sampled_from(["AAPL", "MSFT"]),
        st.decimals(min_value="0.000001", max_value="3", places=6),
    ),
    max_size=25,
)


def records(world: World, account_id: str = ALICE) -> AccountRecords:
    return world.audit_store.read(account_id)


def broken(world: World, account_id: str = ALICE) -> set[Law]:
    return {breach.law for breach in account_breaches(records(world, account_id))}


@given(STEPS)
def test_no_history_that_our_decisions_write_breaks_a_law(
    steps: list[tuple[str, int, str, Decimal]],
) -> None:
    world = World()
    world.deposit(amount_minor=1_500_00)
    orders: list[Order] = []
    for place, (step, which, symbol, shares) in enumerate(steps):
        world.now += timedelta(seconds=which - 4)  # clocks differ
        try:
            if step == "place":
                orders.append(world.place(len(orders), symbol=symbol, shares=str(shares)))
            elif step == "deposit":
                world.deposit(amount_minor=which + 1, number=place + 2)
            elif orders:
                world.happen(orders[which % len(orders)], Event(step))
        except (Refused, InvalidInput):  # no money left, an ended order voided; less than a cent
            continue
        found = records(world)
        assert list(account_breaches(found)) == []
        money = found.account
        assert money is not None
        assert money.available_minor + money.held_minor + sum(counter_sums(found).values()) == 0
    assert len(records(world).orders) == len(world.store.orders)


def trade(world: World) -> dict[State, Order]:
    """One order of Alice in each state: postings 1 (deposit), 2 to 5 with the ends, 10 (hold)."""
    world.deposit()
    world.deposit(BRUNO, number=2)
    ends = {
        State.SENT: Event.ECHOED,
        State.ACCEPTED: Event.ACCEPT,
        State.REJECTED: Event.REJECT,
        State.VOIDED: Event.VOID,
    }
    orders = {state: world.happen(world.place(n), ends[state]) for n, state in enumerate(ends)}
    orders[State.PENDING] = world.place(10)
    assert broken(world) == set()
    return orders


def test_the_sums_of_an_account_are_those_of_its_items(world: World) -> None:
    trade(world)
    found = records(world)
    assert (len(found.orders), len(found.postings)) == (5, 1 + 5 + 3)
    assert (found.deposited_minor, found.spent_minor) == (10_000_00, 380_50)
    assert counter_sums(found) == {LineAccount.DEMO: -10_000_00, LineAccount.EXCHANGE: 380_50}
    assert sorted(order.state for order in found.open_orders) == [State.PENDING, State.SENT]


def change_account(world: World, **changes: int | None) -> None:
    """Adds to amounts and to the version of Alice's account."""
    account = world.store.accounts[ALICE]
    added = {name: getattr(account, name) + (by or 0) for name, by in changes.items()}
    world.store.accounts[ALICE] = replace(account, **added)


def change_order(world: World, order: Order, **changes: object) -> None:
    world.store.orders[order.order_id] = replace(
        world.store.orders[order.order_id],
        **changes,  # type: ignore[arg-type]
    )


def posting_of(world: World, order: Order, *kinds: PostingKind) -> Posting:
    return next(
        it
        for it in world.store.ledger(ALICE)
        if it.cause_id == order.order_id and it.kind in (kinds or PostingKind)
    )


def change_posting(world: World, posting: Posting, **changes: object) -> None:
    changed = replace(posting, **changes)  # type: ignore[arg-type]
    del world.store.postings[ALICE, posting.number]
    world.store.postings[ALICE, changed.number] = changed


def lose_posting(world: World, posting: Posting) -> Posting:
    return world.store.postings.pop((ALICE, posting.number))


def lines(**amounts_minor: int) -> tuple[Line, ...]:
    return tuple(Line(LineAccount(name), amount) for name, amount in amounts_minor.items())


def deposit_posting(world: World) -> Posting:
    return world.store.postings[ALICE, 1]


def deposit_key(world: World) -> tuple[str, str]:
    return next(key for key in world.store.deposits if key[0] == ALICE)


RELEASE, SPEND = PostingKind.RELEASE, PostingKind.SPEND
EARLIER = NOW - timedelta(seconds=1)
Harm = Callable[[World, dict[State, Order]], object]
HARMS: dict[str, tuple[Harm, set[Law]]] = {
    "a cent too much": (
        lambda w, _: change_account(w, available_minor=1),
        {Law.NOTHING_LOST, Law.LEDGER},
    ),
    "held that no order holds": (
        lambda w, _: change_account(w, held_minor=1),
        {Law.NOTHING_LOST, Law.HELD, Law.LEDGER},
    ),
    "from available to held": (
        lambda w, _: change_account(w, available_minor=-5, held_minor=5),
        {Law.HELD, Law.LEDGER},
    ),
    "available below zero": (
        lambda w, _: change_account(w, available_minor=-20_000_00),
        {Law.NOT_NEGATIVE, Law.NOTHING_LOST, Law.LEDGER},
    ),
    "held below zero": (
        lambda w, _: change_account(w, held_minor=-20_000_00),
        {Law.NOT_NEGATIVE, Law.NOTHING_LOST, Law.HELD, Law.LEDGER},
    ),
    "no account item": (
        lambda w, _: w.store.accounts.pop(ALICE),
        {Law.NOTHING_LOST, Law.HELD, Law.LEDGER},
    ),
    "a version too high": (lambda w, _: change_account(w, version=1), {Law.LEDGER}),
    "a version too low": (lambda w, _: change_account(w, version=-1), {Law.LEDGER}),
    "another time of the last posting": (
        lambda w, _: w.store.accounts.update(
            {ALICE: replace(w.store.accounts[ALICE], posted_at=EARLIER)}
        ),
        {Law.LEDGER},
    ),
    "an order ended by hand in the table": (
        lambda w, o: change_order(w, o[State.PENDING], state=State.VOIDED),
        {Law.HELD, Law.CAUSES},
    ),
    "an order accepted without its transaction": (
        lambda w, o: change_order(w, o[State.SENT], state=State.ACCEPTED),
        {Law.NOTHING_LOST, Law.HELD, Law.POSITIONS, Law.CAUSES},
    ),
    "a rejected order made an accepted one": (
        lambda w, o: change_order(w, o[State.REJECTED], state=State.ACCEPTED),
        {Law.NOTHING_LOST, Law.POSITIONS, Law.CAUSES},
    ),
    "another cost": (
        lambda w, o: change_order(w, o[State.PENDING], cost_minor=380_51),
        {Law.HELD, Law.CAUSES},
    ),
    "another price": (
        lambda w, o: change_order(w, o[State.VOIDED], price=Decimal("190.26")),
        {Law.CAUSES},
    ),
    "an order lost": (lambda w, o: w.store.orders.pop(o[State.REJECTED].order_id), {Law.CAUSES}),
    "an accepted order lost": (
        lambda w, o: w.store.orders.pop(o[State.ACCEPTED].order_id),
        {Law.NOTHING_LOST, Law.POSITIONS, Law.CAUSES},
    ),
    "an order given to somebody else": (
        lambda w, o: change_order(w, o[State.VOIDED], account_id=BRUNO),
        {Law.CAUSES},
    ),
    "a deposit lost": (
        lambda w, _: w.store.deposits.pop(deposit_key(w)),
        {Law.NOTHING_LOST, Law.CAUSES},
    ),
    "a deposit that grew": (
        lambda w, _: w.store.deposits.update(
            {deposit_key(w): replace(w.store.deposits[deposit_key(w)], amount_minor=10_000_01)}
        ),
        {Law.NOTHING_LOST, Law.CAUSES},
    ),
    "the last posting lost": (
        lambda w, o: lose_posting(w, posting_of(w, o[State.PENDING])),
        {Law.LEDGER, Law.CAUSES},
    ),
    "a posting lost in the middle": (
        lambda w, o: lose_posting(w, posting_of(w, o[State.REJECTED], RELEASE)),
        {Law.LEDGER, Law.CAUSES},
    ),
    "all of an order's postings lost": (
        lambda w, o: [
            lose_posting(w, it)
            for it in w.store.ledger(ALICE)
            if it.cause_id == o[State.REJECTED].order_id
        ],
        {Law.LEDGER, Law.CAUSES},
    ),
    "a number left out": (
        lambda w, o: change_posting(w, posting_of(w, o[State.PENDING]), number=10),
        {Law.LEDGER},
    ),
    "lines that do not sum to zero": (
        lambda w, o: change_posting(
            w,
            posting_of(w, o[State.PENDING]),
            lines=lines(available=-380_50, held=380_51),
        ),
        {Law.LEDGER, Law.CAUSES},
    ),
    "another counter-account": (
        lambda w, o: change_posting(
            w,
            posting_of(w, o[State.ACCEPTED], SPEND),
            lines=lines(held=-380_50, demo=380_50),
        ),
        {Law.CAUSES},
    ),
    "balances after a posting that do not follow": (
        lambda w, o: change_posting(w, posting_of(w, o[State.REJECTED]), available_after_minor=1),
        {Law.LEDGER},
    ),
    "balances below zero after a posting": (
        lambda w, o: change_posting(w, posting_of(w, o[State.REJECTED]), held_after_minor=-1),
        {Law.NOT_NEGATIVE, Law.LEDGER},
    ),
    "a posting earlier than the one before": (
        lambda w, o: change_posting(w, posting_of(w, o[State.REJECTED]), recorded_at=EARLIER),
        {Law.LEDGER},
    ),
    "a release that is a spend": (
        lambda w, o: change_posting(w, posting_of(w, o[State.VOIDED], RELEASE), kind=SPEND),
        {Law.CAUSES},
    ),
    "a posting of another company": (
        lambda w, o: change_posting(w, posting_of(w, o[State.VOIDED], RELEASE), symbol="MSFT"),
        {Law.CAUSES},
    ),
    "a posting of another cause": (
        lambda w, o: change_posting(w, posting_of(w, o[State.VOIDED], RELEASE), cause_id="x"),
        {Law.CAUSES},
    ),
    "an end before its hold": (
        lambda w, o: swap(
            w, posting_of(w, o[State.VOIDED]), posting_of(w, o[State.VOIDED], RELEASE)
        ),
        {Law.LEDGER, Law.CAUSES},
    ),
    "a deposit's posting that grew": (
        lambda w, _: change_posting(
            w, deposit_posting(w), lines=lines(available=10_000_01, demo=-10_000_01)
        ),
        {Law.LEDGER, Law.CAUSES},
    ),
    "a share too much": (
        lambda w, _: put_position(w, "AAPL", Decimal(3), 380_50),
        {Law.POSITIONS},
    ),
    "a cost basis too low": (
        lambda w, _: put_position(w, "AAPL", Decimal(2), 380_49),
        {Law.POSITIONS},
    ),
    "shares that nobody bought": (
        lambda w, _: put_position(w, "MSFT", Decimal("0.000001"), 0),
        {Law.POSITIONS},
    ),
    "shares lost": (lambda w, _: w.store.positions.clear(), {Law.POSITIONS}),
}


def swap(world: World, one: Posting, other: Posting) -> None:
    """Exchanges the numbers of two postings."""
    world.store.postings[ALICE, one.number] = replace(other, number=one.number)
    world.store.postings[ALICE, other.number] = replace(one, number=other.number)


def put_position(world: World, symbol: str, quantity: Decimal, cost_minor: int) -> None:
    world.store.positions[ALICE, symbol] = Position(
        account_id=ALICE, symbol=symbol, quantity=quantity, cost_minor=cost_minor
    )


@pytest.mark.parametrize("name", HARMS)
def test_every_harm_breaks_exactly_its_laws(world: World, name: str) -> None:
    harm, laws = HARMS[name]
    harm(world, trade(world))
    assert broken(world) == laws


def test_a_deposit_booked_twice_is_found(world: World) -> None:
    world.deposit()
    twice = replace(
        deposit_posting(world), number=2, available_after_minor=20_000_00, held_after_minor=0
    )
    world.store.postings[ALICE, 2] = twice
    world.store.accounts[ALICE] = twice.account_after
    assert broken(world) == {Law.NOTHING_LOST, Law.CAUSES}


def test_a_conflict_breaks_no_law(world: World) -> None:
    orders = trade(world)
    conflict = Conflict(event=Event.REJECT, seen_at=NOW)
    change_order(world, orders[State.ACCEPTED], conflict=conflict)
    assert broken(world) == set()


def test_a_cost_is_rounded_half_up(world: World) -> None:
    world.deposit()
    order = world.place(1, shares="0.02")  # 3.805 dollars
    assert order.cost_minor == 381
    assert broken(world) == set()


def test_a_breach_says_by_how_much(world: World) -> None:
    trade(world)
    change_account(world, available_minor=-7)
    facts = {
        (it.law, it.what): (it.expected, it.found, it.off_by)
        for it in account_breaches(records(world))
    }
    assert facts[Law.NOTHING_LOST, "available + held + spent"] == ("10000.00", "9999.93", "-0.07")
    against_last = facts[Law.LEDGER, "available (against the last posting)"]
    assert against_last == ("8858.50", "8858.43", "-0.07")


def test_a_wrong_posting_is_told_beside_what_it_must_be(world: World) -> None:
    orders = trade(world)
    order = orders[State.VOIDED]
    change_posting(world, posting_of(world, order, RELEASE), symbol="MSFT")
    (breach,) = account_breaches(records(world))
    assert breach.what == f"posting of order {order.order_id}, which is VOIDED,"
    assert breach.expected == "RELEASE of AAPL: available +380.50, held -380.50"
    assert breach.found == "RELEASE of MSFT: available +380.50, held -380.50"


def test_shares_are_compared_as_numbers_not_as_texts(world: World) -> None:
    trade(world)
    put_position(world, "AAPL", Decimal("2.000"), 380_50)
    assert broken(world) == set()


@given(st.lists(st.integers(min_value=-1000, max_value=1000), min_size=2, max_size=2))
def test_any_wrong_balance_is_found(offs: list[int]) -> None:
    world = World()
    trade(world)
    change_account(world, available_minor=offs[0], held_minor=offs[1])
    assert bool(broken(world)) == any(offs)


def test_breaches_beyond_a_limit_are_counted(world: World) -> None:
    world.deposit()
    for number in range(MAX_BREACHES + 5):
        world.place(number, shares="0.01")
    world.store.orders.clear()
    found = audit_account(world.audit_store, ALICE, world.pauses.append)
    assert [it.law for it in found.breaches] == [Law.HELD, *[Law.CAUSES] * (MAX_BREACHES - 1)]
    assert found.more_breaches == 6


def test_an_empty_account_keeps_every_law() -> None:
    account = Account(account_id=ALICE)
    assert list(account_breaches(AccountRecords(account_id=ALICE, account=account))) == []
    assert list(account_breaches(AccountRecords(account_id=ALICE))) == []
