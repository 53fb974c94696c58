"""What the port `Wallets` promises."""

import pytest

from lambdas.domain.errors import StaleDecision
from lambdas.domain.ledger import Account
from tests.builders import ALICE, BRUNO, a_deposit
from tests.contract.conftest import Ports


def test_an_account_that_never_had_money_is_empty(ports: Ports) -> None:
    assert ports.wallets.account(ALICE) == Account(account_id=ALICE)
    assert ports.wallets.positions(ALICE) == []
    assert ports.wallets.postings(ALICE, 10, None).items == []


def test_deposits_add_up(ports: Ports) -> None:
    for number, amount_minor in enumerate((1, 99_99), start=1):
        ports.wallets.deposit(a_deposit(amount_minor=amount_minor, number=number))
    assert ports.wallets.account(ALICE).available_minor == 100_00
    assert ports.wallets.account(BRUNO).available_minor == 0


def test_the_same_deposit_is_booked_once(ports: Ports) -> None:
    posting = a_deposit()
    ports.wallets.deposit(posting)
    with pytest.raises(StaleDecision):
        ports.wallets.deposit(posting)
    assert ports.wallets.account(ALICE).available_minor == 1_000_00
    assert ports.wallets.posting(ALICE, posting.posting_id) == posting


def test_the_ledger_comes_by_pages_and_is_the_accounts_own(ports: Ports) -> None:
    postings = [a_deposit(number=number) for number in (1, 2, 3)]
    for posting in (*postings, a_deposit(BRUNO, number=4)):
        ports.wallets.deposit(posting)
    seen = []
    cursor = None
    while True:
        page = ports.wallets.postings(ALICE, 2, cursor)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(p.posting_id for p in seen) == sorted(p.posting_id for p in postings)
