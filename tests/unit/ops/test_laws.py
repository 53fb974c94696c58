"""The laws of money: whatever people and the exchange do keeps them, and whatever is changed behind
their back breaks one, by that much.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.errors import InvalidInput, Refused
from lambdas.domain.ledger import Account, Position, PostingKind
from lambdas.domain.orders import Conflict, Event, Order, State
from ops.audit import read
from ops.laws import Law
from ops.tally import MOST_BREACHES, Reading
from tests.builders import ALICE, BRUNO, NOW
from tests.unit.ops.world import World

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["place", *Event]),
        st.integers(min_value=0, max_value=9),
        st.sampled_from(["AAPL", "MSFT"]),
        st.decimals(min_value="0.000001", max_value="3", places=6),
    ),
    max_size=25,
)


def reading(world: World, account_id: str = ALICE) -> Reading:
    return read(world.books, account_id, lambda _order: None)


def broken(world: World, account_id: str = ALICE) -> set[Law]:
    return {breach.law for breach in reading(world, account_id).breaches}


@given(STEPS)
def test_no_history_that_our_decisions_write_breaks_a_law(
    steps: list[tuple[str, int, str, Decimal]],
) -> None:
    world = World()
    world.deposit(amount_minor=1_500_00)
    orders: list[Order] = []
    for step, which, symbol, shares in steps:
        try:
            if step == "place":
                orders.append(world.place(len(orders), symbol=symbol, shares=str(shares)))
            elif orders:
                world.happen(orders[which % len(orders)], Event(step))
        except (Refused, InvalidInput):  # no money left, an ended order voided; less than a cent
            continue
        found = reading(world)
        assert found.breaches == ()
    assert reading(world).orders == len(world.store.orders)


def trade(world: World) -> dict[State, Order]:
    """One order in each state, and one with a conflict."""
    world.deposit()
    world.deposit(BRUNO, number=2)
    ends = {
        State.SENT: Event.SEEN,
        State.ACCEPTED: Event.ACCEPT,
        State.REJECTED: Event.REJECT,
        State.VOIDED: Event.VOID,
    }
    orders = {state: world.happen(world.place(n), ends[state]) for n, state in enumerate(ends)}
    orders[State.PENDING] = world.place(10)
    assert broken(world) == set()
    return orders


def test_the_sums_of_an_account_are_told(world: World) -> None:
    trade(world)
    found = reading(world)
    assert (found.orders, found.postings) == (5, 1 + 5 + 3)
    assert (found.deposited_minor, found.spent_minor) == (10_000_00, 380_50)
    assert found.account == Account(
        account_id=ALICE, available_minor=10_000_00 - 3 * 380_50, held_minor=2 * 380_50
    )


def change_account(world: World, available_minor: int = 0, held_minor: int = 0) -> None:
    account = world.store.accounts[ALICE]
    world.store.accounts[ALICE] = replace(
        account,
        available_minor=account.available_minor + available_minor,
        held_minor=account.held_minor + held_minor,
    )


def change_order(world: World, order: Order, **changes: object) -> None:
    world.store.orders[order.order_id] = replace(
        world.store.orders[order.order_id],
        **changes,  # type: ignore[arg-type]
    )


def change_posting(world: World, posting_id: str, **changes: object) -> None:
    posting = world.store.postings[ALICE, posting_id]
    world.store.postings[ALICE, posting_id] = replace(posting, **changes)  # type: ignore[arg-type]


Harm = Callable[[World, dict[State, Order]], object]
HARMS: dict[str, tuple[Harm, set[Law]]] = {
    "a cent too much": (
        lambda w, _: change_account(w, available_minor=1),
        {Law.NOTHING_LOST, Law.BALANCES},
    ),
    "held that nothing holds": (
        lambda w, _: change_account(w, held_minor=1),
        {Law.NOTHING_LOST, Law.HELD, Law.BALANCES},
    ),
    "from available to held": (
        lambda w, _: change_account(w, available_minor=-5, held_minor=5),
        {Law.HELD, Law.BALANCES},
    ),
    "below zero": (
        lambda w, _: change_account(w, available_minor=-20_000_00),
        {Law.NOT_NEGATIVE, Law.NOTHING_LOST, Law.BALANCES},
    ),
    "held below zero": (
        lambda w, _: change_account(w, held_minor=-20_000_00),
        {Law.NOT_NEGATIVE, Law.NOTHING_LOST, Law.HELD, Law.BALANCES},
    ),
    "no balances at all": (
        lambda w, _: w.store.accounts.pop(ALICE),
        {Law.NOTHING_LOST, Law.HELD, Law.BALANCES},
    ),
    "an end by hand in the table": (
        lambda w, o: change_order(w, o[State.PENDING], state=State.VOIDED),
        {Law.HELD, Law.ENDS},
    ),
    "an acceptance without its transaction": (
        lambda w, o: change_order(w, o[State.SENT], state=State.ACCEPTED),
        {Law.NOTHING_LOST, Law.HELD, Law.POSITIONS, Law.ENDS},
    ),
    "accepted and rejected swapped": (
        lambda w, o: change_order(w, o[State.REJECTED], state=State.ACCEPTED),
        {Law.NOTHING_LOST, Law.POSITIONS, Law.ENDS},
    ),
    "another cost": (
        lambda w, o: change_order(w, o[State.PENDING], cost_minor=380_51),
        {Law.NOTHING_LOST, Law.HELD, Law.ENDS},
    ),
    "an order lost": (
        lambda w, o: w.store.orders.pop(o[State.REJECTED].order_id),
        {Law.ENDS},
    ),
    "an accepted order lost": (
        lambda w, o: w.store.orders.pop(o[State.ACCEPTED].order_id),
        {Law.NOTHING_LOST, Law.POSITIONS, Law.ENDS},
    ),
    "an order of somebody else": (
        lambda w, o: change_order(w, o[State.VOIDED], account_id=BRUNO),
        {Law.ENDS},
    ),
    "a hold lost": (
        lambda w, o: w.store.postings.pop((ALICE, f"{o[State.PENDING].order_id}#HOLD")),
        {Law.BALANCES, Law.ENDS},
    ),
    "all of an order's postings lost": (
        lambda w, o: [
            w.store.postings.pop((ALICE, f"{o[State.REJECTED].order_id}#{step}"))
            for step in ("HOLD", "END")
        ],
        {Law.ENDS},
    ),
    "a release that is a spend": (
        lambda w, o: change_posting(
            w, f"{o[State.VOIDED].order_id}#END", kind=PostingKind.SPEND, available_minor=0
        ),
        {Law.BALANCES, Law.ENDS},
    ),
    "a posting of another company": (
        lambda w, o: change_posting(w, f"{o[State.VOIDED].order_id}#END", symbol="MSFT"),
        {Law.ENDS},
    ),
    "a deposit that grew": (
        lambda w, _: change_posting(
            w, "00000000-0000-4000-8000-000000000001#DEPOSIT", available_minor=10_000_01
        ),
        {Law.NOTHING_LOST, Law.BALANCES},
    ),
    "a deposit that holds": (
        lambda w, _: change_posting(
            w, "00000000-0000-4000-8000-000000000001#DEPOSIT", held_minor=1
        ),
        {Law.BALANCES, Law.ENDS},
    ),
    "a share too much": (
        lambda w, _: w.store.positions.update(
            {(ALICE, "AAPL"): a_position("AAPL", Decimal(3), 380_50)}
        ),
        {Law.POSITIONS},
    ),
    "a cost basis too low": (
        lambda w, _: w.store.positions.update(
            {(ALICE, "AAPL"): a_position("AAPL", Decimal(2), 380_49)}
        ),
        {Law.POSITIONS},
    ),
    "shares from nowhere": (
        lambda w, _: w.store.positions.update(
            {(ALICE, "MSFT"): a_position("MSFT", Decimal("0.000001"), 0)}
        ),
        {Law.POSITIONS},
    ),
    "shares lost": (lambda w, _: w.store.positions.clear(), {Law.POSITIONS}),
}


def a_position(symbol: str, quantity: Decimal, cost_minor: int) -> Position:
    return Position(account_id=ALICE, symbol=symbol, quantity=quantity, cost_minor=cost_minor)


@pytest.mark.parametrize("name", HARMS)
def test_every_harm_breaks_exactly_its_laws(world: World, name: str) -> None:
    harm, laws = HARMS[name]
    harm(world, trade(world))
    assert broken(world) == laws


def test_a_conflict_breaks_no_law(world: World) -> None:
    orders = trade(world)
    conflict = Conflict(event=Event.REJECT, seen_at=NOW)
    change_order(world, orders[State.ACCEPTED], conflict=conflict)
    assert broken(world) == set()


def test_a_breach_says_by_how_much(world: World) -> None:
    trade(world)
    change_account(world, available_minor=-7)
    facts = {
        (it.law, it.what): (it.expected, it.found, it.off_by) for it in reading(world).breaches
    }
    assert facts[Law.NOTHING_LOST, "available + held + spent"] == ("10000.00", "9999.93", "-0.07")
    assert facts[Law.BALANCES, "available"] == ("8858.50", "8858.43", "-0.07")


def test_shares_are_compared_as_numbers_not_as_texts(world: World) -> None:
    trade(world)
    world.store.positions[ALICE, "AAPL"] = a_position("AAPL", Decimal("2.000"), 380_50)
    assert broken(world) == set()


@given(st.lists(st.integers(min_value=-1000, max_value=1000), min_size=2, max_size=2))
def test_any_wrong_balance_is_found(offs: list[int]) -> None:
    world = World()
    trade(world)
    change_account(world, *offs)
    assert bool(broken(world)) == any(offs)


def test_breaches_beyond_a_limit_are_counted(world: World) -> None:
    world.deposit()
    for number in range(MOST_BREACHES + 5):
        world.place(number, shares="0.01")
    world.store.orders.clear()
    found = reading(world)
    assert [breach.law for breach in found.breaches] == [Law.HELD, *[Law.ENDS] * MOST_BREACHES]
    assert found.more_breaches == 5


def test_equal_accounts_have_equal_digests_and_changed_ones_others(world: World) -> None:
    orders = trade(world)
    before = reading(world).digest
    assert reading(world).digest == before
    change_order(world, orders[State.PENDING], asks=1)
    assert reading(world).digest != before
