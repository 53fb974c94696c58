"""Tickets and live connections in DynamoDB, and the changes in the tables' streams."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pynamodb.connection import Connection as TableConnection

from lambdas.domain.deposits import Deposit
from lambdas.domain.errors import StaleDecision
from lambdas.domain.ledger import Account
from lambdas.domain.live import CONNECTION_LIFETIME, Connection, Ticket, shard_of
from lambdas.domain.orders import Order
from lambdas.names import CONNECTION_SHARDS
from lambdas.ports import ConnectionPage
from lambdas.storage.accounts import account_of
from lambdas.storage.client import translated_errors
from lambdas.storage.deposits import deposit_of
from lambdas.storage.models import AccountItem, ConnectionItem, DepositItem, OrderItem, TicketItem
from lambdas.storage.orders import order_of


class DynamoTickets:
    """The port `Tickets` over the table of that name."""

    def __init__(self, connection: TableConnection) -> None:
        self._connection = connection

    def issue(self, ticket: Ticket) -> None:
        """One PutItem."""
        with translated_errors():
            TicketItem(
                ticket_id=ticket.ticket_id,
                account_id=ticket.account_id,
                stage=ticket.stage,
                expires_at=ticket.expires_at,
                expires_at_s=int(ticket.expires_at.timestamp()),
            ).save()

    def redeem(self, ticket_id: str, stage: str, now: datetime) -> str | None:
        """One conditional DeleteItem, which returns what it deleted: only one caller gets it."""
        try:
            with translated_errors():
                answer = self._connection.delete_item(
                    TicketItem.Meta.table_name,
                    ticket_id,
                    condition=(TicketItem.stage == stage) & (TicketItem.expires_at > now),
                    return_values="ALL_OLD",
                )
        except StaleDecision:  # unknown, used, expired, or of another stage
            return None
        return TicketItem.from_raw_data(answer["Attributes"]).account_id


class DynamoConnections:
    """The port `Connections` over the table of that name."""

    def __init__(self, _connection: TableConnection) -> None:
        """The models share the connection that made them."""

    def add(self, connection: Connection) -> None:
        """One PutItem."""
        expires_at = connection.opened_at + CONNECTION_LIFETIME
        with translated_errors():
            ConnectionItem(
                account_id=connection.account_id,
                connection_id=connection.connection_id,
                shard=str(shard_of(connection.connection_id, CONNECTION_SHARDS)),
                opened_at=connection.opened_at,
                expires_at_s=int(expires_at.timestamp()),
            ).save()

    def forget(
        self, account_id: str, connection_id: str, opened_before: datetime | None = None
    ) -> None:
        """One DeleteItem, conditional where the age matters."""
        item = ConnectionItem(account_id, connection_id)
        old = None if opened_before is None else ConnectionItem.opened_at < opened_before
        try:
            with translated_errors():
                item.delete(condition=old)
        except StaleDecision:  # it is being opened
            return

    def of_account(self, account_id: str) -> Sequence[str]:
        """One query, consistent: a connection that a client has read after is in it."""
        with translated_errors():
            found = ConnectionItem.query(account_id, consistent_read=True)
            return [item.connection_id for item in found]

    def owner(self, connection_id: str) -> str | None:
        """One query of the index."""
        shard = str(shard_of(connection_id, CONNECTION_SHARDS))
        with translated_errors():
            found = ConnectionItem.by_shard.query(
                shard, ConnectionItem.connection_id == connection_id
            )
            return next((item.account_id for item in found), None)

    def of_shard(self, shard: int, limit: int, after: str | None) -> ConnectionPage:
        """One query of the index."""
        later = None if after is None else ConnectionItem.connection_id > after
        with translated_errors():
            found = ConnectionItem.by_shard.query(str(shard), later, limit=limit)
            connections = [(item.account_id, item.connection_id) for item in found]
        is_full = len(connections) == limit
        return ConnectionPage(connections, connections[-1][1] if is_full else None)


def order_in(image: Mapping[str, Any]) -> Order:
    """The order of an image in the stream of the table orders."""
    return order_of(OrderItem.from_raw_data(dict(image)))


def account_in(image: Mapping[str, Any]) -> Account:
    """The account of an image in the stream of the table accounts."""
    item = AccountItem.from_raw_data(dict(image))
    return account_of(item.account_id, item)


def deposit_in(image: Mapping[str, Any]) -> Deposit:
    """The deposit of an image in the stream of the table deposits."""
    return deposit_of(DepositItem.from_raw_data(dict(image)))
