"""Deposits and the portfolio over in-memory ports."""

from collections.abc import Callable
from uuid import UUID

import pytest

from lambdas.domain.deposits import DepositDecision
from lambdas.domain.errors import KeyReused, StaleDecision
from lambdas.services import retry
from lambdas.services.wallet import Deposited, make_deposit
from tests.builders import ALICE, BRUNO, NOW
from tests.fakes.memory import MemoryAccounts, MemoryStore


class RacingAccounts(MemoryAccounts):
    """Accounts where each given function is called once, just before a commit."""

    def __init__(self, store: MemoryStore, *before_commit: Callable[[], object]) -> None:
        super().__init__(store)
        self.before_commit = list(before_commit)

    def commit_deposit(self, decision: DepositDecision) -> None:
        if self.before_commit:
            self.before_commit.pop(0)()
        super().commit_deposit(decision)


def deposit(accounts: MemoryAccounts, number: int = 1, amount_minor: int = 5) -> Deposited:
    return make_deposit(
        accounts, account_id=ALICE, key=UUID(int=number), amount_minor=amount_minor, now=NOW
    )


def test_a_repeated_deposit_is_booked_once() -> None:
    store = MemoryStore()
    first, second = (deposit(MemoryAccounts(store)) for _ in range(2))
    assert (first.is_new, second.is_new) == (True, False)
    assert first.deposit == second.deposit
    assert (store.account(ALICE).available_minor, store.account(BRUNO).available_minor) == (5, 0)


def test_another_amount_under_the_same_key_is_refused() -> None:
    accounts = MemoryAccounts(MemoryStore())
    deposit(accounts)
    with pytest.raises(KeyReused):
        deposit(accounts, amount_minor=6)


def test_a_double_click_at_the_same_moment_is_booked_once() -> None:
    store = MemoryStore()
    racing = RacingAccounts(store, lambda: deposit(MemoryAccounts(store)))
    assert not deposit(racing).is_new
    assert store.account(ALICE).available_minor == 5


def test_two_deposits_at_the_same_moment_are_both_booked() -> None:
    store = MemoryStore()
    racing = RacingAccounts(store, lambda: deposit(MemoryAccounts(store), 2))
    assert deposit(racing).is_new
    assert store.account(ALICE).available_minor == 10
    assert [posting.number for posting in store.ledger(ALICE)] == [1, 2]


def test_a_deposit_that_is_always_stale_fails_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy(MemoryAccounts):
        def commit_deposit(self, decision: DepositDecision) -> None:
            raise StaleDecision

    monkeypatch.setattr(retry, "MAX_ELAPSED_S", 0.05)
    with pytest.raises(StaleDecision):
        deposit(Busy(MemoryStore()))
