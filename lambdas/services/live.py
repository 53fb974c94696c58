"""Live connections: opening and closing, and delivering messages to them.

A message is an attempt to tell early what a client can read: losing or repeating one is harmless.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

from lambdas.domain.errors import Refused
from lambdas.domain.live import (
    MAX_ATTEMPTS,
    MAX_CONNECTIONS,
    OPENING_TIME,
    TICKET_LIFETIME,
    AccountPush,
    Connection,
    HeartbeatPush,
    HeartbeatRound,
    Push,
    RetryPush,
    ShardPush,
    Ticket,
    ticket_id_of,
)
from lambdas.names import CONNECTION_SHARDS
from lambdas.ports import Accounts, Connections, Delivery, Market, PushQueue, Sockets, Tickets

PAGE: Final = 200
"""Connections of one push: it enqueues the next page before it delivers its own."""

HEARTBEAT_INTERVAL_S: Final = 30

_POSTS_AT_ONCE: Final = 16

Heartbeat = Callable[[int, int], str]
"""Text of a heartbeat for an account's version and the board's."""


class IssuedTicket(NamedTuple):
    """The secret for the client, and until when it opens a connection."""

    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Messages for one connection, in their order."""

    account_id: str
    connection_id: str
    messages: tuple[str, ...]
    attempt: int = 1


class Delivered(NamedTuple):
    """Counts: messages sent, connections gone, messages to retry, messages given up."""

    sent: int = 0
    gone: int = 0
    retried: int = 0
    lost: int = 0


def issue_ticket(tickets: Tickets, *, account_id: str, stage: str, now: datetime) -> IssuedTicket:
    """A new ticket for one connection of the account."""
    secret = secrets.token_urlsafe(32)
    expires_at = now + TICKET_LIFETIME
    tickets.issue(
        Ticket(
            ticket_id=ticket_id_of(secret),
            account_id=account_id,
            stage=stage,
            expires_at=expires_at,
        )
    )
    return IssuedTicket(secret, expires_at)


def open_connection(
    tickets: Tickets,
    connections: Connections,
    *,
    secret: str,
    connection_id: str,
    stage: str,
    now: datetime,
) -> str | None:
    """Opens a connection of the ticket's account, which it returns; None for an invalid ticket.

    Raises Refused for an account with too many connections.
    """
    account_id = tickets.redeem(ticket_id_of(secret), stage, now)
    if account_id is None:
        return None
    if len(connections.of_account(account_id)) >= MAX_CONNECTIONS:
        raise Refused("too_many_connections", "This account has too many open connections.")
    connections.add(Connection(account_id=account_id, connection_id=connection_id, opened_at=now))
    return account_id


def close_connection(connections: Connections, connection_id: str) -> None:
    """Forgets a closed connection."""
    account_id = connections.owner(connection_id)
    if account_id is not None:
        connections.forget(account_id, connection_id)


def parcels_for(connections: Connections, messages: Mapping[str, Sequence[str]]) -> list[Parcel]:
    """Each account's messages for each of its connections: one query for each account."""
    return [
        Parcel(account_id=account_id, connection_id=connection_id, messages=tuple(texts))
        for account_id, texts in messages.items()
        for connection_id in connections.of_account(account_id)
    ]


class Courier:
    """Delivers parcels, forgets connections that are gone, and enqueues what failed once more."""

    def __init__(self, sockets: Sockets, connections: Connections, queue: PushQueue) -> None:
        self._sockets = sockets
        self._connections = connections
        self._queue = queue

    def deliver(self, parcels: Sequence[Parcel], now: datetime) -> Delivered:
        """Delivers all parcels, several at a time."""
        if len(parcels) <= 1:
            return _sum(self._deliver(parcel, now) for parcel in parcels)
        with ThreadPoolExecutor(_POSTS_AT_ONCE) as pool:
            return _sum(pool.map(lambda parcel: self._deliver(parcel, now), parcels))

    def _deliver(self, parcel: Parcel, now: datetime) -> Delivered:
        for number, message in enumerate(parcel.messages):
            match self._sockets.post(parcel.connection_id, message):
                case Delivery.SENT:
                    continue
                case Delivery.GONE:
                    self._connections.forget(
                        parcel.account_id, parcel.connection_id, now - OPENING_TIME
                    )
                    return Delivered(sent=number, gone=1)
                case Delivery.FAILED:
                    return self._retry(parcel, number)
        return Delivered(sent=len(parcel.messages))

    def _retry(self, parcel: Parcel, sent: int) -> Delivered:
        rest = parcel.messages[sent:]
        if parcel.attempt >= MAX_ATTEMPTS:
            return Delivered(sent=sent, lost=len(rest))
        push = RetryPush(
            account_id=parcel.account_id,
            connection_id=parcel.connection_id,
            messages=rest,
            attempt=parcel.attempt + 1,
        )
        self._queue.send([push], delay_s=2**parcel.attempt)
        return Delivered(sent=sent, retried=len(rest))


def _sum(results: Iterable[Delivered]) -> Delivered:
    columns = zip(Delivered(), *results, strict=True)
    return Delivered(*(sum(column) for column in columns))


def parcels_of(
    push: Push, connections: Connections, accounts: Accounts, queue: PushQueue, heartbeat: Heartbeat
) -> list[Parcel]:
    """The parcels of a push; the next page of a shard is enqueued first."""
    match push:
        case AccountPush(account_id=account_id, message=message):
            return parcels_for(connections, {account_id: [message]})
        case RetryPush():
            return [
                Parcel(
                    account_id=push.account_id,
                    connection_id=push.connection_id,
                    messages=push.messages,
                    attempt=push.attempt,
                )
            ]
        case ShardPush():
            page = _page(push, connections, queue)
            return [
                Parcel(account_id=a, connection_id=c, messages=(push.message,)) for a, c in page
            ]
        case HeartbeatPush():
            page = _page(push, connections, queue)
            versions = accounts.versions([account_id for account_id, _ in page])
            return [
                Parcel(
                    account_id=account_id,
                    connection_id=connection_id,
                    messages=(heartbeat(versions[account_id], push.board_version),),
                )
                for account_id, connection_id in page
            ]
        case HeartbeatRound():
            return []


def _page(
    push: ShardPush | HeartbeatPush, connections: Connections, queue: PushQueue
) -> Sequence[tuple[str, str]]:
    page = connections.of_shard(push.shard, PAGE, push.after)
    if page.after is not None:
        queue.send([replace(push, after=page.after)])
    return page.connections


def push_to_everybody(queue: PushQueue, messages: Sequence[str]) -> None:
    """Enqueues messages for all connections, by shard: a slow shard delays no other."""
    queue.send(
        [
            ShardPush(shard=shard, message=message)
            for message in messages
            for shard in range(CONNECTION_SHARDS)
        ]
    )


def send_heartbeats(
    connections: Connections, market: Market, queue: PushQueue, *, and_again: bool
) -> int:
    """Enqueues a heartbeat for each shard that has connections, and returns how many have.

    `and_again`: once more after HEARTBEAT_INTERVAL_S, if there are any. Without connections it
    costs one read of each shard.
    """
    shards = [
        shard
        for shard in range(CONNECTION_SHARDS)
        if connections.of_shard(shard, 1, None).connections
    ]
    if not shards:
        return 0
    version = board_version(market)
    queue.send([HeartbeatPush(shard=shard, board_version=version) for shard in shards])
    if and_again:
        queue.send([HeartbeatRound()], delay_s=HEARTBEAT_INTERVAL_S)
    return len(shards)


def board_version(market: Market) -> int:
    """Number of changes of all quotes: grows with every change of the board."""
    return sum(quote.version for quote in market.board())
