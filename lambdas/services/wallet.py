"""Wallet: deposits."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lambdas.domain import deposits
from lambdas.domain.deposits import Deposit, DepositMethod
from lambdas.ports import Accounts
from lambdas.services.retry import retry_stale


class Deposited(NamedTuple):
    """The deposit under the key, and whether this call created it."""

    deposit: Deposit
    is_new: bool


def make_deposit(
    accounts: Accounts, *, account_id: str, key: UUID, amount_minor: int, now: datetime
) -> Deposited:
    """Deposits demo money under the key that the account gave it; a repeated call returns
    the same deposit.

    Raises KeyReused for another amount under the key, and StaleDecision when other writers of the
    account keep winning.
    """
    deposit_id = deposits.deposit_id_for(account_id, key)

    def attempt() -> Deposited:
        account, known = accounts.deposit_snapshot(account_id, deposit_id)
        if known is not None:
            deposits.require_same(known, DepositMethod.DEMO, amount_minor)
            return Deposited(deposit=known, is_new=False)
        decision = deposits.deposit_demo_money(account, deposit_id, amount_minor, now)
        accounts.commit_deposit(decision)
        return Deposited(deposit=decision.after, is_new=True)

    return retry_stale(attempt)
