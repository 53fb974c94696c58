"""What the port `Wallets` promises of its ledger: every movement once, newest first, on pages of
any length, however late an order ended.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.domain import trading
from lambdas.domain.ledger import Posting, PostingKind
from lambdas.domain.orders import LONG, Event, order_id_for
from lambdas.domain.sums import MICROSECOND
from lambdas.domain.trading import Snapshot
from tests.builders import ALICE, BRUNO, NOW, a_deposit, a_placing, a_quote, key
from tests.contract.conftest import Ports


@pytest.fixture
def funded(ports: Ports) -> Ports:
    ports.wallets.deposit(replace(a_deposit(amount_minor=90_000_00), recorded_at=NOW - LONG * 20))
    return ports


def traded(
    ports: Ports,
    number: int = 1,
    event: Event | None = None,
    *,
    began: timedelta = timedelta(0),
    waited: timedelta = timedelta(0),
) -> list[Posting]:
    """Its postings. It began so long before NOW."""
    account = ports.wallets.account(ALICE)
    at = NOW - began
    quote = replace(a_quote(), observed_at=at)
    snapshot = Snapshot(account=account, quote=quote, order=None)
    placing = a_placing(snapshot, order_id=order_id_for(ALICE, key(number)), now=at)
    ports.orders.commit(placing)
    decisions = [placing]
    if event is not None:
        decisions.append(trading.apply(placing.after, event, now=at + waited))
        ports.orders.commit(decisions[-1])
    return [decision.posting for decision in decisions if decision.posting is not None]


def ledger(ports: Ports, limit: int, account_id: str = ALICE) -> Iterator[Posting]:
    cursor = None
    while True:
        page = ports.wallets.postings(account_id, limit, cursor)
        assert len(page.items) <= limit
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


@pytest.mark.parametrize(
    ("event", "end"),
    [
        (Event.ACCEPT, PostingKind.SPEND),
        (Event.REJECT, PostingKind.RELEASE),
        (Event.VOID, PostingKind.RELEASE),
    ],
)
@pytest.mark.parametrize("waited", [MICROSECOND, LONG, LONG + MICROSECOND, LONG * 10])
def test_an_order_is_a_hold_and_one_end_however_long_it_waited(
    funded: Ports, event: Event, end: PostingKind, waited: timedelta
) -> None:
    expected = traded(funded, event=event, began=LONG * 11, waited=waited)
    found = list(ledger(funded, 10))
    assert found[:2] == list(reversed(expected))
    assert [posting.kind for posting in found] == [end, PostingKind.HOLD, PostingKind.DEPOSIT]
    assert list(ledger(funded, 10, BRUNO)) == []


@pytest.mark.parametrize("seed", range(3))
def test_pages_of_any_length_are_the_ledger_in_the_order_of_time(funded: Ports, seed: int) -> None:
    rng = random.Random(seed)
    moments = [timedelta(seconds=60 * rng.randrange(120)) for _ in range(8)]  # some meet
    expected = list(ledger(funded, 1))
    for number in range(1, 25):
        event = rng.choice([None, Event.ACCEPT, Event.REJECT])
        waits = [timedelta(0), timedelta(seconds=1), LONG, LONG * 2, timedelta(minutes=60)]
        expected += traded(
            funded, number, event, began=rng.choice(moments), waited=rng.choice(waits)
        )
        if rng.random() < 0.3:
            at = NOW - rng.choice(moments)
            deposit = replace(a_deposit(number=number + 100), recorded_at=at)
            funded.wallets.deposit(deposit)
            expected.append(deposit)
    expected.sort(key=lambda posting: (posting.recorded_at, posting.posting_id), reverse=True)
    for limit in (1, 4, 25, 100):
        assert list(ledger(funded, limit)) == expected


def test_an_end_is_never_before_its_beginning(funded: Ports) -> None:
    postings = traded(funded, event=Event.ACCEPT, waited=-timedelta(seconds=2))  # a slow clock
    assert [posting.recorded_at for posting in postings] == [NOW, NOW]
