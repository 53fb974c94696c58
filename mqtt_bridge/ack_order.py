"""Acknowledgements leave in the order in which the messages came: MQTT demands it (4.6, QoS 1).

SQS answers in any order, and a strict broker (rumqttd) cuts the connection at the first
acknowledgement out of turn. One order per connection; an entry of another order is stale.
Not thread-safe.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, eq=False)
class Pending:
    """One arrival that the broker waits to hear of."""

    order: "AckOrder"
    handle: Any  # what the library needs to acknowledge it
    done: bool = False


class AckOrder:
    """The arrivals of one connection that are not acknowledged yet, oldest first."""

    def __init__(self) -> None:
        self._pending: deque[Pending] = deque()

    def arrived(self, handle: object) -> Pending:
        """Take a new arrival's place in the order."""
        pending = Pending(self, handle)
        self._pending.append(pending)
        return pending

    def ready(self) -> Iterator[Any]:
        """Handles whose turn has come, with everything before them done; each comes once."""
        while self._pending and self._pending[0].done:
            yield self._pending.popleft().handle
