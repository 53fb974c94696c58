"""In-memory ports of live connections."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lambdas.domain.live import Connection, Push, Ticket, shard_of
from lambdas.names import CONNECTION_SHARDS
from lambdas.ports import ConnectionPage, Delivery


class MemoryTickets:
    """The port `Tickets`."""

    def __init__(self) -> None:
        self.tickets: dict[str, Ticket] = {}

    def issue(self, ticket: Ticket) -> None:
        """One more."""
        self.tickets[ticket.ticket_id] = ticket

    def redeem(self, ticket_id: str, stage: str, now: datetime) -> str | None:
        """Once."""
        ticket = self.tickets.get(ticket_id)
        if ticket is None or ticket.stage != stage or ticket.expires_at <= now:
            return None
        del self.tickets[ticket_id]
        return ticket.account_id


class MemoryConnections:
    """The port `Connections`."""

    def __init__(self) -> None:
        self.connections: dict[tuple[str, str], Connection] = {}

    def add(self, connection: Connection) -> None:
        """One more."""
        self.connections[connection.account_id, connection.connection_id] = connection

    def forget(
        self, account_id: str, connection_id: str, opened_before: datetime | None = None
    ) -> None:
        """If it is old enough."""
        known = self.connections.get((account_id, connection_id))
        if known and (opened_before is None or known.opened_at < opened_before):
            del self.connections[account_id, connection_id]

    def of_account(self, account_id: str) -> Sequence[str]:
        """By id."""
        return [key[1] for key in sorted(self.connections) if key[0] == account_id]

    def owner(self, connection_id: str) -> str | None:
        """Of any account."""
        return next((key[0] for key in self.connections if key[1] == connection_id), None)

    def of_shard(self, shard: int, limit: int, after: str | None) -> ConnectionPage:
        """By id."""
        found = sorted(
            (
                key
                for key in self.connections
                if shard_of(key[1], CONNECTION_SHARDS) == shard
                and (after is None or key[1] > after)
            ),
            key=lambda key: key[1],
        )[:limit]
        return ConnectionPage(found, found[-1][1] if len(found) == limit else None)


@dataclass
class MemorySockets:
    """The port `Sockets`: what each connection was sent; `gone` and `failing` ones get nothing."""

    sent: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    gone: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)

    def post(self, connection_id: str, message: str) -> Delivery:
        """What the connection is said to do."""
        if connection_id in self.gone:
            return Delivery.GONE
        if connection_id in self.failing:
            return Delivery.FAILED
        self.sent[connection_id].append(message)
        return Delivery.SENT


class MemoryPushQueue:
    """The port `PushQueue`: each push with its delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[Push, int]] = []

    def send(self, pushes: Sequence[Push], *, delay_s: int = 0) -> None:
        """In order."""
        self.sent += [(push, delay_s) for push in pushes]


class MemoryBoardFile:
    """The port `BoardFile`: every content that was written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, content: bytes) -> None:
        """One more."""
        self.written.append(content)
