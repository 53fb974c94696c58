"""Balances, the ledger and positions in DynamoDB."""

from collections.abc import Sequence
from typing import Any

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from lambdas.adapters.cursors import cursor_in, cursor_out, page_of
from lambdas.adapters.dynamodb import translated, write
from lambdas.adapters.items import account_of, position_of, posting_item, posting_of
from lambdas.adapters.tables import AccountItem, PositionItem, PostingItem
from lambdas.domain.ledger import Account, Position, Posting
from lambdas.ports import Page


class DynamoWallets:
    """The port `Wallets` over the tables accounts, postings and positions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def account(self, account_id: str) -> Account:
        """One GetItem, consistent."""
        with translated():
            try:
                return account_of(AccountItem.get(account_id, consistent_read=True))
            except AccountItem.DoesNotExist:
                return Account(account_id=account_id)

    def posting(self, account_id: str, posting_id: str) -> Posting | None:
        """One GetItem, consistent."""
        with translated():
            try:
                return posting_of(PostingItem.get(account_id, posting_id, consistent_read=True))
            except PostingItem.DoesNotExist:
                return None

    def deposit(self, posting: Posting) -> None:
        """One TransactWriteItems of two items."""
        transaction = TransactWrite(connection=self._connection)
        book(transaction, posting)
        write(transaction)

    def postings(self, account_id: str, limit: int, cursor: str | None) -> Page[Posting]:
        """One query, consistent."""
        start = None if cursor is None else _start_key(account_id, cursor)
        with translated():
            items = PostingItem.by_time.query(
                account_id,
                scan_index_forward=False,
                consistent_read=True,
                limit=limit + 1,
                last_evaluated_key=start,
            )
            found = [posting_of(item) for item in items]
        return page_of(found, limit, lambda last: cursor_out(last.recorded_at, last.posting_id))

    def positions(self, account_id: str) -> Sequence[Position]:
        """One query, consistent."""
        with translated():
            return [
                position_of(item) for item in PositionItem.query(account_id, consistent_read=True)
            ]


def book(transaction: TransactWrite, posting: Posting) -> None:
    """Write a posting, once, and move the balances by it; neither may fall below zero."""
    transaction.save(posting_item(posting), condition=PostingItem.posting_id.does_not_exist())
    condition: Condition | None = None
    if posting.available_minor < 0:
        condition = AccountItem.available_minor >= -posting.available_minor
    if posting.held_minor < 0:
        condition = AccountItem.held_minor >= -posting.held_minor
    transaction.update(
        AccountItem(posting.account_id),
        actions=[
            AccountItem.available_minor.add(posting.available_minor),
            AccountItem.held_minor.add(posting.held_minor),
        ],
        condition=condition,
    )


def _start_key(account_id: str, cursor: str) -> dict[str, Any]:
    recorded_at, posting_id = cursor_in(cursor)
    return {
        "account_id": {"S": account_id},
        "recorded_at": {"S": recorded_at},
        "posting_id": {"S": posting_id},
    }
