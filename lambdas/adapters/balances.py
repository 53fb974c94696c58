"""Parts of a transaction: how a movement changes an account, and how it is booked."""

from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from lambdas.adapters.items import posting_item
from lambdas.adapters.tables import AccountItem, PostingItem, cost_of, shares_of
from lambdas.domain.ledger import Position, Posting


def book(transaction: TransactWrite, posting: Posting) -> None:
    """Write a posting that no order tells by itself, once."""
    transaction.save(posting_item(posting), condition=PostingItem.posting_id.does_not_exist())


def move(transaction: TransactWrite, posting: Posting, gained: Position | None = None) -> None:
    """Move the balances by a posting, neither below zero, and grow a position."""
    condition: Condition | None = None
    if posting.available_minor < 0:
        condition = AccountItem.available_minor >= -posting.available_minor
    if posting.held_minor < 0:
        condition = AccountItem.held_minor >= -posting.held_minor
    actions: list[Any] = [
        AccountItem.available_minor.add(posting.available_minor),
        AccountItem.held_minor.add(posting.held_minor),
    ]
    if gained is not None:
        actions += [
            shares_of(gained.symbol).add(gained.quantity),
            cost_of(gained.symbol).add(gained.cost_minor),
        ]
    transaction.update(AccountItem(posting.account_id), actions=actions, condition=condition)
