"""Deposits in DynamoDB, by themselves; `accounts` writes the transactions that move their money."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zlib import crc32

from pynamodb.connection import Connection

from lambdas.domain.deposits import (
    Charge,
    Deposit,
    DepositMethod,
    DepositState,
    PaymentPage,
    Rate,
)
from lambdas.names import PENDING_DEPOSIT_SHARDS
from lambdas.ports import PendingDeposit
from lambdas.storage.client import translated_errors
from lambdas.storage.models import DepositItem


class DynamoDeposits:
    """The port `Deposits`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection  # which names the tables

    def get(self, account_id: str, deposit_id: str) -> Deposit | None:
        """One GetItem, consistent."""
        with translated_errors():
            try:
                return deposit_of(DepositItem.get(account_id, deposit_id, consistent_read=True))
            except DepositItem.DoesNotExist:
                return None

    def with_token(self, token: str) -> Deposit | None:
        """One query of the index, one GetItem of the deposit, consistent."""
        with translated_errors():
            keys = list(DepositItem.by_page.query(token, limit=1))
        return self.get(keys[0].account_id, keys[0].deposit_id) if keys else None

    def create(self, deposit: Deposit) -> None:
        """One PutItem; the version is its condition."""
        with translated_errors():
            deposit_item(deposit).save()

    def update(self, before: Deposit, after: Deposit) -> None:
        """One UpdateItem; the version is its condition."""
        with translated_errors():
            versioned(before).update(actions=changes(before, after))

    def pending(self) -> Sequence[PendingDeposit]:
        """One query of the index for each shard."""
        with translated_errors():
            entries = [
                PendingDeposit(
                    item.account_id, item.deposit_id, item.next_check_at, item.created_at
                )
                for shard in range(PENDING_DEPOSIT_SHARDS)
                for item in DepositItem.pending.query(str(shard))
            ]
        return sorted(entries, key=lambda entry: entry.next_check_at)


def deposit_item(deposit: Deposit) -> DepositItem:
    """The item of a new deposit."""
    item = DepositItem(
        account_id=deposit.account_id,
        deposit_id=deposit.deposit_id,
        amount_minor=deposit.amount_minor,
        method=deposit.method.value,
        state=deposit.state.value,
        created_at=deposit.created_at,
        account_version=deposit.account_version,
    )
    if deposit.charge is not None:
        item.amount_clp = deposit.charge.amount_clp
        item.clp_per_usd = deposit.charge.rate.clp_per_usd
        item.rate_date = deposit.charge.rate.on.isoformat()
        item.buy_order = deposit.charge.buy_order
        item.session_id = deposit.charge.session_id
    if deposit.is_pending:
        item.next_check_at = deposit.next_check_at
        item.pending_shard = str(crc32(deposit.deposit_id.encode()) % PENDING_DEPOSIT_SHARDS)
    return item


def deposit_of(item: DepositItem) -> Deposit:
    """The deposit of an item."""
    page = None if item.token is None else PaymentPage(url=item.page_url, token=item.token)
    return Deposit(
        account_id=item.account_id,
        deposit_id=item.deposit_id,
        amount_minor=item.amount_minor,
        method=DepositMethod(item.method),
        state=DepositState(item.state),
        created_at=item.created_at,
        account_version=item.account_version,
        charge=_charge_of(item),
        page=page,
        claimed_at=item.claimed_at,
        next_check_at=item.next_check_at,
        ended_at=item.ended_at,
        reason=item.reason,
        authorization_code=item.authorization_code,
        refunded_minor=item.refunded_minor or 0,
        conflict_at=item.conflict_at,
        version=item.version,
    )


def _charge_of(item: DepositItem) -> Charge | None:
    amount_clp: int | None = item.amount_clp
    if amount_clp is None:
        return None
    return Charge(
        amount_clp=amount_clp,
        rate=Rate(clp_per_usd=item.clp_per_usd, on=date.fromisoformat(item.rate_date)),
        buy_order=item.buy_order,
        session_id=item.session_id,
    )


def versioned(deposit: Deposit) -> DepositItem:
    """The deposit's key and version, which pynamodb makes the condition of a write."""
    return DepositItem(deposit.account_id, deposit.deposit_id, version=deposit.version)


def changes(before: Deposit, after: Deposit) -> list[Any]:
    """Update actions of what differs. Attributes that this version does not know stay."""
    values: list[tuple[Any, object, object]] = [
        (DepositItem.state, before.state.value, after.state.value),
        (DepositItem.account_version, before.account_version, after.account_version),
        (DepositItem.page_url, before.page and before.page.url, after.page and after.page.url),
        (DepositItem.token, before.page and before.page.token, after.page and after.page.token),
        (DepositItem.claimed_at, before.claimed_at, after.claimed_at),
        (DepositItem.next_check_at, before.next_check_at, after.next_check_at),
        (DepositItem.ended_at, before.ended_at, after.ended_at),
        (DepositItem.reason, before.reason, after.reason),
        (DepositItem.authorization_code, before.authorization_code, after.authorization_code),
        (DepositItem.refunded_minor, before.refunded_minor, after.refunded_minor),
        (DepositItem.conflict_at, before.conflict_at, after.conflict_at),
    ]
    actions: list[Any] = [
        attribute.remove() if new is None else attribute.set(new)
        for attribute, old, new in values
        if new != old
    ]
    if before.is_pending and not after.is_pending:
        actions.append(DepositItem.pending_shard.remove())
    return actions
