"""The port `Reminders` in memory: a queue whose messages hide for a while when they are heard."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from lambdas.ports import Reminder

HIDDEN = timedelta(seconds=50)
AT_ONCE = 10


class MemoryReminders:
    """By the given clock. `refuse` names positions that a batch cannot queue."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.refuse: set[int] = set()
        self._clock = clock
        self._shows_at: dict[Reminder, datetime] = {}
        self._sent = 0

    @property
    def waiting(self) -> list[str]:
        """The orders that are reminded of, hidden or not."""
        return [reminder.order_id for reminder in self._shows_at]

    def send(self, order_ids: Sequence[str], after: timedelta) -> Sequence[int]:
        """Positions not queued."""
        now = self._clock()
        for place, order_id in enumerate(order_ids):
            if place not in self.refuse:
                self._sent += 1
                reminder = Reminder(order_id=order_id, sent_at=now, handle=f"r{self._sent}")
                self._shows_at[reminder] = now + after
        return sorted(self.refuse & set(range(len(order_ids))))

    def due(self) -> Sequence[Reminder]:
        """Ten at most, oldest first."""
        now = self._clock()
        shown = [reminder for reminder, at in self._shows_at.items() if at <= now][:AT_ONCE]
        self._shows_at |= dict.fromkeys(shown, now + HIDDEN)
        return shown

    def done(self, reminders: Sequence[Reminder]) -> None:
        """Those that are there."""
        for reminder in reminders:
            self._shows_at.pop(reminder, None)
