"""Wallet: deposits."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lambdas.domain import ledger
from lambdas.domain.errors import KeyReused
from lambdas.domain.ledger import Deposit
from lambdas.ports import Accounts
from lambdas.services.retry import retry_stale


class Deposited(NamedTuple):
    """The deposit under the key, and whether this call created it."""

    deposit: Deposit
    is_new: bool


def make_deposit(
    accounts: Accounts, *, account_id: str, key: UUID, amount_minor: int, now: datetime
) -> Deposited:
    """Makes the deposit that the account names `key`; a repeated call returns the same deposit.

    Raises KeyReused for another amount under the key, and StaleDecision when other writers of the
    account keep winning.
    """
    deposit_id = ledger.deposit_id_for(account_id, key)

    def attempt() -> Deposited:
        account, known = accounts.deposit_snapshot(account_id, deposit_id)
        if known is not None:
            if known.amount_minor != amount_minor:
                raise KeyReused
            return Deposited(deposit=known, is_new=False)
        decision = ledger.deposit(account, deposit_id, amount_minor, now)
        accounts.commit_deposit(decision)
        return Deposited(deposit=decision.deposit, is_new=True)

    return retry_stale(attempt)
