"""Balances and what is owned, in DynamoDB. The ledger is `lambdas.adapters.ledger`."""

from collections.abc import Sequence

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from lambdas.adapters import ledger
from lambdas.adapters.balances import book, move
from lambdas.adapters.dynamodb import translated, write
from lambdas.adapters.items import account_of, positions_of, posting_of
from lambdas.adapters.tables import AccountItem, PostingItem
from lambdas.domain.ledger import Account, Position, Posting
from lambdas.ports import Page


class DynamoWallets:
    """The port `Wallets` over the tables accounts, postings and orders."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def account(self, account_id: str) -> Account:
        """One GetItem, consistent."""
        item = _item(account_id)
        return Account(account_id=account_id) if item is None else account_of(item)

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
        move(transaction, posting)
        write(transaction)

    def postings(self, account_id: str, limit: int, cursor: str | None) -> Page[Posting]:
        """Two queries, and a BatchGetItem of the orders that tell the page, and a few more."""
        return ledger.page(self._connection, account_id, limit, cursor)

    def positions(self, account_id: str) -> Sequence[Position]:
        """One GetItem, consistent."""
        item = _item(account_id)
        return [] if item is None else positions_of(item)


def _item(account_id: str) -> AccountItem | None:
    with translated():
        try:
            return AccountItem.get(account_id, consistent_read=True)
        except AccountItem.DoesNotExist:
            return None
