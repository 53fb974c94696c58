"""Accounts in DynamoDB: balances, ledger, deposits, positions."""

from collections.abc import Sequence

from pynamodb.connection import Connection
from pynamodb.transactions import TransactGet, TransactWrite

from lambdas.domain.deposits import Deposit, DepositDecision
from lambdas.domain.ledger import (
    Account,
    Line,
    LineAccount,
    Position,
    Posting,
    PostingKind,
)
from lambdas.ports import Page
from lambdas.storage.client import found, translated_errors
from lambdas.storage.deposits import changes, deposit_item, deposit_of, versioned
from lambdas.storage.models import AccountItem, DepositItem, LineMap, PositionItem, PostingItem
from lambdas.storage.pagination import number_cursor, page_of, parse_number_cursor


class DynamoAccounts:
    """The port `Accounts` over the tables accounts, postings, deposits and positions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, account_id: str) -> Account:
        """One GetItem, consistent."""
        with translated_errors():
            try:
                return account_of(account_id, AccountItem.get(account_id, consistent_read=True))
            except AccountItem.DoesNotExist:
                return account_of(account_id, None)

    def versions(self, account_ids: Sequence[str]) -> dict[str, int]:
        """One BatchGetItem for each hundred accounts, consistent: a read unit for each."""
        wanted = sorted(set(account_ids))
        if not wanted:
            return {}
        with translated_errors():
            found = AccountItem.batch_get(
                wanted, consistent_read=True, attributes_to_get=["account_id", "version"]
            )
            return dict.fromkeys(wanted, 0) | {item.account_id: item.version for item in found}

    def deposit_snapshot(self, account_id: str, deposit_id: str) -> tuple[Account, Deposit | None]:
        """One TransactGetItems of two items: 4 read units."""
        with translated_errors(), TransactGet(connection=self._connection) as transaction:
            account = transaction.get(AccountItem, account_id)
            deposit = transaction.get(DepositItem, account_id, deposit_id)
        item = found(deposit)
        return account_of(account_id, found(account)), None if item is None else deposit_of(item)

    def commit_deposit(self, decision: DepositDecision) -> None:
        """One TransactWriteItems of deposit, account and posting."""
        before, after, posting = decision.before, decision.after, decision.posting
        assert posting is not None, "without a posting, DynamoDeposits writes the deposit alone"
        with translated_errors(), TransactWrite(connection=self._connection) as transaction:
            if before is None:
                transaction.save(deposit_item(after))
            else:
                transaction.update(versioned(before), actions=changes(before, after))
            post(transaction, posting)

    def postings(self, account_id: str, limit: int, cursor: str | None) -> Page[Posting]:
        """One query, consistent."""
        before = None if cursor is None else PostingItem.number < parse_number_cursor(cursor)
        with translated_errors():
            items = PostingItem.query(
                account_id, before, scan_index_forward=False, limit=limit + 1, consistent_read=True
            )
            postings = [posting_of(item) for item in items]
        return page_of(postings, limit, lambda last: number_cursor(last.number))

    def positions(self, account_id: str) -> Sequence[Position]:
        """One query, consistent."""
        with translated_errors():
            items = PositionItem.query(account_id, consistent_read=True)
            return [position_of(item) for item in items]


def post(transaction: TransactWrite, posting: Posting) -> None:
    """Adds a posting and the balances after it to a transaction.

    The condition is that the account's version is the number before the posting's.
    """
    account = AccountItem(posting.account_id)
    if posting.number > 1:
        account.version = posting.number - 1
    transaction.update(
        account,
        actions=[
            AccountItem.available_minor.set(posting.available_after_minor),
            AccountItem.held_minor.set(posting.held_after_minor),
            AccountItem.posted_at.set(posting.recorded_at),
        ],
    )
    transaction.save(posting_item(posting), condition=PostingItem.number.does_not_exist())


def add_to_position(transaction: TransactWrite, change: Position) -> None:
    """Adds shares and cost to a position: once, by the order in the same transaction."""
    transaction.update(
        PositionItem(change.account_id, change.symbol),
        actions=[
            PositionItem.quantity.add(change.quantity),
            PositionItem.cost_minor.add(change.cost_minor),
        ],
    )


def account_of(account_id: str, item: AccountItem | None) -> Account:
    """The account of an item; an empty one where there is none."""
    if item is None:
        return Account(account_id=account_id)
    return Account(
        account_id=account_id,
        available_minor=item.available_minor,
        held_minor=item.held_minor,
        version=item.version,
        posted_at=item.posted_at,
    )


def posting_item(posting: Posting) -> PostingItem:
    """The item of a posting."""
    lines = [
        LineMap(account=line.account.value, amount_minor=line.amount_minor)
        for line in posting.lines
    ]
    return PostingItem(
        account_id=posting.account_id,
        number=posting.number,
        kind=posting.kind.value,
        lines=lines,
        available_after_minor=posting.available_after_minor,
        held_after_minor=posting.held_after_minor,
        cause_id=posting.cause_id,
        recorded_at=posting.recorded_at,
        symbol=posting.symbol,
    )


def posting_of(item: PostingItem) -> Posting:
    """The posting of an item."""
    return Posting(
        account_id=item.account_id,
        number=item.number,
        kind=PostingKind(item.kind),
        lines=tuple(Line(LineAccount(line.account), line.amount_minor) for line in item.lines),
        available_after_minor=item.available_after_minor,
        held_after_minor=item.held_after_minor,
        cause_id=item.cause_id,
        recorded_at=item.recorded_at,
        symbol=item.symbol,
    )


def position_of(item: PositionItem) -> Position:
    """The position of an item."""
    return Position(
        account_id=item.account_id,
        symbol=item.symbol,
        quantity=item.quantity,
        cost_minor=item.cost_minor,
    )
