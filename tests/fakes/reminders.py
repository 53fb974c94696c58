"""The port `Reminders` in memory: a queue whose messages hide for a while when they are heard."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from lambdas.ports import Reminder

HIDDEN = timedelta(seconds=50)
AT_ONCE = 10


class MemoryReminders:
    """By the given clock. `refuse` names positions that a batch cannot queue; `together` is how
    many orders a reminder names.
    """

    def __init__(self, clock: Callable[[], datetime], together: int = 1) -> None:
        self.refuse: set[int] = set()
        self.together = together
        self._clock = clock
        self._shows_at: dict[Reminder, datetime] = {}
        self._sent = 0

    @property
    def waiting(self) -> list[str]:
        """The orders that are reminded of, hidden or not."""
        return [order_id for reminder in self._shows_at for order_id in reminder.order_ids]

    def send(self, order_ids: Sequence[str], after: timedelta) -> Sequence[int]:
        """Positions not queued."""
        now = self._clock()
        taken = [it for place, it in enumerate(order_ids) if place not in self.refuse]
        for start in range(0, len(taken), self.together):
            self._sent += 1
            some = tuple(taken[start : start + self.together])
            reminder = Reminder(order_ids=some, sent_at=now, handle=f"r{self._sent}")
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
