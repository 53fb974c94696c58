"""Whose way the log tells: of all that comes from the broker, only what answers to our own.

Everybody's messages reach us. A line for each would cost more than all else that is logged.
"""


class OwnIds:
    """The ids of what this process has published lately, the oldest forgotten first.

    One thread adds; any may ask.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._ids: dict[str, None] = {}

    def add(self, correlation_id: str) -> None:
        """Remember one more."""
        self._ids[correlation_id] = None
        if len(self._ids) > self._most:
            del self._ids[next(iter(self._ids))]

    def __contains__(self, correlation_id: str | None) -> bool:
        return correlation_id in self._ids
