"""Put money into an account's wallet, once per key."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lambdas.domain import ledger
from lambdas.domain.errors import KeyReused, StaleDecision
from lambdas.domain.ledger import Posting
from lambdas.ports import Wallets


class Deposited(NamedTuple):
    """The deposit under this key, and whether this very call made it."""

    posting: Posting
    is_new: bool


def make_deposit(
    wallets: Wallets, *, account_id: str, key: UUID, amount_minor: int, now: datetime
) -> Deposited:
    """The deposit that the account names `key`. Raises KeyReused for another amount under it."""
    deposit_id = ledger.deposit_id_for(account_id, key)
    posting = ledger.deposit(account_id, deposit_id, amount_minor, now)
    try:
        wallets.deposit(posting)
    except StaleDecision:
        return _made_before(wallets, posting)
    return Deposited(posting=posting, is_new=True)


def _made_before(wallets: Wallets, posting: Posting) -> Deposited:
    known = wallets.posting(posting.account_id, posting.posting_id)
    if known is None:  # not the posting collided, but the account: let the caller try again
        raise StaleDecision
    if known.available_minor != posting.available_minor:
        raise KeyReused
    return Deposited(posting=known, is_new=False)
