"""The double-entry ledger of an account, and the laws of money over random histories."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.deposits import (
    DepositMethod,
    DepositState,
    deposit_demo_money,
    deposit_id_for,
)
from lambdas.domain.errors import Refused
from lambdas.domain.ledger import (
    Account,
    Line,
    LineAccount,
    Position,
    Posting,
    PostingKind,
    post,
)
from lambdas.domain.orders import Decision, Event, Order, Snapshot, State, apply, order_id_for
from tests.builders import ALICE, BRUNO, NOW, a_deposit, a_placing, a_purchase, a_quote, key

AVAILABLE, HELD, DEMO, EXCHANGE = (
    LineAccount.AVAILABLE,
    LineAccount.HELD,
    LineAccount.DEMO,
    LineAccount.EXCHANGE,
)
RICH = Account(account_id=ALICE, available_minor=10_00, held_minor=5_00, version=7, posted_at=NOW)


def a_posting(account: Account = RICH, *lines: Line, now_s: int = 0) -> Posting:
    return post(
        account,
        PostingKind.HOLD,
        lines or (Line(AVAILABLE, -3_00), Line(HELD, 3_00)),
        cause_id="cause",
        now=NOW + timedelta(seconds=now_s),
        symbol="AAPL",
    )


def test_a_posting_has_the_next_number_and_the_balances_after_it() -> None:
    posting = a_posting(now_s=1)
    assert (posting.number, posting.available_after_minor, posting.held_after_minor) == (
        8,
        700,
        800,
    )
    assert posting.account_after == Account(
        account_id=ALICE,
        available_minor=7_00,
        held_minor=8_00,
        version=8,
        posted_at=NOW + timedelta(seconds=1),
    )
    assert (posting.amount_of(AVAILABLE), posting.amount_of(HELD)) == (-3_00, 3_00)
    assert posting.amount_of(EXCHANGE) == 0
    assert a_posting(Account(account_id=ALICE), Line(DEMO, -1), Line(AVAILABLE, 1)).number == 1


def test_several_lines_of_one_account_add_up() -> None:
    lines = (Line(AVAILABLE, -1), Line(AVAILABLE, -2), Line(HELD, 3))
    posting = a_posting(RICH, *lines)
    assert (posting.amount_of(AVAILABLE), posting.available_after_minor) == (-3, 9_97)


def test_a_posting_is_never_before_the_previous_one_however_clocks_differ() -> None:
    late = a_posting(now_s=-60)
    assert late.recorded_at == NOW
    assert late.account_after.posted_at == NOW


@pytest.mark.parametrize(
    "lines",
    [
        (Line(AVAILABLE, -1), Line(HELD, 2)),
        (Line(AVAILABLE, -10_01), Line(HELD, 10_01)),
        (Line(HELD, -5_01), Line(EXCHANGE, 5_01)),
    ],
    ids=["not balanced", "available below zero", "held below zero"],
)
def test_a_posting_that_only_a_bug_can_make_fails(lines: tuple[Line, ...]) -> None:
    with pytest.raises(AssertionError):
        a_posting(RICH, *lines)


def test_a_demo_deposit_is_confirmed_and_balanced_by_its_counter_account() -> None:
    decision = deposit_demo_money(RICH, "d", 1_23, NOW)
    deposit, posting = decision.after, decision.posting
    assert (deposit.amount_minor, deposit.method, deposit.state) == (
        1_23,
        DepositMethod.DEMO,
        DepositState.CONFIRMED,
    )
    assert posting.kind is PostingKind.DEPOSIT
    assert (posting.amount_of(AVAILABLE), posting.amount_of(DEMO)) == (1_23, -1_23)
    assert (posting.cause_id, posting.posting_id) == ("d", "d#DEPOSIT")


def test_the_same_key_of_another_account_is_another_deposit() -> None:
    one, other = UUID(int=1), UUID(int=2)
    ids = {deposit_id_for(who, key) for who in (ALICE, BRUNO) for key in (one, other)}
    assert len(ids) == 4
    assert deposit_id_for(ALICE, one) == deposit_id_for(ALICE, one)


@dataclass
class Tables:
    """What is stored of one account: it commits decisions as the tables do."""

    account: Account = field(default_factory=lambda: Account(account_id=ALICE))
    postings: list[Posting] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    changes: list[Position] = field(default_factory=list)

    def commit(self, decision: Decision) -> None:
        before = self.orders.get(decision.after.order_id)
        assert before == decision.before, "a decision is based on the stored order"
        self.orders[decision.after.order_id] = decision.after
        if decision.posting is not None:
            self.post(decision.posting)
        if decision.position_change is not None:
            self.changes.append(decision.position_change)

    def post(self, posting: Posting) -> None:
        assert posting.number == self.account.version + 1
        self.postings.append(posting)
        self.account = posting.account_after


def total(postings: Iterable[Posting], account: LineAccount) -> int:
    return sum(posting.amount_of(account) for posting in postings)


def check_laws(tables: Tables) -> None:
    """Laws 1 to 5 of money, from what is stored."""
    account, postings, orders = tables.account, tables.postings, tables.orders.values()
    available, held = total(postings, AVAILABLE), total(postings, HELD)
    spent, deposited = total(postings, EXCHANGE), -total(postings, DEMO)
    accepted = [order for order in orders if order.state is State.ACCEPTED]
    assert account.available_minor >= 0  # law 1
    assert account.held_minor >= 0
    assert available + held + spent == deposited  # law 2
    assert held == sum(order.cost_minor for order in orders if order.is_open)  # law 3
    assert spent == sum(order.cost_minor for order in accepted)
    assert sum((c.quantity for c in tables.changes), Decimal(0)) == sum(  # law 4
        (order.quantity for order in accepted), Decimal(0)
    )
    assert sum(change.cost_minor for change in tables.changes) == spent
    assert (account.available_minor, account.held_minor) == (available, held)  # law 5
    assert account.version == len(postings)
    assert [posting.number for posting in postings] == list(range(1, len(postings) + 1))
    running = Account(account_id=ALICE)
    for posting in postings:
        assert sum(line.amount_minor for line in posting.lines) == 0
        assert posting.available_after_minor == running.available_minor + posting.amount_of(
            AVAILABLE
        )
        assert posting.held_after_minor == running.held_minor + posting.amount_of(HELD)
        assert running.posted_at is None or posting.recorded_at >= running.posted_at
        running = posting.account_after


clocks = st.integers(-120, 120).map(lambda s: NOW + timedelta(seconds=s))
deposits = st.tuples(st.just("deposit"), st.integers(1, 100_000), clocks)
placings = st.tuples(st.just("place"), st.integers(1, 5_000), clocks)
events = st.tuples(st.sampled_from(Event), st.integers(0, 9), clocks)


@given(st.lists(deposits | placings | events | events, max_size=60))
def test_the_laws_of_money_hold_after_every_step_of_any_history(
    steps: list[tuple[str, int, datetime]],
) -> None:
    tables = Tables()
    for number, (step, value, now) in enumerate(steps):
        take_step(tables, number, step, value, now)
        check_laws(tables)


def take_step(tables: Tables, number: int, step: str, value: int, now: datetime) -> None:
    match step:
        case "deposit":
            decision = deposit_demo_money(tables.account, f"d{number}", value, now)
            tables.post(decision.posting)
        case "place":
            place(tables, number, Decimal(value) / 100, now)
        case _ if tables.orders:
            order = list(tables.orders.values())[value % len(tables.orders)]
            try:
                tables.commit(apply(order, Event(step), tables.account, now=now))
            except Refused:
                assert not order.is_open


def place(tables: Tables, number: int, quantity: Decimal, now: datetime) -> None:
    quote = replace(a_quote(), observed_at=now)
    snapshot = Snapshot(account=tables.account, quote=quote, order=None)
    purchase = a_purchase(quantity=quantity)
    order_id = order_id_for(ALICE, key(number))
    try:
        tables.commit(a_placing(snapshot, order_id=order_id, purchase=purchase, now=now))
    except Refused as error:
        if error.code != "insufficient_funds":
            raise


def test_a_history_of_every_kind_of_step_is_balanced() -> None:
    """The example that the random histories vary."""
    tables = Tables()
    tables.post(a_deposit(amount_minor=2_000_00).posting)
    for number, event in enumerate((Event.ACCEPT, Event.REJECT, Event.VOID, Event.ECHOED)):
        place(tables, number, Decimal(2), NOW)
        order = list(tables.orders.values())[-1]
        tables.commit(apply(order, event, tables.account, now=NOW))
        check_laws(tables)
    assert [posting.kind.value for posting in tables.postings] == [
        "DEPOSIT", "HOLD", "SPEND", "HOLD", "RELEASE", "HOLD", "RELEASE", "HOLD",
    ]  # fmt: skip
    assert (tables.account.available_minor, tables.account.held_minor) == (1_239_00, 380_50)
