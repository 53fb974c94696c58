"""Live connections: tickets that open them, shards that divide them, and what is pushed to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from zlib import crc32

TICKET_LIFETIME: Final = timedelta(seconds=60)

CONNECTION_LIFETIME: Final = timedelta(hours=2, minutes=5)
"""API Gateway closes every connection after two hours: what is older is gone."""

OPENING_TIME: Final = timedelta(seconds=15)
"""A connection is stored before the gateway has opened it; until then it answers 410 as well."""

MAX_CONNECTIONS: Final = 20
"""Open connections of one account: what one event of an account costs is bounded."""

MAX_ATTEMPTS: Final = 4
"""Attempts to deliver a message to a connection that does not accept it; then the client finds the
gap by its next heartbeat.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The right to open one connection. Stored without its secret, as `ticket_id`."""

    ticket_id: str
    account_id: str
    stage: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One open connection of one account."""

    account_id: str
    connection_id: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardPush:
    """One message for everybody in a shard, from the connection after `after` on."""

    shard: int
    message: str
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatPush:
    """A heartbeat for everybody in a shard, each with the newest version of its account."""

    shard: int
    board_version: int
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPush:
    """One message for all connections of an account."""

    account_id: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPush:
    """Messages that one connection did not accept, in their order; `attempt` is the next one."""

    account_id: str
    connection_id: str
    messages: tuple[str, ...]
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatRound:
    """Time for a heartbeat to all shards."""


Push = ShardPush | HeartbeatPush | AccountPush | RetryPush | HeartbeatRound


def ticket_id_of(secret: str) -> str:
    """What is stored of a ticket: reading the table opens no connection."""
    return sha256(secret.encode()).hexdigest()


def shard_of(connection_id: str, shards: int) -> int:
    """The shard of a connection."""
    return crc32(connection_id.encode()) % shards
