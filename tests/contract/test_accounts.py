"""The port `Accounts`: balances, the numbered ledger, deposits and positions."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.domain.errors import InvalidInput, StaleDecision
from lambdas.domain.ledger import Account, Posting, PostingKind
from lambdas.domain.orders import Event, Snapshot, apply, order_id_for
from lambdas.names import Table
from tests.builders import ALICE, BRUNO, NOW, a_deposit, a_placing, a_quote, key
from tests.contract.conftest import Ports, add_unknown_attribute, has_unknown_attribute


@pytest.fixture
def funded(ports: Ports) -> Ports:
    ports.accounts.commit_deposit(a_deposit(amount_minor=90_000_00))
    return ports


def deposit(ports: Ports, number: int, account_id: str = ALICE, amount_minor: int = 5) -> Posting:
    account = ports.accounts.get(account_id)
    decision = a_deposit(account_id, amount_minor, number, account)
    ports.accounts.commit_deposit(decision)
    return decision.posting


def trade(ports: Ports, number: int, event: Event | None, age: timedelta) -> list[Posting]:
    """Places an order, applies the event, and returns the postings of both."""
    snapshot = Snapshot(
        account=ports.accounts.get(ALICE), quote=a_quote(observed_at=NOW - age), order=None
    )
    placing = a_placing(snapshot, order_id=order_id_for(ALICE, key(number)), now=NOW - age)
    ports.orders.commit(placing)
    postings = [placing.posting]
    if event is not None:
        ending = apply(placing.after, event, ports.accounts.get(ALICE), now=NOW - age)
        ports.orders.commit(ending)
        postings.append(ending.posting)
    return [posting for posting in postings if posting is not None]


def ledger(ports: Ports, limit: int, account_id: str = ALICE) -> list[Posting]:
    postings: list[Posting] = []
    cursor = None
    while True:
        page = ports.accounts.postings(account_id, limit, cursor)
        assert len(page.items) <= limit
        assert page.items or cursor is None, "a next page is never empty"
        postings += page.items
        cursor = page.next_cursor
        if cursor is None:
            return postings


def test_an_account_without_postings_is_empty(ports: Ports) -> None:
    assert ports.accounts.get(ALICE) == Account(account_id=ALICE)
    assert ports.accounts.positions(ALICE) == []
    assert ports.accounts.postings(ALICE, 10, None).items == []
    assert ports.accounts.deposit_snapshot(ALICE, "none") == (Account(account_id=ALICE), None)


def test_a_deposit_is_stored_with_its_posting_and_balances(ports: Ports) -> None:
    decision = a_deposit()
    ports.accounts.commit_deposit(decision)
    account, stored = ports.accounts.deposit_snapshot(ALICE, decision.after.deposit_id)
    assert (account, stored) == (decision.posting.account_after, decision.after)
    assert ports.accounts.postings(ALICE, 10, None).items == [decision.posting]
    assert ports.accounts.get(BRUNO) == Account(account_id=BRUNO)


def test_deposits_add_up(ports: Ports) -> None:
    for number, amount_minor in enumerate((1, 99_99), start=1):
        deposit(ports, number, amount_minor=amount_minor)
    assert ports.accounts.get(ALICE).available_minor == 100_00
    assert ports.accounts.get(ALICE).version == 2


def test_a_repeated_deposit_is_booked_once(ports: Ports) -> None:
    ports.accounts.commit_deposit(a_deposit())
    same_id = a_deposit(account=ports.accounts.get(ALICE))
    with pytest.raises(StaleDecision):
        ports.accounts.commit_deposit(same_id)
    assert ports.accounts.get(ALICE).available_minor == 1_000_00
    assert len(ledger(ports, 10)) == 1


def test_a_deposit_on_another_version_of_the_account_is_stale_and_writes_nothing(
    ports: Ports,
) -> None:
    deposit(ports, 1)
    stale = a_deposit(number=2, account=ports.accounts.get(ALICE))
    deposit(ports, 3)
    with pytest.raises(StaleDecision):
        ports.accounts.commit_deposit(stale)
    assert ports.accounts.deposit_snapshot(ALICE, stale.after.deposit_id)[1] is None
    assert ports.accounts.get(ALICE).available_minor == 10
    assert len(ledger(ports, 10)) == 2


def test_two_accounts_may_use_the_same_deposit_id(ports: Ports) -> None:
    for account_id in (ALICE, BRUNO):
        ports.accounts.commit_deposit(a_deposit(account_id, number=1))
    assert ports.accounts.get(ALICE).available_minor == ports.accounts.get(BRUNO).available_minor


def test_a_deposit_keeps_attributes_that_this_version_does_not_know(ports: Ports) -> None:
    deposit(ports, 1)
    add_unknown_attribute(ports, Table.ACCOUNTS, {"account_id": ALICE})
    deposit(ports, 2)
    assert has_unknown_attribute(ports, Table.ACCOUNTS, {"account_id": ALICE})


@pytest.mark.parametrize(
    ("event", "end"),
    [
        (Event.ACCEPT, PostingKind.SPEND),
        (Event.REJECT, PostingKind.RELEASE),
        (Event.VOID, PostingKind.RELEASE),
    ],
)
def test_an_order_is_a_hold_and_one_end(funded: Ports, event: Event, end: PostingKind) -> None:
    postings = trade(funded, 1, event, timedelta(0))
    stored = ledger(funded, 10)
    assert stored[:2] == list(reversed(postings))
    assert [posting.kind for posting in stored] == [end, PostingKind.HOLD, PostingKind.DEPOSIT]
    assert ledger(funded, 10, BRUNO) == []


@pytest.mark.parametrize("seed", range(3))
def test_pages_of_any_length_are_the_ledger_by_number(funded: Ports, seed: int) -> None:
    """Also where the machines' clocks differ, so that times are equal or run backwards."""
    rng = random.Random(seed)
    expected = ledger(funded, 1)
    for number in range(1, 21):
        event = rng.choice([None, Event.ACCEPT, Event.REJECT])
        expected += trade(funded, number, event, timedelta(seconds=rng.randrange(3)))
        if rng.random() < 0.3:
            expected.append(deposit(funded, number + 100))
    deposit(funded, 999, BRUNO)
    expected.reverse()
    assert [posting.number for posting in expected] == list(range(len(expected), 0, -1))
    for limit in (1, 4, len(expected) - 1, len(expected), 100):
        assert ledger(funded, limit) == expected


def test_a_cursor_resumes_after_its_item_whatever_arrives_meanwhile(funded: Ports) -> None:
    for number in range(2, 5):
        deposit(funded, number)
    first = funded.accounts.postings(ALICE, 2, None)
    deposit(funded, 9)
    rest = funded.accounts.postings(ALICE, 10, first.next_cursor)
    assert [posting.number for posting in (*first.items, *rest.items)] == [4, 3, 2, 1]
    assert rest.next_cursor is None


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "AAAA", "é", "LTE", "MS41", "a" * 4000])
def test_an_invalid_cursor_is_invalid_input(funded: Ports, cursor: str) -> None:
    with pytest.raises(InvalidInput) as error:
        funded.accounts.postings(ALICE, 10, cursor)
    assert error.value.faults[0].field == "cursor"


def test_positions_are_the_accounts_own_by_symbol(funded: Ports) -> None:
    for number, symbol in enumerate(("MSFT", "AAPL"), start=1):
        quote = a_quote(symbol=symbol)
        snapshot = Snapshot(account=funded.accounts.get(ALICE), quote=quote, order=None)
        placing = a_placing(snapshot, order_id=order_id_for(ALICE, key(number)))
        funded.orders.commit(placing)
        account = funded.accounts.get(ALICE)
        funded.orders.commit(apply(placing.after, Event.ACCEPT, account, now=NOW))
    assert [position.symbol for position in funded.accounts.positions(ALICE)] == ["AAPL", "MSFT"]
    assert funded.accounts.positions(BRUNO) == []


def test_a_stored_posting_is_never_replaced(funded: Ports) -> None:
    """Even by a writer that takes a wrong version of the account for the current one."""
    wrong = replace(funded.accounts.get(ALICE), version=0, posted_at=None)
    with pytest.raises(StaleDecision):
        funded.accounts.commit_deposit(a_deposit(number=2, account=wrong))
    assert [posting.number for posting in ledger(funded, 10)] == [1]
